/** Test examples as a network reads them. */
import { productOf } from '../../engine/layers/spec.ts';
import type { Normalization } from '../../engine/normalizations/normalization.ts';
import { momentsOfExamples } from '../../engine/normalizations/statistics.ts';
import type { ExampleSet } from '../../engine/datasets/dataset.ts';

/** How many examples are exported with a model. */
const MOST_EXAMPLES = 256;

/** Spread evenly over the given indices, because files are often sorted by class. */
export function chosenExamples(indices: Int32Array): Int32Array {
  const count = Math.min(MOST_EXAMPLES, indices.length);
  return Int32Array.from(
    { length: count },
    (_, index) => indices[Math.floor((index * indices.length) / count)]!,
  );
}

/** `[indices, ...shape]`, normalised in float32, as engines gather them into a batch. */
export function normalizedInputs(
  { features }: ExampleSet,
  indices: Int32Array,
  shape: readonly number[],
  normalization: Normalization,
): Float32Array {
  const size = productOf(shape);
  const inputs = new Float32Array(indices.length * size);
  indices.forEach((example, index) => {
    const raw = features.subarray(example * size, (example + 1) * size);
    inputs.set(normalizedExample(raw, normalization), index * size);
  });
  return inputs;
}

function normalizedExample(
  raw: Uint8Array | Float32Array,
  normalization: Normalization,
): Float32Array {
  switch (normalization.kind) {
    case 'uniform':
      return Float32Array.from(raw, (feature) => feature / normalization.divisor);
    case 'channels':
      return shifted(raw, normalization.centers, normalization.divisors);
    case 'examples': {
      const { centers, divisors } = momentsOfExamples(raw, 1, raw.length);
      return shifted(raw, centers, divisors);
    }
  }
}

function shifted(
  raw: Uint8Array | Float32Array,
  centers: Float32Array,
  divisors: Float32Array,
): Float32Array {
  return Float32Array.from(raw, (feature, at) => {
    const channel = at % centers.length;
    return Math.fround(feature - centers[channel]!) / divisors[channel]!;
  });
}
