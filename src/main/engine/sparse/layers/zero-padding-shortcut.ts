import { outputShape, type ZeroPaddingShortcutLayer } from '../../network.ts';
import { asPlanes, extentOf, reservePlanes, shapeOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Every stride-th pixel, with channels of zeros on both sides, the odd one behind. */
export const zeroPaddingShortcut: SparseLayerFactory<ZeroPaddingShortcutLayer> = (
  layer,
  context,
) => {
  const { kernels, arena, needsInputGradient, maximumVectors, margin } = context;
  const { inputs, outputs, stride } = layer;
  const input = asPlanes(context.input);
  const [height, width] = outputShape(layer, shapeOf(input)) as [number, number, number];
  const shape = { height, width, channels: outputs };
  const output = reservePlanes(arena, shape, margin, maximumVectors, needsInputGradient);
  const before = Math.floor((outputs - inputs) / 2);
  return {
    output,
    forward({ vectors }) {
      kernels.shortcutForward(
        vectors,
        inputs,
        outputs,
        before,
        height,
        width,
        stride,
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
      kernels.shortcutBackward(
        vectors,
        inputs,
        before,
        height,
        width,
        stride,
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
