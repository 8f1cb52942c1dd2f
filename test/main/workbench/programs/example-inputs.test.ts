/** Exported examples beside what engines read. */
import { beforeAll, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { Dataset, Features } from '../../../../src/main/engine/datasets/dataset.ts';
import { productOf } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import { AS_STORED } from '../../../../src/main/engine/normalizations/normalization.ts';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { testLogits } from '../../../../src/main/engine/training/test-logits.ts';
import {
  chosenExamples,
  normalizedInputs,
} from '../../../../src/main/workbench/programs/example-inputs.ts';
import { everyIndex } from '../../../../src/shared/indices.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { randomWeights } from '../../engine/sparse/harness.ts';

beforeAll(() => ensureSparseEngine(['strict']));

const COUNT = 40;
const CLASSES = 3;

function datasetOf(shape: readonly number[], features: Features): Dataset {
  const set = { count: COUNT, features, labels: new Int32Array(COUNT) };
  return { id: 'made', shape, classes: CLASSES, train: set, test: set, fingerprint: '' };
}

const CASES = [
  ['bytes of images', [5, 4, 3], 'conv-2', (value: number) => Math.floor(value * 256)],
  ['floats of images', [5, 4, 3], 'conv-2', (value: number) => 300 * value - 20],
  ['floats', [7], 'lenet-300-100', (value: number) => 3 * value],
] as const;

it.each(CASES.flatMap((each) => normalizations.entries.map(({ id }) => [id, ...each] as const)))(
  '%s of %s is what an engine reads, to the last bit',
  (id, name, shape, architecture, from) => {
    const random = rng('features');
    const size = productOf(shape);
    const values = Array.from({ length: COUNT * size }, () => from(random.uniform()));
    const features = name.startsWith('bytes') ? Uint8Array.from(values) : Float32Array.from(values);
    const raw = datasetOf(shape, features);
    const indices = everyIndex(COUNT);
    const channels = shape.at(-1)!;
    const normalization = normalizations.get(id).fit({ features, size, channels, indices });

    const network = architectures
      .get(architecture)
      .build({ id: architecture, width: 0.1 }, shape, CLASSES);
    const layout = layoutOf(network);
    const mask = new Uint8Array(layout.prunableCount).fill(1);
    const weights = randomWeights(layout, mask);
    const chosen = { trainIndices: indices, validationIndices: indices, testIndices: indices };
    const logits = (dataset: Dataset, given = normalization): Float32Array =>
      testLogits(network, weights, mask, { dataset, ...chosen, normalization: given });

    const inputs = normalizedInputs(raw.test, indices, shape, normalization);
    expect(logits(datasetOf(shape, inputs), AS_STORED)).toEqual(logits(raw));
  },
);

it('examples are spread over the test set, in their order', () => {
  const indices = Int32Array.from({ length: 1000 }, (_, index) => 2 * index);
  const chosen = chosenExamples(indices);
  expect(chosen).toHaveLength(256);
  expect([chosen[0], chosen[1], chosen[255]]).toEqual([0, 6, 1992]);
  expect(chosenExamples(indices.subarray(0, 3))).toEqual(Int32Array.of(0, 2, 4));
});
