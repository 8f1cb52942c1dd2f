/** Evaluation of laid out examples gives the bits of examples that are transposed each time. */
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import { loadSparseModule } from '../../../../src/main/engine/sparse/kernels.ts';
import {
  type LaidOutSets,
  reserveLaidOut,
} from '../../../../src/main/engine/sparse/laid-out-examples.ts';
import { SparseTrainer } from '../../../../src/main/engine/sparse/sparse-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { Score } from '../../../../src/main/engine/training/trainer.ts';
import { everyIndex } from '../../../../src/shared/indices.ts';
import { smallResnet } from '../../../support/small-resnet.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';
import { fullyConnected, randomMask, randomWeights, sparseDataset } from './harness.ts';

buildWasmFirst();

const SIZE = 8;

interface Problem {
  readonly network: NetworkSpec;
  readonly dataset: Dataset;
}

const NETWORKS: Readonly<Record<string, Problem>> = {
  'flat features': { network: fullyConnected([70, 40, 10]), dataset: sparseDataset([70], 10) },
  'images of three channels': imagesOf(3, (shape) =>
    architectures.get('conv-2').build({ id: 'conv-2' }, shape, 10),
  ),
  'images that are flattened first': imagesOf(1, (shape) =>
    architectures.get('lenet-300-100').build({ id: 'lenet-300-100' }, shape, 10),
  ),
  'batch normalisation': (() => {
    const network = smallResnet();
    return { network, dataset: sparseDataset(network.inputShape, network.classes) };
  })(),
};

function imagesOf(channels: number, build: (shape: readonly number[]) => NetworkSpec) {
  const shape = [SIZE, SIZE, channels];
  return { network: build(shape), dataset: sparseDataset(shape, 10) };
}

/** Neither count is a multiple of 32 or of 4; the order of the validation examples is not theirs. */
const VALIDATION = Int32Array.from({ length: 75 }, (_, index) => (index * 37 + 5) % 300);
const TEST = Int32Array.from({ length: 130 }, (_, index) => index * 2 + 1);

interface Scores {
  readonly validation: Score;
  readonly test: Score;
  readonly correct: Uint8Array;
  readonly logits: Float32Array;
}

function scoresOf(
  { network, dataset }: Problem,
  normalization: string,
  laidOut?: LaidOutSets,
  validationIndices = VALIDATION,
  infinite?: { readonly place: number; readonly weight: number },
): Scores {
  const indices = Int32Array.from({ length: 60 }, (_, index) => index);
  const data = {
    dataset,
    trainIndices: indices,
    validationIndices,
    testIndices: TEST,
    normalization: normalizations.get(normalization).fit({
      features: dataset.train.features,
      size: dataset.train.features.length / dataset.train.count,
      channels: dataset.shape.at(-1) ?? 1,
      indices,
    }),
    laidOut,
  };
  const optimizer = optimizers.get('adam').create({ id: 'adam' });
  const trainer = new SparseTrainer(loadSparseModule('strict'), network, optimizer, data, 60);
  const layout = layoutOf(network);
  const mask = randomMask(layout, 0.7);
  const weights = randomWeights(layout, mask);
  if (infinite) weights[infinite.place] = infinite.weight;
  trainer.start(weights, mask);
  // A step would make all weights NaN.
  if (!infinite) trainer.step(indices, 1);
  const correct = new Uint8Array(TEST.length);
  const validation = trainer.scoreValidation();
  return { validation, test: trainer.scoreTest(correct), correct, logits: trainer.testLogits() };
}

const reserved = ({ network, dataset }: Problem): LaidOutSets | undefined =>
  reserveLaidOut(network, dataset.train, VALIDATION, TEST);

