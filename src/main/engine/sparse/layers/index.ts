import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import {
  type ExampleShape,
  flatLayers,
  type LayerSpec,
  type NetworkSpec,
  outputShape,
} from '../../network.ts';
import { type Activation, type Margin, NO_MARGIN } from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { PackedParameters } from '../packed-parameters.ts';
import { windowReach } from '../window.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { flatten } from './flatten.ts';
import type { SparseLayer, SparseLayerContext } from './layer.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';

/** A layer that the sparse engine has no kernels for, if there is one. */
export function unsupportedLayer(network: NetworkSpec): LayerSpec | undefined {
  return flatLayers(network.layers).find(({ kind }) => !SUPPORTED.has(kind));
}

const SUPPORTED: ReadonlySet<LayerSpec['kind']> = new Set([
  'dense',
  'conv2d',
  'max-pool',
  'relu',
  'flatten',
]);

/**
 * The layers in order. Training needs no gradient by the examples themselves.
 *
 * @throws WorkbenchError `invalid-settings` naming a layer that there are no kernels for.
 */
export function buildSparseLayers(
  network: NetworkSpec,
  input: Activation,
  engine: {
    readonly kernels: SparseKernels;
    readonly arena: Arena;
    readonly parameters: PackedParameters;
    readonly maximumVectors: Vectors;
  },
): SparseLayer[] {
  const layers: SparseLayer[] = [];
  let current = input;
  let shape = network.inputShape;
  let needsInputGradient = false;
  for (const [index, layer] of network.layers.entries()) {
    shape = outputShape(layer, shape);
    const built = buildLayer(layer, {
      ...engine,
      input: current,
      margin: marginFor(network.layers.slice(index + 1), shape),
      needsInputGradient,
      segment: (kind) => engine.parameters.segment(`${layer.name}.${kind}`),
    });
    layers.push(built);
    current = built.output;
    needsInputGradient ||= layer.kind === 'dense' || layer.kind === 'conv2d';
  }
  return layers;
}

/** How far windows over an activation of this shape reach over its edges, given what follows it. */
export function marginFor(following: readonly LayerSpec[], shape: ExampleShape): Margin {
  const next = following.find(({ kind }) => kind !== 'relu');
  if (next?.kind !== 'conv2d') return NO_MARGIN;
  const [height, width] = shape as [number, number, number];
  const output = outputShape(next, shape) as [number, number, number];
  return windowReach(
    { ...next, size: next.kernelSize },
    { height, width },
    { height: output[0], width: output[1] },
  );
}

function buildLayer(layer: LayerSpec, context: SparseLayerContext): SparseLayer {
  switch (layer.kind) {
    case 'dense':
      return dense(layer, context);
    case 'conv2d':
      return conv2d(layer, context);
    case 'max-pool':
      return maxPool(layer, context);
    case 'relu':
      return relu(layer, context);
    case 'flatten':
      return flatten(layer, context);
    default:
      throw new WorkbenchError(
        'invalid-settings',
        `layer ${layer.name} is of kind ${layer.kind}, which the sparse engine has no kernels for`,
        'Choose the dense engine.',
      );
  }
}
