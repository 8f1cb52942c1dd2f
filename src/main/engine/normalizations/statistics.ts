import type { ExampleSet, Features } from '../datasets/dataset.ts';
import type { Normalization, NormalizedExamples } from './normalization.ts';

/** Centers to subtract from features, and divisors to divide the differences by. */
export interface Moments {
  readonly centers: Float32Array;
  readonly divisors: Float32Array;
}

/** The mean and the (population) standard deviation of every channel, summed in float64. */
export function momentsOfChannels(examples: NormalizedExamples): Moments {
  const { features, size, channels, indices } = examples;
  const count = (indices.length * size) / channels;
  const means = new Float64Array(channels);
  for (const example of indices) {
    for (let at = example * size; at < (example + 1) * size; at += channels) {
      for (let channel = 0; channel < channels; channel += 1) {
        means[channel]! += features[at + channel]!;
      }
    }
  }
  for (let channel = 0; channel < channels; channel += 1) means[channel]! /= count;
  const squares = new Float64Array(channels);
  for (const example of indices) {
    for (let at = example * size; at < (example + 1) * size; at += channels) {
      for (let channel = 0; channel < channels; channel += 1) {
        const deviation = features[at + channel]! - means[channel]!;
        squares[channel]! += deviation * deviation;
      }
    }
  }
  return {
    centers: Float32Array.from(means),
    divisors: Float32Array.from(squares, (square) => orOne(Math.sqrt(square / count))),
  };
}

/** The smallest value of every channel, and its distance to the largest. */
export function rangesOfChannels(examples: NormalizedExamples): Moments {
  const { features, size, channels, indices } = examples;
  const least = new Float64Array(channels).fill(Infinity);
  const largest = new Float64Array(channels).fill(-Infinity);
  for (const example of indices) {
    for (let at = example * size; at < (example + 1) * size; at += channels) {
      for (let channel = 0; channel < channels; channel += 1) {
        const feature = features[at + channel]!;
        if (feature < least[channel]!) least[channel] = feature;
        if (feature > largest[channel]!) largest[channel] = feature;
      }
    }
  }
  return {
    centers: Float32Array.from(least),
    divisors: Float32Array.from(largest, (most, channel) => orOne(most - least[channel]!)),
  };
}

/**
 * The mean and the standard deviation of each of `count` examples, over all its features. The deviation
 * is at least 1 / √size (tf.image.per_image_standardization), so an image of one shade becomes zeros.
 */
export function momentsOfExamples(features: Features, count: number, size: number): Moments {
  const centers = new Float32Array(count);
  const divisors = new Float32Array(count);
  const least = 1 / Math.sqrt(size);
  for (let example = 0; example < count; example += 1) {
    const start = example * size;
    let sum = 0;
    for (let at = start; at < start + size; at += 1) sum += features[at]!;
    const mean = sum / size;
    let squares = 0;
    for (let at = start; at < start + size; at += 1) {
      const deviation = features[at]! - mean;
      squares += deviation * deviation;
    }
    centers[example] = mean;
    divisors[example] = Math.max(Math.sqrt(squares / size), least);
  }
  return { centers, divisors };
}

/** Like `momentsOfExamples`, computed once for each set in memory. */
export function momentsOfSet({ features, count }: ExampleSet): Moments {
  const known = MOMENTS.get(features);
  if (known) return known;
  const moments = momentsOfExamples(features, count, features.length / count);
  MOMENTS.set(features, moments);
  return moments;
}

const MOMENTS = new WeakMap<Features, Moments>();

/** Features that do not vary, or vary too little for a float32, are only shifted to 0. */
function orOne(divisor: number): number {
  return Math.fround(divisor) === 0 ? 1 : divisor;
}

/** One example, normalised in float64. */
export function normalized(example: Features, normalization: Normalization): Float64Array {
  const { centers, divisors } = momentsFor(example, normalization);
  return Float64Array.from(example, (feature, at) => {
    const channel = at % centers.length;
    return (feature - centers[channel]!) / divisors[channel]!;
  });
}

function momentsFor(example: Features, normalization: Normalization): Moments {
  switch (normalization.kind) {
    case 'uniform':
      return { centers: Float32Array.of(0), divisors: Float32Array.of(normalization.divisor) };
    case 'channels':
      return normalization;
    case 'examples':
      return momentsOfExamples(example, 1, example.length);
  }
}
