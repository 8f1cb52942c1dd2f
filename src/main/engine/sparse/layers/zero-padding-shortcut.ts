import { outputShape, type ZeroPaddingShortcutLayer } from '../../network.ts';
import {
  asPlanes,
  extentOf,
  gradientsOf,
  groupOf,
  recomputedPlanes,
  reservePlanes,
  shapeOf,
  valuesOf,
} from '../activation.ts';
import { portions, readableValues } from '../readable-planes.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Every stride-th pixel between channels of zeros; of an odd number, one more is behind. */
export const zeroPaddingShortcut: SparseLayerFactory<ZeroPaddingShortcutLayer> = (
  layer,
  context,
) => {
  const { kernels, arena, needsInputGradient, maximumVectors, margin, isOutputRecomputed } =
    context;
  const { inputs, outputs, stride } = layer;
  const input = asPlanes(context.input);
  const [height, width] = outputShape(layer, shapeOf(input)) as [number, number, number];
  const shape = { height, width, channels: outputs };
  const before = Math.floor((outputs - inputs) / 2);
  const read = readableValues(arena, input, 'shortcut');
  read.giveBack();

  const output = isOutputRecomputed
    ? recomputedPlanes(arena, shape, maximumVectors, needsInputGradient, (pass, group, target) => {
        kernels.shortcutForward(1, before, stride, read.at(pass, group), target);
      })
    : reservePlanes(arena, shape, margin, maximumVectors, needsInputGradient);
  return {
    output,
    forward(pass) {
      if (isOutputRecomputed) return;
      for (const { group, vectors } of portions(pass, read.isByGroup)) {
        const y = groupOf(valuesOf(output), group);
        kernels.shortcutForward(vectors, before, stride, read.at(pass, group), y);
      }
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      const { gradients, bytes } = extentOf(input, vectors);
      kernels.clearGradient(bytes, gradients);
      const [dx, g] = [gradientsOf(input), gradientsOf(output)];
      kernels.shortcutBackward(vectors, before, stride, dx, g);
    },
  };
};
