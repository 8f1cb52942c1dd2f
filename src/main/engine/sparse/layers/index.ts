import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { flatLayers, type LayerSpec, type NetworkSpec } from '../../network.ts';
import type { Activation } from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { PackedParameters } from '../packed-parameters.ts';
import { dense } from './dense.ts';
import { flatten } from './flatten.ts';
import type { SparseLayer, SparseLayerContext } from './layer.ts';
import { relu } from './relu.ts';

/** A layer that the sparse engine has no kernels for, if there is one. */
export function unsupportedLayer(network: NetworkSpec): LayerSpec | undefined {
  return flatLayers(network.layers).find(({ kind }) => !SUPPORTED.has(kind));
}

const SUPPORTED: ReadonlySet<LayerSpec['kind']> = new Set(['dense', 'relu', 'flatten']);

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
  let needsInputGradient = false;
  for (const layer of network.layers) {
    const built = buildLayer(layer, {
      ...engine,
      input: current,
      needsInputGradient,
      segment: (kind) => engine.parameters.segment(`${layer.name}.${kind}`),
    });
    layers.push(built);
    current = built.output;
    needsInputGradient ||= layer.kind === 'dense';
  }
  return layers;
}

function buildLayer(layer: LayerSpec, context: SparseLayerContext): SparseLayer {
  switch (layer.kind) {
    case 'dense':
      return dense(layer, context);
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
