/** Batch normalisation, dropout, residual connections and average pools beside a float64 reference. */
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { NetworkBuilder } from '../../../../src/main/engine/architectures/network-builder.ts';
import type { LayerSpec, NetworkSpec, Padding } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { SPARSE_MODULES } from '../../../../src/main/engine/sparse/build.ts';
import { loadSparseModule } from '../../../../src/main/engine/sparse/kernels.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { largest, largestDifference } from './differences.ts';
import { batchAt, exampleOf, probe, randomMask, randomWeights, sparseDataset } from './harness.ts';
import { Reference } from './reference.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

type Build = (network: NetworkBuilder) => NetworkBuilder;

const relu = (name: string): LayerSpec => ({ kind: 'relu', name });
const norm = (name: string, channels: number): LayerSpec => ({
  kind: 'batch-norm',
  name,
  channels,
  momentum: 0.1,
  epsilon: 1e-5,
});
const conv = (name: string, inputs: number, outputs: number, stride = 1): LayerSpec => ({
  kind: 'conv2d',
  name,
  inputs,
  outputs,
  kernelSize: 3,
  stride,
  padding: 'same',
  hasBias: false,
});
const average = (name: string, size: number, stride: number, padding: Padding): LayerSpec => ({
  kind: 'average-pool',
  name,
  size,
  stride,
  padding,
});
const dropout = (name: string, rate: number): LayerSpec => ({ kind: 'dropout', name, rate });
const residual = (body: readonly LayerSpec[], shortcut: readonly LayerSpec[] = []): LayerSpec => ({
  kind: 'residual',
  name: 'residual',
  body,
  shortcut,
});
const zeros = (inputs: number, outputs: number, stride: number): LayerSpec => ({
  kind: 'zero-padding-shortcut',
  name: 'zeros',
  inputs,
  outputs,
  stride,
});

