import { type Conv2dLayer, outputShape } from '../../network.ts';
import { asPlanes, extentOf, type Margin, reservePlanes, widerMargin } from '../activation.ts';
import { PIXEL } from '../layout.ts';
import type { SurvivorOrder } from '../packed-parameters.ts';
import { windowReach } from '../window.ts';
import type { SparseLayerFactory } from './layer.ts';

/** y = x ⋆ W + b at W's survivors, `[kernel, kernel, inputs, outputs]`; see assembly/convolution.ts. */
export const conv2d: SparseLayerFactory<Conv2dLayer> = (layer, context) => {
  const { kernels, arena, needsInputGradient, maximumVectors } = context;
  const { inputs, outputs, kernelSize, stride } = layer;
  const kernel = context.segment('kernel');
  kernel.order = byOutputChannel(layer);
  const bias = layer.hasBias ? context.segment('bias') : undefined;

  const input = asPlanes(context.input);
  const [height, width] = outputShape(layer, [input.height, input.width, inputs]) as [
    number,
    number,
    number,
  ];
  const shape = { height, width, channels: outputs };
  const reach = windowReach({ ...layer, size: kernelSize }, input, { height, width });
  const isTurned = stride === 1;
  // The turned kernel's windows reach over the edges of the gradient.
  const turned: Margin = {
    top: kernelSize - 1 - reach.top,
    left: kernelSize - 1 - reach.left,
    bottom: kernelSize - 1 - reach.bottom,
    right: kernelSize - 1 - reach.right,
  };
  const margin =
    isTurned && needsInputGradient ? widerMargin(context.margin, turned) : context.margin;
  const output = reservePlanes(arena, shape, margin, maximumVectors);

  const firstWindow = -reach.top * input.rowPitch - reach.left * PIXEL;
  const windowRow = stride * input.rowPitch;
  const windowStep = stride * PIXEL;
  const firstTurnedWindow = -turned.top * output.rowPitch - turned.left * PIXEL;
  let starts = 0;
  let offsets = 0;
  const back = { starts: 0, offsets: 0, positions: 0, weights: 0, taps: 0, ranges: 0 };

  /** Writes what ∂x by a turned kernel goes by, in which the channels change their parts. */
  const indexTurned = (survivors: Int32Array): void => {
    const turnedStarts = arena.integers(back.starts, inputs + 1);
    const turnedOffsets = arena.integers(back.offsets, survivors.length);
    const positions = arena.integers(back.positions, survivors.length);
    const next = new Int32Array(inputs + 1);
    for (const survivor of survivors) next[placeOf(layer, survivor).input + 1]! += 1;
    for (let channel = 0; channel < inputs; channel += 1) next[channel + 1]! += next[channel]!;
    for (let channel = 0; channel <= inputs; channel += 1) {
      turnedStarts[channel] = next[channel]! * 4;
    }
    for (let k = 0; k < survivors.length; k += 1) {
      const place = placeOf(layer, survivors[k]!);
      const position = next[place.input]!;
      next[place.input] = position + 1;
      positions[position] = k * 4;
      turnedOffsets[position] =
        place.output * output.planePitch +
        (kernelSize - 1 - place.row) * output.rowPitch +
        (kernelSize - 1 - place.pixel) * PIXEL;
    }
  };

  /** Writes, for each tap of the kernel, which windows have it inside the image. */
  const indexTaps = (survivors: Int32Array): void => {
    const inside = (tap: number, before: number, inputSize: number, outputSize: number) => {
      const first = Math.max(0, Math.ceil((before - tap) / stride));
      const last = Math.min(outputSize - 1, Math.floor((inputSize - 1 + before - tap) / stride));
      return [first, last + 1] as const;
    };
    const ranges = arena.integers(back.ranges, kernelSize * kernelSize * 4);
    for (let row = 0; row < kernelSize; row += 1) {
      for (let pixel = 0; pixel < kernelSize; pixel += 1) {
        const rows = inside(row, reach.top, input.height, height);
        const pixels = inside(pixel, reach.left, input.width, width);
        ranges.set([...rows, ...pixels], (row * kernelSize + pixel) * 4);
      }
    }
    const taps = arena.integers(back.taps, survivors.length);
    for (let k = 0; k < survivors.length; k += 1) {
      const { row, pixel } = placeOf(layer, survivors[k]!);
      taps[k] = (row * kernelSize + pixel) * 16;
    }
  };

  return {
    output,
    reserve() {
      const perSurvivor = kernel.count * 4;
      starts = arena.reserve((outputs + 1) * 4);
      offsets = arena.reserve(perSurvivor);
      if (!needsInputGradient) return;
      if (isTurned) {
        back.starts = arena.reserve((inputs + 1) * 4);
        back.offsets = arena.reserve(perSurvivor);
        back.positions = arena.reserve(perSurvivor);
        back.weights = arena.reserve(perSurvivor);
      } else {
        back.taps = arena.reserve(perSurvivor);
        back.ranges = arena.reserve(kernelSize * kernelSize * 16);
      }
    },
    index() {
      const survivors = kernel.survivors!;
      const channelStarts = arena.integers(starts, outputs + 1);
      const windowOffsets = arena.integers(offsets, survivors.length);
      let channel = 0;
      for (let k = 0; k < survivors.length; k += 1) {
        const place = placeOf(layer, survivors[k]!);
        while (channel <= place.output) channelStarts[channel++] = k * 4;
        windowOffsets[k] =
          place.input * input.planePitch + place.row * input.rowPitch + place.pixel * PIXEL;
      }
      channelStarts.fill(survivors.length * 4, channel);
      if (!needsInputGradient) return;
      if (isTurned) indexTurned(survivors);
      else indexTaps(survivors);
    },
    forward({ vectors }) {
      kernels.convolve(
        vectors,
        outputs,
        height,
        width,
        starts,
        offsets,
        kernel.weights,
        bias?.weights ?? 0,
        input.values + firstWindow,
        input.groupPitch,
        windowRow,
        windowStep,
        output.values,
        output.groupPitch,
        output.planePitch,
        output.rowPitch,
      );
    },
    backward({ vectors }) {
      if (bias !== undefined) {
        kernels.convolutionBiasGradient(
          vectors,
          outputs,
          height,
          width,
          bias.gradients,
          output.gradients,
          output.groupPitch,
          output.planePitch,
          output.rowPitch,
        );
      }
      kernels.convolutionWeightGradient(
        vectors,
        outputs,
        height,
        width,
        starts,
        offsets,
        kernel.gradients,
        input.values + firstWindow,
        input.groupPitch,
        windowRow,
        windowStep,
        output.gradients,
        output.groupPitch,
        output.planePitch,
        output.rowPitch,
      );
      if (!needsInputGradient) return;
      if (isTurned) {
        kernels.gatherWeights(kernel.count * 4, back.positions, kernel.weights, back.weights);
        kernels.convolve(
          vectors,
          inputs,
          input.height,
          input.width,
          back.starts,
          back.offsets,
          back.weights,
          0,
          output.gradients + firstTurnedWindow,
          output.groupPitch,
          output.rowPitch,
          PIXEL,
          input.gradients,
          input.groupPitch,
          input.planePitch,
          input.rowPitch,
        );
        return;
      }
      const { gradients, bytes } = extentOf(input, vectors);
      kernels.clearGradient(bytes, gradients);
      kernels.scatterInputGradient(
        vectors,
        outputs,
        starts,
        offsets,
        back.taps,
        back.ranges,
        kernel.weights,
        output.gradients,
        output.groupPitch,
        output.planePitch,
        output.rowPitch,
        input.gradients + firstWindow,
        input.groupPitch,
        windowRow,
        windowStep,
      );
    },
  };
};

/** Where a weight is in `[kernel, kernel, inputs, outputs]`. */
function placeOf(layer: Conv2dLayer, index: number) {
  const { kernelSize, inputs, outputs } = layer;
  const output = index % outputs;
  const rest = (index - output) / outputs;
  const input = rest % inputs;
  const tap = (rest - input) / inputs;
  const pixel = tap % kernelSize;
  return { output, input, pixel, row: (tap - pixel) / kernelSize };
}

/** Output channel by output channel, in each by input channel, then by row and pixel. */
function byOutputChannel({ kernelSize, inputs, outputs }: Conv2dLayer): SurvivorOrder {
  const taps = kernelSize * kernelSize;
  return (mask) => {
    let count = 0;
    for (let index = 0; index < mask.length; index += 1) count += mask[index]!;
    const survivors = new Int32Array(count + 1);
    let next = 0;
    for (let output = 0; output < outputs; output += 1) {
      for (let input = 0; input < inputs; input += 1) {
        for (let tap = 0; tap < taps; tap += 1) {
          const index = (tap * inputs + input) * outputs + output;
          survivors[next] = index;
          next += mask[index]!;
        }
      }
    }
    return survivors.subarray(0, count);
  };
}