describe.each(Object.keys(NETWORKS))('laid out examples: %s', (name) => {
  const problem = NETWORKS[name]!;

  it.each(normalizations.entries.map(({ id }) => id))(
    'give the same bits, laid out by this trainer or another one (%s)',
    (normalization) => {
      const expected = scoresOf(problem, normalization);
      const laidOut = reserved(problem);
      expect(laidOut).toBeDefined();
      expect(scoresOf(problem, normalization, laidOut)).toEqual(expected);
      expect(laidOut?.test.isThere.every((flag) => flag === 1)).toBe(true);
      expect(scoresOf(problem, normalization, laidOut)).toEqual(expected);
    },
  );

  it('are those of the search, whichever part of them is evaluated first', () => {
    const expected = scoresOf(problem, 'unit');
    const laidOut = reserved(problem);
    const part = VALIDATION.subarray(0, 40);
    const others = VALIDATION.map((index) => (index + 1) % 300);
    for (const evaluated of [part, others]) {
      expect(scoresOf(problem, 'unit', laidOut, evaluated)).toEqual(
        scoresOf(problem, 'unit', undefined, evaluated),
      );
    }
    expect(scoresOf(problem, 'unit', laidOut)).toEqual(expected);
  });

  it('are read from the memory that workers share', () => {
    const laidOut = reserved(problem)!;
    const first = scoresOf(problem, 'unit', laidOut);
    laidOut.test.bytes.fill(0);
    const second = scoresOf(problem, 'unit', laidOut);
    expect(second.validation).toEqual(first.validation);
    expect(second.test).not.toEqual(first.test);
  });
});

describe('the order of evaluation', () => {
  it.each(['flat features', 'images that are flattened first'])(
    'brings %s with the same zeros together',
    (name) => {
      const problem = NETWORKS[name]!;
      const laidOut = reserved(problem)!;
      scoresOf(problem, 'unit', laidOut);
      expect(laidOut.test.order).not.toEqual(everyIndex(TEST.length));
      expect(laidOut.test.order.toSorted()).toEqual(everyIndex(TEST.length));
    },
  );

  it.each([Infinity, -Infinity, Number.NaN])(
    'is that of the examples once a weight is %d: times a zero, it is no zero',
    (weight) => {
      const { network, dataset } = NETWORKS['flat features']!;
      // Only the first tile of the examples in their own order has a feature 1 that is not zero.
      const features = Uint8Array.from(dataset.test.features, (byte, place) =>
        place % 70 === 1 ? Number(place < 30 * 70) : byte,
      );
      const problem = { network, dataset: { ...dataset, test: { ...dataset.test, features } } };
      const kept = randomMask(layoutOf(network), 0.7);
      const infinite = { place: kept.indexOf(1, 40), weight };
      expect(infinite.place).toBeLessThan(80);
      const expected = scoresOf(problem, 'unit', undefined, VALIDATION, infinite);
      const laidOut = reserved(problem);
      expect(scoresOf(problem, 'unit', laidOut, VALIDATION, infinite)).toEqual(expected);
      expect(laidOut?.test.order).not.toEqual(everyIndex(TEST.length));
      expect(expected.logits.every(Number.isFinite)).toBe(false);
      expect(expected.logits.some(Number.isFinite)).toBe(true);
    },
  );

  it('stays that of the examples for planes, whose kernels leave out no zeros', () => {
    const problem = NETWORKS['images of three channels']!;
    const laidOut = reserved(problem)!;
    scoresOf(problem, 'unit', laidOut);
    expect(laidOut.test.order).toEqual(everyIndex(TEST.length));
  });
});

describe('reserveLaidOut', () => {
  const flat = NETWORKS['flat features']!;
  const images = NETWORKS['images of three channels']!;

  it('reserves nothing for floats', () => {
    const { train } = flat.dataset;
    const floats = { features: Float32Array.from(train.features) };
    expect(reserveLaidOut(flat.network, floats, VALIDATION, TEST)).toBeUndefined();
  });

  // An image takes 8 × 8 × 3 bytes; an example with 70 flat features takes 70 and its share of 71 rows.
  it.each([
    { name: 'images', problem: images, fit: 1_398_000, tooMany: 1_398_200 },
    { name: 'flat features', problem: flat, fit: 3_400_000, tooMany: 3_406_000 },
  ])('reserves nothing for copies of $name above 256 MiB', ({ problem, fit, tooMany }) => {
    const { network, dataset } = problem;
    const none = new Int32Array(0);
    const sets = reserveLaidOut(network, dataset.train, new Int32Array(fit), none);
    const { bytes, rows } = sets!.validation;
    const reservedBytes = bytes.byteLength + (rows?.byteLength ?? 0);
    expect(reservedBytes / 2 ** 20).toBeGreaterThan(255);
    expect(reserveLaidOut(network, dataset.train, new Int32Array(tooMany), none)).toBeUndefined();
  });

  it('reserves rows for flat features only', () => {
    expect(reserved(flat)?.test.rows).toBeDefined();
    expect(reserved(images)?.test.rows).toBeUndefined();
  });
});