const CASES: readonly {
  readonly name: string;
  readonly shape: readonly number[];
  readonly batchSize: number;
  readonly build: Build;
}[] = [
  {
    name: 'batch normalisation behind a convolution, in front of one with a margin',
    shape: [6, 5, 2],
    batchSize: 8,
    build: (network) =>
      network.conv2d('conv1', 3).batchNorm('norm1').relu('relu1').conv2d('conv2', 2),
  },
  {
    name: 'batch normalisation of images, features, and more than a tile of examples',
    shape: [5, 5, 2],
    batchSize: 71,
    build: (network) =>
      network
        .batchNorm('norm1')
        .conv2d('conv1', 3)
        .flatten('flatten')
        .batchNorm('norm2')
        .dense('dense1', 12)
        .batchNorm('norm3')
        .relu('relu1'),
  },
  {
    name: 'batch normalisation of a single feature each',
    shape: [9],
    batchSize: 6,
    build: (network) => network.dense('dense1', 1).batchNorm('norm1'),
  },
  {
    name: 'average pools side by side, overlapping and padded',
    shape: [9, 7, 2],
    batchSize: 37,
    build: (network) =>
      network
        .conv2d('conv1', 3)
        .add(average('pool1', 2, 1, 'valid'))
        .conv2d('conv2', 3)
        .add(average('pool2', 3, 2, 'same'))
        .conv2d('conv3', 2),
  },
  {
    name: 'a global average pool',
    shape: [5, 4, 2],
    batchSize: 37,
    build: (network) => network.conv2d('conv1', 5).relu('relu1').globalAveragePool('pool'),
  },
  {
    name: 'dropout of features, pixels and pools, over several passes',
    shape: [5, 5, 3],
    batchSize: 71,
    build: (network) =>
      network
        .add(dropout('drop1', 0.2))
        .conv2d('conv1', 3)
        .relu('relu1')
        .maxPool('pool')
        .add(dropout('drop2', 0.5))
        .conv2d('conv2', 2)
        .add(dropout('drop3', 0)),
  },
  {
    name: 'a block around which nothing is done',
    shape: [6, 6, 3],
    batchSize: 9,
    build: (network) =>
      network
        .conv2d('conv', 4)
        .batchNorm('norm')
        .relu('relu')
        .add(
          residual([
            conv('conv1', 4, 4),
            norm('norm1', 4),
            relu('relu1'),
            conv('conv2', 4, 4),
            norm('norm2', 4),
          ]),
        )
        .relu('relu2'),
  },
  {
    name: 'a shortcut padded with zero channels, an odd number of them',
    shape: [7, 5, 3],
    batchSize: 9,
    build: (network) =>
      network
        .conv2d('conv', 2)
        .add(
          residual(
            [conv('conv1', 2, 5, 2), norm('norm1', 5), relu('relu1'), conv('conv2', 5, 5)],
            [zeros(2, 5, 2)],
          ),
        )
        .relu('relu2')
        .conv2d('conv3', 3),
  },
  {
    name: 'a projection, and a block without batch normalisation in several passes',
    shape: [6, 6, 2],
    batchSize: 40,
    build: (network) =>
      network
        .conv2d('conv', 3)
        .add(
          residual(
            [conv('conv1', 3, 4, 2), relu('relu1'), conv('conv2', 4, 4)],
            [{ ...conv('projection', 3, 4, 2), kernelSize: 1, padding: 'valid' } as LayerSpec],
          ),
        )
        .relu('relu2'),
  },
  {
    name: 'pre-activation: blocks that start and end with a ReLU, one in the other',
    shape: [5, 5, 2],
    batchSize: 9,
    build: (network) =>
      network
        .conv2d('conv', 3)
        .add(
          residual([
            { ...residual([relu('relu0'), conv('conv0', 3, 3)]), name: 'inner' },
            relu('relu1'),
            conv('conv1', 3, 3),
            relu('relu2'),
          ]),
        )
        .conv2d('conv2', 2),
  },
  {
    name: 'a block in front of everything, whose body ends with a pool',
    shape: [5, 5, 2],
    batchSize: 9,
    build: (network) =>
      network
        .add(
          residual([
            conv('conv1', 2, 2),
            { kind: 'max-pool', name: 'pool', size: 3, stride: 1, padding: 'same' },
          ]),
        )
        .conv2d('conv2', 2),
  },
  {
    name: 'a block of dense layers, and one that is nothing but its shortcut',
    shape: [7],
    batchSize: 41,
    build: (network) =>
      network
        .dense('dense', 6)
        .add(
          residual([
            { kind: 'dense', name: 'dense1', inputs: 6, outputs: 6 },
            norm('norm1', 6),
            relu('relu1'),
          ]),
        )
        .add({ ...residual([]), name: 'double' }),
  },
  {
    // What is in front of the block can be recomputed for its convolution, but not for its sum.
    name: 'a normalisation in front of a block that ends with a convolution',
    shape: [6, 6, 2],
    batchSize: 9,
    build: (network) =>
      network
        .conv2d('conv', 4)
        .batchNorm('norm')
        .relu('relu')
        .add(residual([conv('conv1', 4, 4), relu('relu1'), conv('conv2', 4, 4)]))
        .relu('relu2'),
  },
  {
    name: 'a normalisation in front of a block in a block, and of a shortcut outside of any',
    shape: [6, 6, 2],
    batchSize: 9,
    build: (network) =>
      network
        .conv2d('conv', 4)
        .batchNorm('norm')
        .relu('relu')
        .add(
          residual([
            { ...residual([conv('conv1', 4, 4), norm('norm1', 4)]), name: 'inner' },
            conv('conv2', 4, 4),
            norm('norm2', 4),
          ]),
        )
        .relu('relu2')
        .conv2d('conv3', 4)
        .batchNorm('norm3')
        .add(zeros(4, 7, 2)),
  },
];

const CLASSES = 4;

function problemOf(network: NetworkSpec, examples: number) {
  const dataset = sparseDataset(network.inputShape, network.classes, examples);
  return {
    dataset,
    layout: layoutOf(network),
    examples: (batch: Int32Array) => Array.from(batch, (index) => exampleOf(dataset.train, index)),
    labels: (batch: Int32Array) => batch.map((index) => dataset.train.labels[index]!),
  };
}

