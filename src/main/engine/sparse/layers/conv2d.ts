import type { LayerSpecs } from '../../layers/spec.ts';
import {
  asPlanes,
  extentOf,
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
import type { ScatterIndex, SparseKernel, View, Windows } from '../kernel-bindings.ts';
import { PIXEL } from '../layout.ts';
import type { SurvivorOrder } from '../packed-parameters.ts';
import {
  computedByGroup,
  portions,
  type ReadablePlanes,
  storedPlanes,
} from '../readable-planes.ts';
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
  const isRotated = stride === 1;
  // The windows of the rotated kernel reach over the edges of the gradient.
  const rotatedReach: Margin = {
    top: kernelSize - 1 - reach.top,
    left: kernelSize - 1 - reach.left,
    bottom: kernelSize - 1 - reach.bottom,
    right: kernelSize - 1 - reach.right,
  };
  const gradientMargin = isRotated && needsInputGradient ? rotatedReach : NO_MARGIN;
  const output = outputOf(layer, shape, gradientMargin, context);
  const readableX = readValues(reach, context);
  const readableG = readGradients(output, gradientMargin, context);
  readableX.giveBack();
  readableG.giveBack();

  let index: SparseKernel = { starts: 0, offsets: 0 };
  /** The kernel rotated by 180°, input channel by input channel; `positions` are those in `kernel`. */
  let rotated = { starts: 0, offsets: 0, positions: 0, weights: 0 };
  let scatter: ScatterIndex = { starts: 0, targets: 0, taps: 0, ranges: 0 };

  /** Writes the index of the rotated kernel, in which input and output channels change places. */
  const indexRotated = (survivors: Int32Array): void => {
    const starts = arena.integers(rotated.starts, inputs + 1);
    const offsets = arena.integers(rotated.offsets, survivors.length);
    const positions = arena.integers(rotated.positions, survivors.length);
    const next = new Int32Array(inputs + 1);
    for (const survivor of survivors) next[tapOf(layer, survivor).input + 1]! += 1;
    for (let channel = 0; channel < inputs; channel += 1) next[channel + 1]! += next[channel]!;
    for (let channel = 0; channel <= inputs; channel += 1) starts[channel] = next[channel]! * 4;
    for (let k = 0; k < survivors.length; k += 1) {
      const tap = tapOf(layer, survivors[k]!);
      const position = next[tap.input]!;
      next[tap.input] = position + 1;
      positions[position] = k * 4;
      offsets[position] =
        tap.output * readableG.planePitch +
        (kernelSize - 1 - tap.row) * readableG.rowPitch +
        (kernelSize - 1 - tap.pixel) * PIXEL;
    }
  };

  /** Writes which windows have each tap of the kernel inside the image. */
  const indexTaps = (survivors: Int32Array): void => {
    const inside = (tap: number, before: number, inputSize: number, outputSize: number) => {
      const first = Math.max(0, Math.ceil((before - tap) / stride));
      const last = Math.min(outputSize - 1, Math.floor((inputSize - 1 + before - tap) / stride));
      return [first, last + 1] as const;
    };
    const ranges = arena.integers(scatter.ranges, kernelSize * kernelSize * 4);
    for (let row = 0; row < kernelSize; row += 1) {
      for (let pixel = 0; pixel < kernelSize; pixel += 1) {
        const rows = inside(row, reach.top, input.height, height);
        const pixels = inside(pixel, reach.left, input.width, width);
        ranges.set([...rows, ...pixels], (row * kernelSize + pixel) * 4);
      }
    }
    const targets = arena.integers(scatter.targets, survivors.length);
    const taps = arena.integers(scatter.taps, survivors.length);
    for (let k = 0; k < survivors.length; k += 1) {
      const tap = tapOf(layer, survivors[k]!);
      targets[k] = tap.input * input.planePitch + tap.row * input.rowPitch + tap.pixel * PIXEL;
      taps[k] = (tap.row * kernelSize + tap.pixel) * 16;
    }
  };

  const windowsOf = (x: View): Windows => windowsOver(x, reach, stride);

  return {
    output,
    reserve() {
      const perSurvivor = kernel.count * 4;
      index = {
        starts: arena.reserve((outputs + 1) * 4),
        offsets: arena.reserve(perSurvivor),
      };
      if (!needsInputGradient) return;
      if (isRotated) {
        rotated = {
          starts: arena.reserve((inputs + 1) * 4),
          offsets: arena.reserve(perSurvivor),
          positions: arena.reserve(perSurvivor),
          weights: arena.reserve(perSurvivor),
        };
      } else {
        scatter = {
          starts: index.starts,
          targets: arena.reserve(perSurvivor),
          taps: arena.reserve(perSurvivor),
          ranges: arena.reserve(kernelSize * kernelSize * 16),
        };
      }
    },
    index() {
      const survivors = kernel.survivors!;
      const starts = arena.integers(index.starts, outputs + 1);
      const offsets = arena.integers(index.offsets, survivors.length);
      let channel = 0;
      for (let k = 0; k < survivors.length; k += 1) {
        const tap = tapOf(layer, survivors[k]!);
        while (channel <= tap.output) starts[channel++] = k * 4;
        offsets[k] =
          tap.input * readableX.planePitch + tap.row * readableX.rowPitch + tap.pixel * PIXEL;
      }
      starts.fill(survivors.length * 4, channel);
      if (!needsInputGradient) return;
      if (isRotated) indexRotated(survivors);
      else indexTaps(survivors);
    },
    forward(pass) {
      const biases = bias?.weights ?? 0;
      for (const { group, vectors } of portions(pass, readableX.isByGroup)) {
        const x = windowsOf(readableX.at(pass, group));
        const y = groupOf(valuesOf(output), group);
        kernels.convolve(vectors, index, kernel.weights, biases, x, y);
      }
    },
    backward(pass) {
      if (bias !== undefined) {
        kernels.convolutionBiasGradient(pass.vectors, bias.gradients, gradientsOf(output));
      }
      if (needsInputGradient && isRotated) {
        kernels.gatherWeights(kernel.count * 4, rotated.positions, kernel.weights, rotated.weights);
      }
      const isByGroup = readableX.isByGroup || readableG.isByGroup;
      for (const { group, vectors } of portions(pass, isByGroup)) {
        const g = readableG.at(pass, group);
        const x = windowsOf(readableX.at(pass, group));
        kernels.convolutionWeightGradient(vectors, index, kernel.gradients, x, g);
        if (!needsInputGradient) continue;
        const dx = groupOf(gradientsOf(input), group);
        if (isRotated) {
          const windows = windowsOver(g, rotatedReach, 1);
          kernels.convolve(vectors, rotated, rotated.weights, 0, windows, dx);
          continue;
        }
        const { gradients } = extentOf(input, vectors);
        kernels.clearGradient(vectors * input.groupPitch, gradients + group * input.groupPitch);
        kernels.scatterInputGradient(vectors, scatter, kernel.weights, g, windowsOf(dx));
      }
    },
  };
};

