/** Builds a network of layers for the sparse engine. */
import { definitionOf } from '../../layers/kinds/index.ts';
import { isRelu } from '../../layers/kinds/relu.ts';
import type { ExampleShape, LayerSpec, NetworkSpec } from '../../layers/spec.ts';
import { hasParameters, outputShape } from '../../network.ts';
import {
  type Activation,
  giveBackGradients,
  type Margin,
  NO_MARGIN,
  shapeOf,
} from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { PackedParameters } from '../packed-parameters.ts';
import type { SparseLayer, SparseSequence, SparseTraitsOf } from './layer.ts';

interface Engine {
  readonly kernels: SparseKernels;
  readonly arena: Arena;
  readonly parameters: PackedParameters;
  readonly maximumVectors: Vectors;
  readonly isWholeBatch: boolean;
}

/** What a sequence of layers has to know of the layers around it. */
interface SequenceContext {
  /** How far the windows of the layers behind reach over the edges of the last output. */
  readonly margin: Margin;
  readonly needsInputGradient: boolean;
  readonly ownsInput: boolean;
  /** True if what reads the last output can do so by `recompute`. */
  readonly isOutputRecomputed: boolean;
  discard(activation: Activation): void;
}

/** @param needsInputGradient asks for the gradient by the examples, which training does not need. */
export function buildSparseLayers(
  network: NetworkSpec,
  input: Activation,
  engine: Engine,
  needsInputGradient = false,
): Omit<SparseSequence, 'inner'> {
  return buildSequence(network.layers, input, engine, {
    margin: NO_MARGIN,
    needsInputGradient,
    ownsInput: true,
    isOutputRecomputed: false,
    discard: (activation) => {
      giveBackGradients(engine.arena, activation);
    },
  });
}

function buildSequence(
  specs: readonly LayerSpec[],
  input: Activation,
  engine: Engine,
  context: SequenceContext,
): Omit<SparseSequence, 'inner'> {
  const layers: SparseLayer[] = [];
  const used: Activation[] = [];
  let output = input;
  let isGradientNeeded = context.needsInputGradient;
  for (const { layer, isReluFused, following } of withFusedRelus(specs, engine.isWholeBatch)) {
    const shape = outputShape(layer, shapeOf(output));
    const margin = engine.isWholeBatch ? NO_MARGIN : marginFor(following, shape, context.margin);
    const needsInputGradient = isGradientNeeded;
    const [next] = following;
    const built = traitsOf(layer).build(layer, {
      ...engine,
      input: output,
      outputShape: shape,
      margin,
      needsInputGradient,
      ownsInput: context.ownsInput || output !== input,
      isReluFused,
      isOutputRecomputed: next
        ? traitsOf(next).readsByGroup(next, traitsOf)
        : context.isOutputRecomputed,
      areGradientsRecomputed: next !== undefined && traitsOf(next).recomputesInputGradient,
      segment: (kind) => engine.parameters.segment(`${layer.name}.${kind}`),
      sequence(innerSpecs, innerInput, isOutputRecomputed = false) {
        const inner: Activation[] = [];
        const sequence = buildSequence(innerSpecs, innerInput, engine, {
          margin,
          needsInputGradient,
          ownsInput: false,
          isOutputRecomputed,
          discard: (activation) => inner.push(activation),
        });
        return { ...sequence, inner };
      },
      discard: context.discard,
    });
    layers.push(built);
    // A backward pass holds two gradients, by the layer's output and by its input. The latter may lie
    // where the one by the next layer's output was, which is used up by then: its memory is given
    // back. But where the gradients by the layer's output are recomputed on demand, each time from
    // the one by the next layer's output, that one is still in use.
    if (output !== input && output !== built.output) used.push(output);
    output = built.output;
    const isRecomputed = output.kind === 'planes' && output.gradientsOnDemand !== undefined;
    if (!isRecomputed) used.splice(0).forEach(context.discard);
    isGradientNeeded ||= hasParameters(layer);
  }
  return { output, layers };
}

const traitsOf: SparseTraitsOf = (layer) => definitionOf(layer).sparseEngine;

interface FusedLayer {
  readonly layer: LayerSpec;
  /** True if the ReLU behind the layer is part of it. */
  readonly isReluFused: boolean;
  readonly following: readonly LayerSpec[];
}

function withFusedRelus(specs: readonly LayerSpec[], isWholeBatch: boolean): FusedLayer[] {
  const fused: FusedLayer[] = [];
  for (let index = 0; index < specs.length; index += 1) {
    const layer = specs[index]!;
    const next = specs[index + 1];
    const isReluFused =
      next !== undefined && isRelu(next) && traitsOf(layer).fusesRelu(isWholeBatch);
    if (isReluFused) index += 1;
    fused.push({ layer, isReluFused, following: specs.slice(index + 1) });
  }
  return fused;
}

/**
 * How far windows reach over the edges of an activation, given the layers that follow it.
 *
 * @param shape the activation's.
 * @param atEnd the margin behind the last of the layers.
 */
export function marginFor(
  following: readonly LayerSpec[],
  shape: ExampleShape,
  atEnd: Margin = NO_MARGIN,
): Margin {
  const [next, ...rest] = following;
  if (next === undefined) return atEnd;
  const behind = outputShape(next, shape);
  return traitsOf(next).inputMargin(next, shape, behind, {
    marginBehind: () => marginFor(rest, behind, atEnd),
    marginOf: marginFor,
  });
}
