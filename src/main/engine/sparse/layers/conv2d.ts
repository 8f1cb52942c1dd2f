import type { LayerSpecs } from '../../layers/spec.ts';
import {
  asPlanes,
  extentsOf,
  gradientsOf,
  groupOf,
  isNone,
  type Margin,
  NO_MARGIN,
  type PlanesActivation,
  reservePlanes,
  valuesOf,
  widerMargin,
} from '../activation.ts';
import type { Pointer, Vectors } from '../kernels.ts';
import { PIXEL } from '../layout.ts';
import type { SurvivorOrder } from '../packed-parameters.ts';
import { madeByGroup, portions, type ReadablePlanes, whereTheyLie } from '../readable-planes.ts';
import { windowReach } from '../window.ts';
import type { SparseLayerContext, SparseLayerFactory } from './layer.ts';

type Conv2dLayer = LayerSpecs['conv2d'];

/** y = x ⋆ W + b at W's survivors, `[kernel, kernel, inputs, outputs]`; see assembly/convolution.ts. */
export const conv2d: SparseLayerFactory<Conv2dLayer> = (layer, context) => {
  const { kernels, arena, needsInputGradient } = context;
  const { inputs, outputs, kernelSize, stride } = layer;
  const kernel = context.segment('kernel');
  kernel.order = byOutputChannel(layer);
  const bias = layer.hasBias ? context.segment('bias') : undefined;

  const input = asPlanes(context.input);
  const [height = 1, width = 1] = context.outputShape;
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
  const gradientMargin = isTurned && needsInputGradient ? turned : NO_MARGIN;
  const output = outputOf(layer, shape, gradientMargin, context);
  const read = readValues(reach, context);
  const readBack = readGradients(output, gradientMargin, context);
  read.giveBack();
  readBack.giveBack();

  const firstWindow = -reach.top * read.rowPitch - reach.left * PIXEL;
  const windowRow = stride * read.rowPitch;
  const windowStep = stride * PIXEL;
  const firstTurnedWindow = -turned.top * readBack.rowPitch - turned.left * PIXEL;
  let starts = 0;
  let offsets = 0;
  const back = { starts: 0, offsets: 0, positions: 0, weights: 0, targets: 0, taps: 0, ranges: 0 };

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
        place.output * readBack.planePitch +
        (kernelSize - 1 - place.row) * readBack.rowPitch +
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
    const targets = arena.integers(back.targets, survivors.length);
    const taps = arena.integers(back.taps, survivors.length);
    for (let k = 0; k < survivors.length; k += 1) {
      const { input: channel, row, pixel } = placeOf(layer, survivors[k]!);
      targets[k] = channel * input.planePitch + row * input.rowPitch + pixel * PIXEL;
      taps[k] = (row * kernelSize + pixel) * 16;
    }
  };

  const scatter = (vectors: Vectors, g: Pointer, dx: Pointer): void => {
    const inside = input.margin.top * input.rowPitch + input.margin.left * PIXEL;
    kernels.clearGradient(vectors * input.groupPitch, dx - inside);
    kernels.scatterInputGradient(
      vectors,
      outputs,
      starts,
      back.targets,
      back.taps,
      back.ranges,
      kernel.weights,
      g,
      readBack.groupPitch,
      readBack.planePitch,
      readBack.rowPitch,
      dx - reach.top * input.rowPitch - reach.left * PIXEL,
      input.groupPitch,
      stride * input.rowPitch,
      windowStep,
    );
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
        back.targets = arena.reserve(perSurvivor);
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
          place.input * read.planePitch + place.row * read.rowPitch + place.pixel * PIXEL;
      }
      channelStarts.fill(survivors.length * 4, channel);
      if (!needsInputGradient) return;
      if (isTurned) indexTurned(survivors);
      else indexTaps(survivors);
    },
    forward(pass) {
      for (const { group, vectors } of portions(pass, read.isByGroup)) {
        kernels.convolve(
          vectors,
          outputs,
          height,
          width,
          starts,
          offsets,
          kernel.weights,
          bias?.weights ?? 0,
          read.at(pass, group) + firstWindow,
          read.groupPitch,
          windowRow,
          windowStep,
          output.values + group * output.groupPitch,
          output.groupPitch,
          output.planePitch,
          output.rowPitch,
        );
      }
    },
    backward(pass) {
      if (bias !== undefined) {
        kernels.convolutionBiasGradient(
          pass.vectors,
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
      if (needsInputGradient && isTurned) {
        kernels.gatherWeights(kernel.count * 4, back.positions, kernel.weights, back.weights);
      }
      for (const { group, vectors } of portions(pass, read.isByGroup || readBack.isByGroup)) {
        const g = readBack.at(pass, group);
        kernels.convolutionWeightGradient(
          vectors,
          outputs,
          height,
          width,
          starts,
          offsets,
          kernel.gradients,
          read.at(pass, group) + firstWindow,
          read.groupPitch,
          windowRow,
          windowStep,
          g,
          readBack.groupPitch,
          readBack.planePitch,
          readBack.rowPitch,
        );
        if (!needsInputGradient) continue;
        const dx = input.gradients + group * input.groupPitch;
        if (isTurned) {
          kernels.convolve(
            vectors,
            inputs,
            input.height,
            input.width,
            back.starts,
            back.offsets,
            back.weights,
            0,
            g + firstTurnedWindow,
            readBack.groupPitch,
            readBack.rowPitch,
            PIXEL,
            dx,
            input.groupPitch,
            input.planePitch,
            input.rowPitch,
          );
          continue;
        }
        scatter(vectors, g, dx);
      }
    },
  };
};

