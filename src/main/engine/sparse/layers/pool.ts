/** What both kinds of pooling share. */
import { outputShape, type PoolLayer } from '../../network.ts';
import {
  asPlanes,
  extentOf,
  type PlanesActivation,
  reservePlanes,
  shapeOf,
} from '../activation.ts';
import type { PoolingWindow } from '../kernel-bindings.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import { windowReach } from '../window.ts';
import type { SparseLayerFactory } from './layer.ts';

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
    const [height, width] = outputShape(layer, shapeOf(input)) as [number, number, number];
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
