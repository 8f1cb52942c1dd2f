import type { LayerSpecs } from '../../layers/spec.ts';
import {
  asPlanes,
  extentOf,
  groupOf,
  reservePlanes,
  unkeptPlanes,
  valuesOf,
} from '../activation.ts';
import type { Place, Pointer, Vectors } from '../kernels.ts';
import { portions, valuesByGroup } from '../readable-planes.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Every stride-th pixel, with channels of zeros on both sides, the odd one behind. */
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
  const read = valuesByGroup(arena, input, 'shortcut');
  read.giveBack();

  const pad = (vectors: Vectors, x: Pointer, [y, , ...pitches]: Place): void => {
    kernels.shortcutForward(
      vectors,
      inputs,
      outputs,
      before,
      height,
      width,
      stride,
      x,
      read.groupPitch,
      read.planePitch,
      read.rowPitch,
      y,
      ...pitches,
    );
  };
  const output = isOutputRecomputed
    ? unkeptPlanes(arena, shape, maximumVectors, needsInputGradient, (pass, group, target) => {
        pad(1, read.at(pass, group), target);
      })
    : reservePlanes(arena, shape, margin, maximumVectors, needsInputGradient);
  return {
    output,
    forward(pass) {
      if (isOutputRecomputed) return;
      for (const { group, vectors } of portions(pass, read.isByGroup)) {
        pad(vectors, read.at(pass, group), groupOf(valuesOf(output), group));
      }
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
