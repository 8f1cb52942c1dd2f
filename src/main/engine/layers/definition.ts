/**
 * A kind of layer: everything that any part of the engine needs to know about it. Nothing has a
 * default, so the compiler reports what a kind lacks.
 */
import type { ParameterSpec } from '../../../shared/domain/layout.ts';
import type { ModelNode, ModelOperation } from '../../../shared/ticket/model-graph.ts';
import type { FollowedLayer, PathContext } from '../analyses/paths.ts';
import type { Dual } from '../pruning/sensitivity/dual.ts';
import type { SensitivityContext, SensitivityForward } from '../pruning/sensitivity/layer.ts';
import type { SparseEngineTraits } from '../sparse/layers/layer.ts';
import type { LayerForm } from './form.ts';
import type { DenseEngineTraits } from './layer.ts';
import type { ExampleShape, LayerSpec } from './spec.ts';

export interface LayerDefinition<Spec extends LayerSpec> {
  /** Undefined if only architectures use the kind. */
  readonly form: LayerForm | undefined;

  /** In the order of the parameter vector. Only kernels are prunable. */
  parameters(layer: Spec): readonly LayerParameter[];

  /**
   * @param through the shape after a sequence of layers, for layers made of layers.
   * @throws WorkbenchError `invalid-settings` naming the layer and both shapes if they don't fit.
   */
  outputShape(layer: Spec, input: ExampleShape, through: ShapeThrough): ExampleShape;

  /**
   * The sequences that a layer made of layers consists of: all read the layer's input, and each
   * contributes to its output. None for other layers.
   */
  inner(layer: Spec): readonly (readonly LayerSpec[])[];

  /**
   * True if the kernel is pruned at the rate of convolutions, which a strategy may set separately.
   */
  readonly isConvolution: boolean;

  /** Undefined unless training normalises by the statistics of the whole batch. */
  batchStatistics(layer: Spec): BatchStatistics | undefined;

  readonly denseEngine: DenseEngineTraits<Spec>;
  readonly sparseEngine: SparseEngineTraits<Spec>;

  /** Runs the layer for pruning scores. */
  sensitivity(layer: Spec, input: Dual, context: SensitivityContext): SensitivityForward;

  /** Follows live paths through the layer. */
  followPaths(layer: Spec, context: PathContext): FollowedLayer;

  /**
   * Which channels or features of the output a narrower network keeps, ascending; see
   * lottery/branches/small-dense.ts.
   */
  narrow(layer: Spec, context: NarrowingContext): readonly number[];

  /**
   * Adds what the layer computes, outside of training, to a graph that other programs read.
   *
   * @returns the name of the node whose output is the layer's.
   */
  operations(layer: Spec, context: OperationsContext): string;
}

/** One tensor of a layer's parameters. */
export type LayerParameter = Pick<ParameterSpec, 'kind' | 'shape' | 'fanIn' | 'fanOut'>;

export type ShapeThrough = (layers: readonly LayerSpec[], input: ExampleShape) => ExampleShape;

export interface BatchStatistics {
  /**
   * r ← (1 − momentum) r + momentum · (batch statistic), for every running statistic r of the
   * layer.
   */
  readonly momentum: number;
}

export interface OperationsContext {
  /** The name of the node whose output the layer reads. */
  readonly input: string;
  readonly inputShape: ExampleShape;
  readonly outputShape: ExampleShape;
  /** Unless they are given, inputs and shapes are the layer's. Returns the node's name. */
  add(
    node: ModelOperation &
      Pick<ModelNode, 'name'> &
      Partial<Pick<ModelNode, 'inputs' | 'inputShape' | 'outputShape'>>,
  ): string;
  /** Adds a sequence of layers that reads this layer's input, for layers made of layers. */
  sequence(layers: readonly LayerSpec[]): string;
}

export interface NarrowingContext {
  readonly inputShape: ExampleShape;
  /** Kept channels or features of the input, ascending; empty before the first kernel. */
  readonly live: readonly number[];
  /** Chooses which units of a layer with a kernel are kept. */
  chooseUnits(layer: KernelLayer): readonly number[];
  /**
   * Narrows a sequence of layers that reads this layer's input, for layers made of layers.
   *
   * @param required units that the sequence's last kernel must keep.
   */
  sequence(layers: readonly LayerSpec[], required?: readonly number[]): readonly number[];
}

export interface KernelLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}
