import { outputShape, type PoolLayer } from '../../network.ts';
import { asPlanes, extentOf, reservePlanes, shapeOf } from '../activation.ts';
import { windowReach } from '../window.ts';
import type { SparseLayerFactory } from './layer.ts';

/** The mean of each window, of which every value gets an equal share of the gradient. */
export const averagePool: SparseLayerFactory<PoolLayer> = (layer, context) => {
  const { kernels, arena, needsInputGradient, maximumVectors, margin } = context;
  const input = asPlanes(context.input);
  const { channels } = input;
  const [height, width] = outputShape(layer, shapeOf(input)) as [number, number, number];
  const shape = { height, width, channels };
  const output = reservePlanes(arena, shape, margin, maximumVectors, needsInputGradient);
  const { top, left } = windowReach(layer, input, output);
  const { size, stride } = layer;
  return {
    output,
    forward({ vectors }) {
      kernels.averagePoolForward(
        vectors,
        channels,
        input.height,
        input.width,
        height,
        width,
        size,
        stride,
        top,
        left,
        input.values,
        input.groupPitch,
        input.planePitch,
        input.rowPitch,
        output.values,
        output.groupPitch,
        output.planePitch,
        output.rowPitch,
      );
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      const { gradients, bytes } = extentOf(input, vectors);
      kernels.clearGradient(bytes, gradients);
      kernels.averagePoolBackward(
        vectors,
        channels,
        input.height,
        input.width,
        height,
        width,
        size,
        stride,
        top,
        left,
        input.gradients,
        input.groupPitch,
        input.planePitch,
        input.rowPitch,
        output.gradients,
        output.groupPitch,
        output.planePitch,
        output.rowPitch,
      );
    },
  };
};