describe.each(CASES)('$name', ({ shape, batchSize, build }) => {
  const network = build(new NetworkBuilder(shape)).classifier([], CLASSES);
  const { dataset, layout, examples, labels } = problemOf(network, 80);

  it.each([1, 0.4].flatMap((density) => SPARSE_MODULES.map((kind) => ({ density, kind }))))(
    'has the gradients of the reference at density $density, $kind',
    ({ density, kind }) => {
      const mask = randomMask(layout, density);
      const weights = randomWeights(layout, mask);
      const module = loadSparseModule(kind);
      const { trainer, signs } = probe(network, dataset, { id: 'sgd' }, batchSize, { module });
      trainer.start(weights, mask, 5);
      const batch = batchAt(1, batchSize, dataset.train.count);
      const gradients = trainer.gradients(batch);
      expect(trainer.weights(), 'nothing is changed by it').toEqual(weights);
      const reference = new Reference(network, weights, mask, { id: 'sgd' }, { seed: 5 });
      const expected = reference.gradients(examples(batch), labels(batch), signs());
      for (const { name, offset, size } of layout.parameters) {
        const ours = gradients.subarray(offset, offset + size);
        const theirs = expected.subarray(offset, offset + size);
        // The exact gradient of a bias in front of a batch normalisation is zero.
        const tolerance = 5e-6 * largest(theirs) + 1e-5 * largest(expected);
        expect(largestDifference(ours, theirs), name).toBeLessThan(tolerance);
      }
      expect(largest(expected)).toBeGreaterThan(0);
    },
  );

  it('trains and is evaluated like the reference, and again to the same bits', () => {
    const mask = randomMask(layout, 0.6);
    const weights = randomWeights(layout, mask);
    const choice = { id: 'momentum', learningRate: 0.01 };
    const { trainer, signs } = probe(network, dataset, choice, batchSize);
    const reference = new Reference(network, weights, mask, choice, { seed: 5 });
    trainer.start(weights, mask, 5);
    for (let step = 1; step <= 20; step += 1) {
      const batch = batchAt(step, batchSize, dataset.train.count);
      trainer.step(batch, step);
      reference.step(examples(batch), labels(batch), step, signs());
    }
    const state = stateOf(trainer);
    expect(largestDifference(state.parameters, reference.parameters)).toBeLessThan(1e-5);
    const score = trainer.scoreValidation();
    const validation = Int32Array.of(3, 5, 8);
    const logits = reference.logits(examples(validation));
    const loss = logits.reduce((sum, row, index) => {
      const label = labels(validation)[index]!;
      const normalizer = row.reduce((total, logit) => total + Math.exp(logit), 0);
      return sum + (Math.log(normalizer) - row[label]!) / validation.length;
    }, 0);
    expect(Math.abs(score.loss - loss)).toBeLessThan(2e-5);

    const { trainer: another } = probe(network, dataset, choice, batchSize);
    another.start(weights, mask, 5);
    for (let step = 1; step <= 20; step += 1) {
      another.step(batchAt(step, batchSize, dataset.train.count), step);
      another.scoreTest();
    }
    expect(stateOf(another)).toEqual(state);
    expect(another.scoreTest()).toEqual(trainer.scoreTest());
  });
});

/** Small versions of the networks of resnet.ts and vgg.ts. */
const NETWORKS = {
  'a residual network': () => {
    const network = new NetworkBuilder([6, 6, 2]).conv2d('conv', 3, { hasBias: false });
    network.batchNorm('norm').relu('relu');
    network.residualBlock('block1', { channels: 3, stride: 1, shortcut: 'zero-padding' });
    network.residualBlock('block2', { channels: 4, stride: 2, shortcut: 'zero-padding' });
    network.residualBlock('block3', { channels: 5, stride: 1, shortcut: 'projection' });
    return network.globalAveragePool('pool').dense('output', CLASSES).build(CLASSES);
  },
  'a network like VGG': () =>
    new NetworkBuilder([6, 6, 2])
      .conv2d('conv1', 4, { hasBias: false })
      .batchNorm('norm1')
      .relu('relu1')
      .maxPool('pool1')
      .conv2d('conv2', 5, { hasBias: false })
      .batchNorm('norm2')
      .relu('relu2')
      .add(dropout('drop', 0.2))
      .globalAveragePool('pool')
      .dense('output', CLASSES)
      .build(CLASSES),
};

/**
 * At momentum's default rate of 0.1, rounding errors grow from step to step. A channel with one survivor
 * in front of a batch normalisation has a gradient of zero up to rounding, which a small ε would blow up.
 */
const CHOICES: readonly Choice[] = [
  { id: 'sgd' },
  { id: 'momentum', learningRate: 0.02 },
  { id: 'nesterov', learningRate: 0.02 },
  ...['adam', 'adamw', 'rmsprop'].map((id) => ({ id, epsilon: 1e-3 })),
];
/** Half an ulp of a weight of 1 in each of 100 steps comes to 6e-6. */
const WEIGHT_TOLERANCE = 6e-6;