/**
 * The gradients by the output of a whole batch are made when they are read, if the layer behind can;
 * those by biases are read at once.
 */
function outputOf(
  { hasBias }: Conv2dLayer,
  shape: { readonly height: number; readonly width: number; readonly channels: number },
  gradientMargin: Margin,
  { arena, margin, maximumVectors, isWholeBatch, areGradientsRecomputed }: SparseLayerContext,
): PlanesActivation {
  if (!isWholeBatch) {
    return reservePlanes(arena, shape, widerMargin(margin, gradientMargin), maximumVectors);
  }
  if (!areGradientsRecomputed || hasBias)
    return reservePlanes(arena, shape, margin, maximumVectors);
  const output = reservePlanes(arena, shape, margin, maximumVectors, false);
  return { ...output, gradientsOnDemand: { make: undefined } };
}

function readValues(
  reach: Margin,
  { arena, kernels, input, isWholeBatch }: SparseLayerContext,
): ReadablePlanes {
  const planes = asPlanes(input);
  if (planes.recompute) return madeByGroup(arena, planes, reach, planes.recompute);
  if (!isWholeBatch || isNone(reach)) return whereTheyLie(planes, planes.values);
  const [extents, from] = [extentsOf(planes), valuesOf(planes)];
  return madeByGroup(arena, planes, reach, (_pass, group, target) => {
    kernels.copyActivation(1, ...extents, ...groupOf(from, group), ...target);
  });
}

function readGradients(
  output: PlanesActivation,
  margin: Margin,
  { arena, kernels, isWholeBatch }: SparseLayerContext,
): ReadablePlanes {
  const { gradientsOnDemand } = output;
  if (gradientsOnDemand) {
    return madeByGroup(arena, output, margin, (pass, group, target) => {
      gradientsOnDemand.make!(pass, group, target);
    });
  }
  if (!isWholeBatch || isNone(margin)) return whereTheyLie(output, output.gradients);
  const [extents, from] = [extentsOf(output), gradientsOf(output)];
  return madeByGroup(arena, output, margin, (_pass, group, target) => {
    kernels.copyActivation(1, ...extents, ...groupOf(from, group), ...target);
  });
}

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
