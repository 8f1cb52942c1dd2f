import { poolingWindow } from '../kernels/kernels.ts';
import type { ZeroPaddingShortcutLayer } from '../network.ts';
import { batchShape, type LayerFactory } from './layer.ts';

/** He et al. 2016, section 3.3, option A: "identity mapping, with extra zero entries padded". */
export const zeroPaddingShortcut: LayerFactory<ZeroPaddingShortcutLayer> = (layer, context) => {
  const { kernels, needsInputGradient } = context;
  const added = layer.outputs - layer.inputs;
  const before = Math.floor(added / 2);
  const paddings = context.constant(
    Int32Array.of(0, 0, 0, 0, 0, 0, before, added - before),
    [4, 2],
  );
  const begin = context.constant(Int32Array.of(0, 0, 0, before), [4]);
  const size = context.constant(Int32Array.of(-1, -1, -1, layer.inputs), [4]);
  const inputShape = batchShape(context);
  // The mean of a window of one pixel is that pixel: every stride-th one is taken.
  const window = poolingWindow(1, layer.stride, 'valid');
  const isStrided = layer.stride > 1;
  return (input) => ({
    output: kernels.pad(isStrided ? kernels.averagePool(input, window) : input, paddings),
    keeps: [],
    backward(gradient) {
      if (!needsInputGradient) return undefined;
      const unpadded = kernels.slice(gradient, begin, size);
      return isStrided ? kernels.averagePoolGrad(inputShape, unpadded, window) : unpadded;
    },
  });
};