it('goes through every optimizer', () => {
  expect(CHOICES.map(({ id }) => id).sort()).toEqual(optimizers.entries.map(({ id }) => id).sort());
});

describe.each(Object.entries(NETWORKS))('100 steps of %s', (_name, build) => {
  const network = build();
  const { dataset, layout, examples, labels } = problemOf(network, 80);
  const batchSize = 14;

  it.each(CHOICES.flatMap((choice) => [1, 0.3].map((density) => ({ choice, density }))))(
    'with $choice.id at density $density are those of the reference',
    ({ choice, density }) => {
      const mask = randomMask(layout, density);
      const weights = randomWeights(layout, mask);
      const { trainer, signs } = probe(network, dataset, choice, batchSize);
      const reference = new Reference(network, weights, mask, choice, { seed: 5 });
      trainer.start(weights, mask, 5);
      for (let step = 1; step <= 100; step += 1) {
        const batch = batchAt(step, batchSize, dataset.train.count);
        trainer.step(batch, step);
        reference.step(examples(batch), labels(batch), step, signs());
      }
      const difference = largestDifference(trainer.weights(), reference.parameters);
      expect(difference).toBeLessThan(WEIGHT_TOLERANCE);
    },
  );
});

it('takes no more memory after twenty levels of a residual network', () => {
  const network = NETWORKS['a residual network']();
  const { dataset, layout } = problemOf(network, 80);
  const { trainer, memory } = probe(network, dataset, { id: 'adam' }, 14);
  const sizes = Array.from({ length: 20 }, (_, level) => {
    const mask = randomMask(layout, 0.8 ** level);
    trainer.start(randomWeights(layout, mask), mask, level);
    for (let step = 1; step <= 3; step += 1) {
      trainer.step(batchAt(step, 14, dataset.train.count), step);
    }
    trainer.scoreTest();
    return memory();
  });
  expect(new Set(sizes).size).toBe(1);
});

it('stores little more of ResNet-20 than the inputs of its batch normalisations', () => {
  const network = architectures.get('resnet-20').build({ id: 'resnet-20' }, [32, 32, 3], 10);
  const { dataset, layout } = problemOf(network, 1);
  const { trainer, memory } = probe(network, dataset, { id: 'sgd' }, 128);
  const mask = randomMask(layout, 0.2);
  trainer.start(randomWeights(layout, mask), mask);
  const given = 128 * 4 * (7 * 32 * 32 * 16 + 6 * 16 * 16 * 32 + 6 * 8 * 8 * 64);
  expect(memory()).toBeLessThan(1.45 * given);
});

it('says how much memory a batch would take that needs more than there are addresses', () => {
  const network = NETWORKS['a residual network']();
  const { dataset, layout } = problemOf(network, 80);
  const { trainer } = probe(network, dataset, { id: 'sgd' }, 1_000_000);
  const mask = randomMask(layout, 1);
  expect(() => {
    trainer.start(randomWeights(layout, mask), mask);
  }).toThrow(/the sparse engine cannot get the \d+ MiB that this network takes/);
});

describe.each<Choice>([
  ...architectures.entries.map(({ id }) => ({ id })),
  { id: 'resnet-20', shortcut: 'projection' },
])('%o', (choice) => {
  const settings = { ...choice, width: 1 / 8 };
  const network = architectures.get(choice.id).build(settings, [16, 16, 3], CLASSES);
  const { dataset, layout, examples, labels } = problemOf(network, 30);

  it('has the gradients of the reference', () => {
    const mask = randomMask(layout, 0.6);
    const weights = randomWeights(layout, mask);
    const { trainer, signs } = probe(network, dataset, { id: 'sgd' }, 5);
    trainer.start(weights, mask);
    const batch = batchAt(1, 5, dataset.train.count);
    const gradients = trainer.gradients(batch);
    // Each of about fifty layers adds its rounding error.
    const options = { undecided: 2e-5 };
    const reference = new Reference(network, weights, mask, { id: 'sgd' }, options);
    const expected = reference.gradients(examples(batch), labels(batch), signs());
    for (const { name, offset, size } of layout.parameters) {
      const ours = gradients.subarray(offset, offset + size);
      const theirs = expected.subarray(offset, offset + size);
      const tolerance = 2e-5 * (largest(theirs) + largest(expected));
      expect(largestDifference(ours, theirs), name).toBeLessThan(tolerance);
    }
  });
});