/** The windows of a kernel over planes; `reach` is how far they reach over the edges. */
function windowsOver(x: View, reach: Margin, stride: number): Windows {
  return {
    start: x.start - reach.top * x.rowPitch - reach.left * PIXEL,
    groupPitch: x.groupPitch,
    rowPitch: stride * x.rowPitch,
    pixelPitch: stride * PIXEL,
  };
}

/**
 * The gradients by the output of a whole batch are computed where they are read, if the next layer
 * can do that. Those of a layer with biases are stored, because the biases read them, too.
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
  return { ...output, gradientsOnDemand: { compute: undefined } };
}

/** The input's values with a margin as wide as windows reach over the edges. */
function readValues(
  reach: Margin,
  { arena, kernels, input, isWholeBatch }: SparseLayerContext,
): ReadablePlanes {
  const planes = asPlanes(input);
  if (planes.recompute) return computedByGroup(arena, planes, reach, planes.recompute);
  if (!isWholeBatch || isNone(reach)) return storedPlanes(planes, planes.values);
  const x = valuesOf(planes);
  return computedByGroup(arena, planes, reach, (_pass, group, target) => {
    kernels.copyActivation(1, groupOf(x, group), target);
  });
}

/** The gradients by the output with a margin. */
function readGradients(
  output: PlanesActivation,
  margin: Margin,
  { arena, kernels, isWholeBatch }: SparseLayerContext,
): ReadablePlanes {
  const { gradientsOnDemand } = output;
  if (gradientsOnDemand) {
    return computedByGroup(arena, output, margin, (pass, group, target) => {
      const { compute } = gradientsOnDemand;
      if (!compute) throw new Error('no layer computes the gradients by this convolution');
      compute(pass, group, target);
    });
  }
  if (!isWholeBatch || isNone(margin)) return storedPlanes(output, output.gradients);
  const g = gradientsOf(output);
  return computedByGroup(arena, output, margin, (_pass, group, target) => {
    kernels.copyActivation(1, groupOf(g, group), target);
  });
}

/** The tap and channels of the weight with this index in `[kernel, kernel, inputs, outputs]`. */
function tapOf(layer: Conv2dLayer, index: number) {
  const { kernelSize, inputs, outputs } = layer;
  const output = index % outputs;
  const rest = (index - output) / outputs;
  const input = rest % inputs;
  const tap = (rest - input) / inputs;
  const pixel = tap % kernelSize;
  return { output, input, pixel, row: (tap - pixel) / kernelSize };
}

/** By output channel, then by input channel, row and pixel. */
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
