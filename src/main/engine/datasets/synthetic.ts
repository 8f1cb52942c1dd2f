/** What all synthetic datasets share: sizes, seed, and the order of the examples. */
import { everyIndex } from '../../../shared/indices.ts';
import { z } from 'zod';
import { rng, type Rng, shuffleInPlace } from '../../../shared/rng.ts';
import type { Dataset, DatasetSummary, ExampleSet } from './dataset.ts';
import { fingerprintOf } from './fingerprint.ts';
import { allocateFloatExamples } from './memory.ts';

const examples = z.int().min(2).max(10_000_000);

export const syntheticHparams = {
  train: examples.default(10_000).meta({
    title: 'Training examples',
    description: 'Includes the validation examples.',
    unit: 'examples',
  }),
  test: examples.default(2000).meta({
    title: 'Test examples',
    description: 'Drawn like the training examples, but separately.',
    unit: 'examples',
  }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .meta({
      title: 'Data seed',
      description: 'Alone determines the examples, whatever the seed of the search.',
    }),
};

export const noiseSetting = (initial: number) =>
  z.number().min(0).max(1000).default(initial).meta({
    title: 'Noise',
    description: 'Standard deviation of the noise added to every coordinate.',
  });

interface Synthetic {
  readonly id: string;
  readonly hparams: { readonly train: number; readonly test: number; readonly seed: number };
  readonly dimensions: number;
  readonly classes: number;
}

export function summarizeSynthetic(of: Synthetic): DatasetSummary {
  return {
    shape: [of.dimensions],
    classes: of.classes,
    trainExamples: of.hparams.train,
    testExamples: of.hparams.test,
  };
}

/**
 * Draws both sets. All classes have the same number of examples; if the number of examples is no
 * multiple of the number of classes, the first classes have one more.
 *
 * @param place writes the coordinates of one example into `point`. The example is number `index` of
 *   the `count` examples of class `label`.
 */
export async function drawSynthetic(
  of: Synthetic,
  place: (
    point: Float32Array,
    example: { label: number; index: number; count: number },
    random: Rng,
  ) => void,
): Promise<Dataset> {
  const { id, hparams, dimensions, classes } = of;
  const draw = (count: number, purpose: string): ExampleSet => {
    const set = allocateFloatExamples(id, count, [dimensions]);
    const random = rng(hparams.seed, id, purpose);
    const order = everyIndex(count);
    shuffleInPlace(order, random);
    let next = 0;
    for (let label = 0; label < classes; label += 1) {
      const own = Math.floor(count / classes) + (label < count % classes ? 1 : 0);
      for (let index = 0; index < own; index += 1) {
        const example = order[next]!;
        next += 1;
        set.labels[example] = label;
        const point = set.features.subarray(example * dimensions, (example + 1) * dimensions);
        place(point, { label, index, count: own }, random);
      }
    }
    return set;
  };
  const train = draw(hparams.train, 'train');
  const test = draw(hparams.test, 'test');
  const shape = [dimensions];
  const fingerprint = await fingerprintOf(shape, train, test);
  return { id, shape, classes, train, test, fingerprint };
}

/** Adds Gaussian noise of standard deviation `noise` to every coordinate. Zero draws no numbers. */
export function addNoise(point: Float32Array, noise: number, random: Rng): void {
  if (noise === 0) return;
  for (let at = 0; at < point.length; at += 1) point[at]! += noise * random.normal();
}
