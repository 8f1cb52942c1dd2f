import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type {
  Dataset,
  ExampleSet,
  Features,
} from '../../../../src/main/engine/datasets/dataset.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { productOf } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import type { Normalization } from '../../../../src/main/engine/normalizations/normalization.ts';
import {
  momentsOfExamples,
  normalized,
} from '../../../../src/main/engine/normalizations/statistics.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import type { EngineId } from '../../../../src/shared/domain/engine.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { batchAt, randomMask, randomWeights, sparseDataset } from '../sparse/harness.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

interface Fixture {
  readonly trained: readonly number[];
  readonly cases: readonly {
    readonly name: 'bytes' | 'floats';
    readonly shape: readonly number[];
    readonly features: readonly number[];
    readonly expected: Readonly<Record<string, readonly number[]>>;
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/normalizations/expected.json', import.meta.url), 'utf8'),
) as Fixture;

function fit(id: string, { features, count }: ExampleSet, shape: readonly number[]) {
  return normalizations.get(id).fit({
    features,
    size: features.length / count,
    channels: shape.at(-1)!,
    indices: Int32Array.from(fixture.trained),
  });
}

describe.each(fixture.cases)('$name beside NumPy and PyTorch', (each) => {
  const size = productOf(each.shape);
  const features: Features =
    each.name === 'bytes' ? Uint8Array.from(each.features) : Float32Array.from(each.features);
  const set = { count: features.length / size, features, labels: new Int32Array() };

  it.each(normalizations.entries)('normalised as $id', ({ id }) => {
    const normalization = fit(id, set, each.shape);
    const expected = each.expected[id]!;
    const largest = Math.max(...expected.map(Math.abs));
    for (let example = 0; example < set.count; example += 1) {
      const own = normalized(
        features.subarray(example * size, (example + 1) * size),
        normalization,
      );
      for (const [at, value] of own.entries()) {
        const error = Math.abs(value - expected[example * size + at]!);
        // Centres and divisors are float32: of the years around 2020, 6e-5 of half a year.
        expect(error).toBeLessThan(1e-6 * Math.max(largest, each.name === 'floats' ? 300 : 0));
      }
    }
  });
});

const kernels = new Kernels();
const BATCH = 37;
const ENGINES: readonly EngineId[] = ['dense', 'sparse', 'sparse-relaxed'];
const SHAPES = [
  { architecture: 'lenet-300-100', shape: [21] },
  { architecture: 'lenet-300-100', shape: [6, 6, 2] },
  { architecture: 'conv-2', shape: [8, 8, 3] },
];

function withFeatures(dataset: Dataset, change: (features: Features) => Features): Dataset {
  const changed = (set: ExampleSet) => ({ ...set, features: change(set.features) });
  return { ...dataset, train: changed(dataset.train), test: changed(dataset.test) };
}

const asFloats = (dataset: Dataset): Dataset => {
  const random = rng('floats');
  return withFeatures(dataset, (features) =>
    Float32Array.from(features, (byte) => byte * 0.3 + random.normal()),
  );
};

/** The float32 arithmetic of both engines, ahead of a training. */
function ahead(dataset: Dataset, normalization: Normalization): Dataset {
  const size = productOf(dataset.shape);
  return withFeatures(dataset, (features) => {
    const own = momentsOfExamples(features, features.length / size, size);
    return Float32Array.from(features, (feature, at) => {
      switch (normalization.kind) {
        case 'uniform':
          return feature / normalization.divisor;
        case 'channels': {
          const channel = at % normalization.centers.length;
          const difference = Math.fround(feature - normalization.centers[channel]!);
          return difference / normalization.divisors[channel]!;
        }
        case 'examples': {
          const example = Math.floor(at / size);
          return Math.fround(feature - own.centers[example]!) / own.divisors[example]!;
        }
      }
    });
  });
}

function networkFor(architecture: string, { shape, classes }: Dataset) {
  return architectures.get(architecture).build({ id: architecture, width: 0.1 }, shape, classes);
}

function train(
  engine: EngineId,
  architecture: string,
  dataset: Dataset,
  normalization: Normalization,
) {
  const network = networkFor(architecture, dataset);
  const layout = layoutOf(network);
  const mask = randomMask(layout, 0.5);
  const trainer = createTrainer(engine, {
    kernels,
    network,
    optimizer: { id: 'adam' },
    data: {
      dataset,
      trainIndices: Int32Array.from({ length: dataset.train.count }, (_, index) => index),
      validationIndices: Int32Array.from({ length: 41 }, (_, index) => index),
      testIndices: Int32Array.of(1, 3, 7),
      normalization,
    },
    batchSize: BATCH,
    loss: {},
  });
  trainer.start(randomWeights(layout, mask), mask);
  for (let step = 1; step <= 4; step += 1) {
    trainer.step(batchAt(step, BATCH, dataset.train.count), step);
  }
  const result = {
    ...stateOf(trainer),
    validation: trainer.scoreValidation(),
    test: trainer.scoreTest(),
  };
  trainer.dispose();
  return result;
}

const CASES = ENGINES.flatMap((engine) =>
  SHAPES.flatMap((each) =>
    (['bytes', 'floats'] as const).map((kind) => ({ engine, kind, ...each })),
  ),
);

describe.each(normalizations.entries)('normalisation $id', ({ id }) => {
  it.each(CASES)(
    'of $kind is computed by the $engine engine as ahead of training: $architecture on $shape',
    ({ engine, kind, architecture, shape }) => {
      const bytes = sparseDataset(shape, 10);
      const dataset = kind === 'bytes' ? bytes : asFloats(bytes);
      const normalization = fit(id, dataset.train, shape);
      const expected = train(engine, architecture, ahead(dataset, normalization), {
        kind: 'uniform',
        divisor: 1,
      });
      expect(train(engine, architecture, dataset, normalization)).toEqual(expected);
      expect(Number.isFinite(expected.test.loss)).toBe(true);
    },
  );

  it.each(SHAPES)('is what sensitivities see: $architecture on $shape', (each) => {
    const dataset = sparseDataset(each.shape, 10);
    const normalization = fit(id, dataset.train, each.shape);
    const network = networkFor(each.architecture, dataset);
    const layout = layoutOf(network);
    const weights = randomWeights(layout, randomMask(layout, 1)).map((weight) => weight / 8);
    const examples = Int32Array.from({ length: BATCH }, (_, index) => index);
    const gradientOf = (data: Dataset, own: Normalization) =>
      new Sensitivity(kernels, network, data, examples, own).lossGradient({ weights, examples });
    const expected = gradientOf(ahead(dataset, normalization), { kind: 'uniform', divisor: 1 });
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [at, value] of gradientOf(dataset, normalization).entries()) {
      expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-5 * largest);
    }
  });
});
