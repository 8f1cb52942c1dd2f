import {
  type ExampleShape,
  flatLayers,
  type LayerSpec,
  type NetworkSpec,
  outputShape,
} from '../../network.ts';
import {
  type Activation,
  giveBackGradients,
  type Margin,
  NO_MARGIN,
  shapeOf,
  widerMargin,
} from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { PackedParameters } from '../packed-parameters.ts';
import { windowReach } from '../window.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool } from './global-average-pool.ts';
import type { SparseLayer, SparseLayerContext, SparseSequence } from './layer.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';
import { zeroPaddingShortcut } from './zero-padding-shortcut.ts';

interface Engine {
  readonly kernels: SparseKernels;
  readonly arena: Arena;
  readonly parameters: PackedParameters;
  readonly maximumVectors: Vectors;
  readonly isWholeBatch: boolean;
}

/** How a sequence of layers is joined to what is around it. */
interface Surroundings {
  /** How far the windows of what follows reach over the edges of the last output. */
  readonly margin: Margin;
  readonly needsInputGradient: boolean;
  readonly ownsInput: boolean;
  /** Whether what reads the last output can do with it being made again. */
  readonly isOutputRecomputed: boolean;
  discard(activation: Activation): void;
}

/** The layers in order. Training needs no gradient by the examples; `needsInputGradient` asks for it. */
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
  surroundings: Surroundings,
): Omit<SparseSequence, 'inner'> {
  const layers: SparseLayer[] = [];
  const used: Activation[] = [];
  let output = input;
  let { needsInputGradient } = surroundings;
  for (const [spec, ...following] of withReluInside(specs, engine.isWholeBatch)) {
    const shape = outputShape(spec, shapeOf(output));
    const margin = engine.isWholeBatch
      ? NO_MARGIN
      : marginFor(following, shape, surroundings.margin);
    const isGradientNeeded = needsInputGradient;
    const [next] = following;
    const built = buildLayer(spec, {
      ...engine,
      input: output,
      margin,
      needsInputGradient,
      ownsInput: surroundings.ownsInput || output !== input,
      isOutputRecomputed: next ? readsByGroup(next) : surroundings.isOutputRecomputed,
      areGradientsRemade: next?.kind === 'batch-norm',
      segment: (kind) => engine.parameters.segment(`${spec.name}.${kind}`),
      sequence(innerSpecs, innerInput, isOutputRecomputed = false) {
        const inner: Activation[] = [];
        const built = buildSequence(innerSpecs, innerInput, engine, {
          margin,
          needsInputGradient: isGradientNeeded,
          ownsInput: false,
          isOutputRecomputed,
          discard: (activation) => inner.push(activation),
        });
        return { ...built, inner };
      },
      discard: surroundings.discard,
    });
    layers.push(built);
    // On the way back, a layer is between two gradients; the one in front of it may be used again
    // by what is two layers behind. One that is made on demand is no gradient to be between.
    if (output !== input && output !== built.output) used.push(output);
    output = built.output;
    const isMadeOnDemand = output.kind === 'planes' && output.gradientsOnDemand !== undefined;
    if (!isMadeOnDemand) used.splice(0).forEach(surroundings.discard);
    needsInputGradient ||= hasParameters(spec);
  }
  return { output, layers };
}

/** A layer, with the ReLU behind it where that is part of it, and the layers that follow. */
type Remaining = readonly [layer: FusedLayer, ...following: LayerSpec[]];
type FusedLayer = LayerSpec & { readonly isRectified?: boolean };

function withReluInside(specs: readonly LayerSpec[], isWholeBatch: boolean): Remaining[] {
  const remaining: Remaining[] = [];
  for (let index = 0; index < specs.length; index += 1) {
    const layer = specs[index]!;
    const canRectify = layer.kind === 'batch-norm' || (layer.kind === 'residual' && isWholeBatch);
    const isRectified = canRectify && specs[index + 1]?.kind === 'relu';
    if (isRectified) index += 1;
    remaining.push([{ ...layer, isRectified }, ...specs.slice(index + 1)]);
  }
  return remaining;
}

/** Whether a layer can do with its input being made group by group, each time it is read. */
function readsByGroup(layer: LayerSpec): boolean {
  if (layer.kind === 'conv2d') return true;
  if (layer.kind !== 'residual' || layer.body[0]?.kind !== 'conv2d') return false;
  const [around] = layer.shortcut;
  return (
    around === undefined || around.kind === 'conv2d' || around.kind === 'zero-padding-shortcut'
  );
}

const hasParameters = (layer: LayerSpec): boolean =>
  flatLayers([layer]).some(
    ({ kind }) => kind === 'dense' || kind === 'conv2d' || kind === 'batch-norm',
  );

/**
 * How far windows over an activation of this shape reach over its edges, given what follows it, and
 * `atEnd`, what those behind that need.
 */
export function marginFor(
  following: readonly LayerSpec[],
  shape: ExampleShape,
  atEnd: Margin = NO_MARGIN,
): Margin {
  const [next, ...rest] = following;
  switch (next?.kind) {
    case undefined:
      return atEnd;
    case 'relu':
      return marginFor(rest, shape, atEnd);
    case 'residual':
      return widerMargin(marginFor(next.body, shape), marginFor(next.shortcut, shape));
    case 'conv2d': {
      const [height, width] = shape as [number, number, number];
      const output = outputShape(next, shape) as [number, number, number];
      return windowReach(
        { ...next, size: next.kernelSize },
        { height, width },
        { height: output[0], width: output[1] },
      );
    }
    default:
      return NO_MARGIN;
  }
}

function buildLayer(layer: FusedLayer, context: SparseLayerContext): SparseLayer {
  switch (layer.kind) {
    case 'dense':
      return dense(layer, context);
    case 'conv2d':
      return conv2d(layer, context);
    case 'max-pool':
      return maxPool(layer, context);
    case 'average-pool':
      return averagePool(layer, context);
    case 'global-average-pool':
      return globalAveragePool(layer, context);
    case 'batch-norm':
      return batchNorm(layer.isRectified === true)(layer, context);
    case 'relu':
      return relu(layer, context);
    case 'dropout':
      return dropout(layer, context);
    case 'flatten':
      return flatten(layer, context);
    case 'zero-padding-shortcut':
      return zeroPaddingShortcut(layer, context);
    case 'residual':
      return residual(layer.isRectified === true)(layer, context);
  }
}
