import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { type NetworkSpec, productOf } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import { ENGINE_IDS, type EngineId } from '../../../../src/shared/domain/engine.ts';
import {
  applyMask,
  halfMask,
  initialParameters,
  syntheticBatch,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const SHAPE = [16, 16, 3];
const CLASSES = 4;
/** Not a whole number of vectors, and more than one pass of the sparse engine. */
const BATCH = 38;
const EXAMPLES = 60;
const kernels = new Kernels();

/** Every kind of layer, in places where no architecture has it. */
const UNUSUAL = [
  { kind: 'batch-norm' },
  { kind: 'dropout', rate: 0.3 },
  { kind: 'conv2d', channels: 6, bias: false },
  { kind: 'batch-norm' },
  { kind: 'max-pool', size: 3, stride: 2, padding: 'same' },
  { kind: 'dropout', rate: 0.1 },
  { kind: 'relu' },
  { kind: 'residual', channels: 6 },
  { kind: 'average-pool', size: 3, stride: 2, padding: 'same' },
  { kind: 'residual', channels: 9, stride: 3 },
  { kind: 'residual', channels: 7, stride: 2, shortcut: 'projection' },
  { kind: 'flatten' },
  { kind: 'batch-norm' },
  { kind: 'dense', units: 9 },
  { kind: 'batch-norm' },
  { kind: 'relu' },
  { kind: 'dropout', rate: 0.5 },
];

const CASES = [
  ...architectures.entries.map(({ id }) => ({ name: id, settings: { id, width: 1 / 16 } })),
  {
    name: 'resnet-20 with projections',
    settings: { id: 'resnet-20', width: 1 / 8, shortcut: 'projection' },
  },
  { name: 'every kind of layer', settings: { id: 'custom', layers: UNUSUAL } },
];

function setUp(engine: EngineId, network: NetworkSpec) {
  const trainer = createTrainer(engine, {
    kernels,
    network,
    optimizer: { id: 'momentum', learningRate: 0.01 },
    data: {
      dataset: syntheticDataset(SHAPE, EXAMPLES, CLASSES),
      trainIndices: new Int32Array(),
      validationIndices: Int32Array.from({ length: EXAMPLES }, (_, index) => index),
    },
    batchSize: BATCH,
    loss: {},
  });
  const { layout } = trainer;
  const mask = halfMask(layout);
  trainer.start(applyMask(layout, initialParameters(layout), mask), mask, 7);
  return trainer;
}

describe.each(CASES)('$name', ({ settings }) => {
  const network = architectures.get(settings.id).build(settings, SHAPE, CLASSES);
  const layout = layoutOf(network);

  it.each(['sparse', 'sparse-relaxed'] as const)(
    'has the dense engine’s gradients, %s',
    (engine) => {
      const [dense, sparse] = [setUp('dense', network), setUp(engine, network)];
      const batch = syntheticBatch(0, BATCH, EXAMPLES);
      const expected = dense.gradients(batch);
      const gradients = sparse.gradients(batch);
      for (const { name, offset, size } of layout.parameters) {
        const of = (flat: Float32Array) => flat.subarray(offset, offset + size);
        const error = norm(of(difference(gradients, expected)));
        // A ReLU that rounding turns on or off in some fifty layers is much of a thin one's gradient.
        // sparse/layers.test.ts holds the sparse engine to float64 where it follows such signs.
        expect(error, name).toBeLessThan(0.05 * norm(of(expected)) + 1e-3 * norm(expected));
      }
      dense.dispose();
      sparse.dispose();
    },
  );

  it('has the dense engine’s scores and statistics after three steps', () => {
    const trained = ENGINE_IDS.map((engine) => {
      const trainer = setUp(engine, network);
      for (let step = 0; step < 3; step += 1) {
        trainer.step(syntheticBatch(step, BATCH, EXAMPLES), step + 1);
      }
      const result = { score: trainer.scoreValidation(), ...stateOf(trainer) };
      trainer.dispose();
      return result;
    });
    const [dense, ...others] = trained;
    for (const { score, parameters } of others) {
      expect(Math.abs(score.loss - dense!.score.loss)).toBeLessThan(1e-3 * dense!.score.loss);
      const error = norm(difference(parameters, dense!.parameters));
      expect(error).toBeLessThan(1e-3 * norm(dense!.parameters));
    }
  });
});

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

const difference = (a: Float32Array, b: Float32Array): Float32Array =>
  a.map((value, index) => value - b[index]!);

it.each(ENGINE_IDS)('the dataset’s own validation set is what %s validates on', (engine) => {
  const network = architectures.get('mlp').build({ id: 'mlp', widths: [5] }, SHAPE, CLASSES);
  const dataset = syntheticDataset(SHAPE, EXAMPLES, CLASSES);
  const part = {
    count: 9,
    features: dataset.train.features.slice(0, 9 * productOf(SHAPE)),
    labels: dataset.train.labels.slice(0, 9),
  };
  const trainer = createTrainer(engine, {
    kernels,
    network,
    optimizer: { id: 'sgd', learningRate: 0.01 },
    data: {
      dataset: { ...dataset, test: part, validation: part },
      trainIndices: Int32Array.of(0),
      validationIndices: Int32Array.from({ length: 9 }, (_, index) => index),
    },
    batchSize: 1,
    loss: {},
  });
  const { layout } = trainer;
  const mask = halfMask(layout);
  trainer.start(applyMask(layout, initialParameters(layout), mask), mask, 7);
  const validated = trainer.scoreValidation();
  expect(validated.loss).toBeGreaterThan(0);
  expect(validated).toEqual(trainer.scoreTest());
  trainer.dispose();
});

describe('which test examples are correct', () => {
  const network = architectures.get('mlp').build({ id: 'mlp', widths: [5] }, SHAPE, CLASSES);
  const dataset = syntheticDataset(SHAPE, EXAMPLES, CLASSES);
  // Not in order, and not a whole number of passes.
  const testIndices = Int32Array.from({ length: 37 }, (_, index) => (index * 7) % EXAMPLES);

  function tested(engine: EngineId, parametersOf?: (count: number) => Float32Array) {
    const trainer = createTrainer(engine, {
      kernels,
      network,
      optimizer: { id: 'sgd', learningRate: 0.01 },
      data: {
        dataset,
        trainIndices: Int32Array.of(0),
        validationIndices: Int32Array.of(0),
        testIndices,
      },
      batchSize: 1,
      loss: {},
    });
    const { layout } = trainer;
    const mask = new Uint8Array(layout.prunableCount).fill(1);
    trainer.start(parametersOf?.(layout.parameterCount) ?? initialParameters(layout), mask, 7);
    const correct = new Uint8Array(testIndices.length).fill(9);
    const score = trainer.scoreTest(correct);
    expect(trainer.scoreTest()).toEqual(score);
    trainer.dispose();
    return { correct: [...correct], accuracy: score.accuracy };
  }

  it.each(ENGINE_IDS)('is counted by the accuracy, %s', (engine) => {
    const { correct, accuracy } = tested(engine);
    expect(correct.every((each) => each === 0 || each === 1)).toBe(true);
    const count = correct.reduce((sum, each) => sum + each, 0);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(testIndices.length);
    expect(count / testIndices.length).toBe(accuracy);
  });

  it('is the same on every engine', () => {
    const [dense, ...others] = ENGINE_IDS.map((engine) => tested(engine));
    for (const other of others) expect(other).toEqual(dense);
  });

  it.each(ENGINE_IDS)(
    'is in the order of the test examples; the first of equals wins, %s',
    (engine) => {
      // Without any weights all logits are equal.
      const { correct } = tested(engine, (count) => new Float32Array(count));
      expect(correct).toEqual(
        [...testIndices].map((index) => (dataset.test.labels[index] === 0 ? 1 : 0)),
      );
    },
  );
});
