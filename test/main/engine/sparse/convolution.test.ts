import { describe, expect, it } from 'vitest';
import { NetworkBuilder } from '../../../../src/main/engine/architectures/network-builder.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { batchAt, exampleOf, probe, randomMask, randomWeights, sparseDataset } from './harness.ts';
import { Reference } from './reference.ts';
import { largest, largestDifference } from './differences.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

type Build = (network: NetworkBuilder) => NetworkBuilder;

const CASES: readonly {
  readonly name: string;
  readonly shape: readonly [number, number, number];
  readonly batchSize: number;
  readonly build: Build;
}[] = [
  {
    name: 'two 3x3 convolutions, as in conv-2',
    shape: [10, 10, 3],
    batchSize: 6,
    build: (network) =>
      network.conv2d('conv1', 5).relu('relu1').conv2d('conv2', 4).relu('relu2').maxPool('pool'),
  },
  {
    name: 'rows of more than two runs',
    shape: [4, 19, 2],
    batchSize: 3,
    build: (network) => network.conv2d('conv1', 3).relu('relu1').conv2d('conv2', 2),
  },
  {
    name: 'valid padding',
    shape: [9, 8, 2],
    batchSize: 4,
    build: (network) =>
      network
        .conv2d('conv1', 3, { padding: 'valid' })
        .relu('relu1')
        .conv2d('conv2', 4, { padding: 'valid', kernelSize: 2 }),
  },
  {
    name: 'kernels of even and large size, padded',
    shape: [7, 6, 2],
    batchSize: 9,
    build: (network) =>
      network
        .conv2d('conv1', 3, { kernelSize: 2 })
        .conv2d('conv2', 3, { kernelSize: 5 })
        .conv2d('conv3', 2, { kernelSize: 1 }),
  },
  {
    name: 'stride 2, padded',
    shape: [9, 8, 2],
    batchSize: 5,
    build: (network) =>
      network
        .conv2d('conv1', 3, { stride: 2 })
        .relu('relu1')
        .conv2d('conv2', 4, { stride: 2 })
        .conv2d('conv3', 3, { stride: 2, kernelSize: 1 }),
  },
  {
    name: 'stride 2 and 3, valid',
    shape: [12, 11, 2],
    batchSize: 5,
    build: (network) =>
      network
        .conv2d('conv1', 3, { stride: 2, padding: 'valid' })
        .conv2d('conv2', 4, { stride: 3, padding: 'valid', kernelSize: 2 }),
  },
  {
    name: 'no bias',
    shape: [6, 6, 2],
    batchSize: 4,
    build: (network) =>
      network.conv2d('conv1', 3, { hasBias: false }).relu('relu1').conv2d('conv2', 3),
  },
  {
    name: 'pools of 2 over odd sizes, and of 3',
    shape: [11, 9, 2],
    batchSize: 4,
    build: (network) =>
      network.conv2d('conv1', 3).relu('relu1').maxPool('pool1').maxPool('pool2', 3),
  },
  {
    name: 'overlapping, padded pools',
    shape: [7, 7, 2],
    batchSize: 4,
    build: (network) =>
      network
        .conv2d('conv1', 3)
        .relu('relu1')
        .add({ kind: 'max-pool', name: 'pool', size: 3, stride: 2, padding: 'same' })
        .conv2d('conv2', 3),
  },
  {
    name: 'a pool in front of everything',
    shape: [6, 6, 2],
    batchSize: 37,
    build: (network) => network.maxPool('pool').conv2d('conv1', 3),
  },
];

const networkOf = (shape: readonly number[], build: Build): NetworkSpec =>
  build(new NetworkBuilder(shape)).classifier([9], 4);

describe.each(CASES)('$name', ({ shape, batchSize, build }) => {
  const network = networkOf(shape, build);
  const dataset = sparseDataset(shape, 4, 60);
  const layout = layoutOf(network);
  const examples = (batch: Int32Array) =>
    Array.from(batch, (index) => exampleOf(dataset.train, index));
  const labels = (batch: Int32Array) => batch.map((index) => dataset.train.labels[index]!);

  it.each([1, 0.4, 0.1])('has the gradients of the float64 reference at density %f', (density) => {
    const mask = randomMask(layout, density);
    const weights = randomWeights(layout, mask);
    const { trainer, signs } = probe(network, dataset, { id: 'sgd' }, batchSize);
    trainer.start(weights, mask);
    const batch = batchAt(1, batchSize, dataset.train.count);
    const gradients = trainer.gradients(batch);
    const reference = new Reference(network, weights, mask, { id: 'sgd' });
    const expected = reference.gradients(examples(batch), labels(batch), signs());
    for (const { name, offset, size } of layout.parameters) {
      const ours = gradients.subarray(offset, offset + size);
      const theirs = expected.subarray(offset, offset + size);
      const tolerance = 3e-6 * largest(theirs) + 2 ** -23;
      expect(largestDifference(ours, theirs), name).toBeLessThan(tolerance);
    }
  });

  it('trains like the float64 reference, and again to the same bits', () => {
    const mask = randomMask(layout, 0.4);
    const weights = randomWeights(layout, mask);
    const choice = { id: 'adam' };
    const { trainer, signs } = probe(network, dataset, choice, batchSize);
    const reference = new Reference(network, weights, mask, choice);
    trainer.start(weights, mask);
    for (let step = 1; step <= 20; step += 1) {
      const batch = batchAt(step, batchSize, dataset.train.count);
      trainer.step(batch, step);
      reference.step(examples(batch), labels(batch), step, signs());
    }
    const state = stateOf(trainer);
    expect(largestDifference(state.parameters, reference.parameters)).toBeLessThan(4e-6);
    const { trainer: another } = probe(network, dataset, choice, batchSize);
    another.start(weights, mask);
    for (let step = 1; step <= 20; step += 1) {
      another.step(batchAt(step, batchSize, dataset.train.count), step);
      another.scoreTest();
    }
    expect(stateOf(another)).toEqual(state);
    expect(another.scoreTest()).toEqual(trainer.scoreTest());
  });
});
