/** What both kinds of pooling share. */
import type { LayerSpecs } from '../../layers/spec.ts';
import { asPlanes, extentOf, type PlanesActivation, reservePlanes } from '../activation.ts';
import type { PoolingWindow } from '../kernel-bindings.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import { windowReach } from '../window.ts';
import type { SparseLayerFactory } from './layer.ts';

type PoolLayer = LayerSpecs['max-pool' | 'average-pool'];

type PoolingPass = (
  kernels: SparseKernels,
  vectors: Vectors,
  window: PoolingWindow,
  input: PlanesActivation,
  output: PlanesActivation,
) => void;

interface Pooling {
  readonly readsOutput: boolean;
  readonly forward: PoolingPass;
  /** Adds to the input's gradient, which starts at zero. */
  readonly backward: PoolingPass;
}

export function pool({ readsOutput, forward, backward }: Pooling): SparseLayerFactory<PoolLayer> {
  return (layer, context) => {
    const { kernels, arena, needsInputGradient, maximumVectors, margin } = context;
    const input = asPlanes(context.input);
    const { channels } = input;
    const [height = 1, width = 1] = context.outputShape;
    const shape = { height, width, channels };
    const output = reservePlanes(arena, shape, margin, maximumVectors, needsInputGradient);
    const { top: padTop, left: padLeft } = windowReach(layer, input, output);
    const window: PoolingWindow = { size: layer.size, stride: layer.stride, padTop, padLeft };
    return {
      output,
      readsOutput,
      forward({ vectors }) {
        forward(kernels, vectors, window, input, output);
      },
      backward({ vectors }) {
        if (!needsInputGradient) return;
        const { gradients, bytes } = extentOf(input, vectors);
        kernels.clearGradient(bytes, gradients);
        backward(kernels, vectors, window, input, output);
      },
    };
  };
}
