import type { LayerSpecs } from '../../layers/spec.ts';
import {
  asPlanes,
  extentOf,
  gradientsOf,
  groupOf,
  recomputedPlanes,
  reservePlanes,
  valuesOf,
} from '../activation.ts';
import { portions, readableValues } from '../readable-planes.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Every stride-th pixel between channels of zeros; of an odd number, one more is behind. */
export const zeroPaddingShortcut: SparseLayerFactory<LayerSpecs['zero-padding-shortcut']> = (
  layer,
  context,
) => {
  const { kernels, arena, needsInputGradient, maximumVectors, margin, isOutputRecomputed } =
    context;
  const { inputs, outputs, stride } = layer;
  const input = asPlanes(context.input);
  const [height = 1, width = 1] = context.outputShape;
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
