import { describe, expect, it } from 'vitest';
import type { Dataset, ExampleSet } from '../../../../src/main/engine/datasets/dataset.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import type { EngineId } from '../../../../src/shared/domain/engine.ts';
import { batchAt, randomMask, randomWeights, sparseDataset } from '../sparse/harness.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const kernels = new Kernels();
const BATCH = 37;
const ENGINES: readonly EngineId[] = ['dense', 'sparse', 'sparse-relaxed'];
const SHAPES = [
  { architecture: 'lenet-300-100', shape: [21] },
  { architecture: 'lenet-300-100', shape: [6, 6, 2] },
  { architecture: 'conv-2', shape: [8, 8, 3] },
];

/** The same examples with the floats that an engine makes of their bytes. */
function asFloats(dataset: Dataset): Dataset {
  const floats = (set: ExampleSet): ExampleSet => ({
    ...set,
    features: Float32Array.from(set.features, (byte) => byte / 255),
  });
  return { ...dataset, train: floats(dataset.train), test: floats(dataset.test) };
}

function networkFor(architecture: string, { shape, classes }: Dataset) {
  return architectures.get(architecture).build({ id: architecture, width: 0.1 }, shape, classes);
}

/** All that a few steps on these examples come to. */
function train(engine: EngineId, architecture: string, dataset: Dataset) {
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
      validationIndices: Int32Array.from({ length: 40 }, (_, index) => index),
    },
    batchSize: BATCH,
    loss: {},
  });
  trainer.start(randomWeights(layout, mask), mask);
  for (let step = 1; step <= 5; step += 1) {
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

describe('features that are floats', () => {
  it.each(ENGINES.flatMap((engine) => SHAPES.map((each) => ({ engine, ...each }))))(
    'are used as they are by the $engine engine: $architecture on $shape',
    ({ engine, architecture, shape }) => {
      const bytes = sparseDataset(shape, 10);
      const expected = train(engine, architecture, bytes);
      expect(train(engine, architecture, asFloats(bytes))).toEqual(expected);
      const negative = asFloats(bytes);
      for (const [at, value] of negative.train.features.entries()) {
        negative.train.features[at] = -2.5 * value;
      }
      expect(train(engine, architecture, negative)).not.toEqual(expected);
    },
  );

  it.each(SHAPES)('give the same sensitivities: $architecture on $shape', (each) => {
    const bytes = sparseDataset(each.shape, 10);
    const gradientOf = (dataset: Dataset) => {
      const network = networkFor(each.architecture, dataset);
      const layout = layoutOf(network);
      const weights = randomWeights(layout, randomMask(layout, 1));
      const examples = Int32Array.from({ length: 20 }, (_, index) => index);
      return new Sensitivity(kernels, network, dataset, examples).lossGradient({
        weights,
        examples,
      });
    };
    const expected = gradientOf(bytes);
    for (const [index, value] of gradientOf(asFloats(bytes)).entries()) {
      expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-6);
    }
  });
});

describe('features that are not an image', () => {
  it('are refused by a layer that needs one, with its name and both shapes', () => {
    const vectors = sparseDataset([21], 10);
    expect(() => networkFor('conv-2', vectors)).toThrow(
      'layer conv1 takes [height, width, 21] but is given [21]',
    );
  });
});
