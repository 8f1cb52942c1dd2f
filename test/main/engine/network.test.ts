import { describe, expect, it } from 'vitest';
import type { LayerSpec, NetworkSpec } from '../../../src/main/engine/layers/spec.ts';
import {
  activationCount,
  checkBatchStatistics,
  checkShapes,
  layoutOf,
  outputShape,
} from '../../../src/main/engine/network.ts';

const dense = (name: string, inputs: number, outputs: number): LayerSpec => ({
  kind: 'dense',
  name,
  inputs,
  outputs,
});
const conv = (name: string, inputs: number, outputs: number, more = {}): LayerSpec => ({
  kind: 'conv2d',
  name,
  inputs,
  outputs,
  kernelSize: 3,
  stride: 1,
  padding: 'same',
  hasBias: true,
  ...more,
});
const norm = (name: string, channels: number): LayerSpec => ({
  kind: 'batch-norm',
  name,
  channels,
  momentum: 0.1,
  epsilon: 1e-5,
});
const network = (layers: readonly LayerSpec[], inputShape = [8, 8, 3]): NetworkSpec => ({
  inputShape,
  classes: 10,
  layers,
});

describe('layoutOf', () => {
  const layout = layoutOf(
    network([
      conv('conv', 3, 4),
      {
        kind: 'residual',
        name: 'block',
        body: [conv('inner', 4, 4, { hasBias: false }), norm('norm', 4)],
        shortcut: [],
      },
      { kind: 'global-average-pool', name: 'pool' },
      dense('output', 4, 10),
    ]),
  );

  it('lays parameters one behind the other, those of inner layers in place of their block', () => {
    expect(layout.parameters.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['conv.kernel', 0, 108],
      ['conv.bias', 108, 4],
      ['inner.kernel', 112, 144],
      ['norm.gamma', 256, 4],
      ['norm.beta', 260, 4],
      ['norm.running-mean', 264, 4],
      ['norm.running-variance', 268, 4],
      ['output.kernel', 272, 40],
      ['output.bias', 312, 10],
    ]);
    expect(layout.parameterCount).toBe(322);
  });

  it('makes kernels prunable, and nothing else', () => {
    expect(layout.prunable.map(({ name, maskOffset }) => [name, maskOffset])).toEqual([
      ['conv.kernel', 0],
      ['inner.kernel', 108],
      ['output.kernel', 252],
    ]);
    expect(layout.prunableCount).toBe(292);
    for (const { prunable, maskOffset } of layout.parameters) {
      if (!prunable) expect(maskOffset).toBe(-1);
    }
  });

  it('tells convolutions, dense layers and the output apart, which are pruned at other rates', () => {
    expect(layout.prunable.map(({ layerKind, isOutput }) => [layerKind, isOutput])).toEqual([
      ['conv2d', false],
      ['conv2d', false],
      ['dense', true],
    ]);
  });

  it('takes the last convolution for the output where there is no dense layer', () => {
    const { prunable } = layoutOf(
      network([
        conv('conv1', 3, 4),
        conv('conv2', 4, 10),
        { kind: 'global-average-pool', name: 'pool' },
      ]),
    );
    expect(prunable.filter(({ isOutput }) => isOutput).map(({ name }) => name)).toEqual([
      'conv2.kernel',
    ]);
  });

  it('trains everything but running statistics', () => {
    expect(layout.parameters.filter(({ trainable }) => !trainable).map(({ name }) => name)).toEqual(
      ['norm.running-mean', 'norm.running-variance'],
    );
  });

  it('counts the fans of a convolution over its receptive field', () => {
    expect(layout.parameters[0]).toMatchObject({
      shape: [3, 3, 3, 4],
      fanIn: 27,
      fanOut: 36,
    });
  });
});

describe('outputShape', () => {
  const pool = (size: number, stride: number, padding: string): LayerSpec =>
    ({ kind: 'max-pool', name: 'pool', size, stride, padding }) as LayerSpec;

  it.each([
    [conv('c', 3, 5), [9, 8, 3], [9, 8, 5]],
    [conv('c', 3, 5, { stride: 2 }), [9, 8, 3], [5, 4, 5]],
    [conv('c', 3, 5, { padding: 'valid' }), [9, 8, 3], [7, 6, 5]],
    [conv('c', 3, 5, { padding: 'valid', stride: 2 }), [9, 8, 3], [4, 3, 5]],
    [pool(2, 2, 'valid'), [9, 8, 3], [4, 4, 3]],
    [pool(2, 2, 'same'), [9, 8, 3], [5, 4, 3]],
    [pool(3, 1, 'valid'), [9, 8, 3], [7, 6, 3]],
    [{ kind: 'global-average-pool', name: 'pool' } as const, [9, 8, 3], [3]],
    [{ kind: 'flatten', name: 'flatten' } as const, [9, 8, 3], [216]],
    [norm('norm', 3), [9, 8, 3], [9, 8, 3]],
    [norm('norm', 3), [3], [3]],
    [
      { kind: 'zero-padding-shortcut', name: 's', inputs: 3, outputs: 6, stride: 2 } as const,
      [9, 8, 3],
      [5, 4, 6],
    ],
  ])('of %o for %o is %o', (layer, input, expected) => {
    expect(outputShape(layer, input)).toEqual(expected);
  });
});

describe('checkShapes names the layer and both shapes', () => {
  it.each([
    [[dense('fc1', 100, 10)], 'layer fc1 takes [100] but is given [8, 8, 3]'],
    [[conv('conv1', 1, 4)], 'layer conv1 takes [height, width, 1] but is given [8, 8, 3]'],
    [
      [{ kind: 'flatten', name: 'flatten' } as const, conv('conv1', 192, 4)],
      'layer conv1 takes [height, width, 192] but is given [192]',
    ],
    [
      [conv('conv1', 3, 4, { kernelSize: 9, padding: 'valid' })],
      'layer conv1 has windows of [9, 9], which do not fit into its input of [8, 8]',
    ],
    [[norm('norm', 5)], 'layer norm takes [height, width, 5] but is given [8, 8, 3]'],
    [
      [
        { kind: 'flatten', name: 'flatten' } as const,
        { kind: 'max-pool', name: 'pool', size: 2, stride: 2, padding: 'valid' } as const,
      ],
      'layer pool takes [height, width, channels] but is given [192]',
    ],
    [
      [{ kind: 'residual', name: 'block', body: [conv('inner', 3, 6)], shortcut: [] } as const],
      'layer block adds shape [8, 8, 6] of its body to shape [8, 8, 3] of its shortcut; expected equal shapes',
    ],
    [
      [
        {
          kind: 'residual',
          name: 'block',
          body: [conv('inner', 4, 3)],
          shortcut: [],
        } as const,
      ],
      'layer inner takes [height, width, 4] but is given [8, 8, 3]',
    ],
    [
      [{ kind: 'zero-padding-shortcut', name: 's', inputs: 3, outputs: 2, stride: 1 } as const],
      'layer s adds channels of zeros up to 2 but is given 3 channels',
    ],
    [
      [{ kind: 'flatten', name: 'flatten' } as const, dense('output', 192, 7)],
      'the network ends in shape [7]; expected one logit per class, [10]',
    ],
    [
      [conv('conv', 3, 3), conv('conv', 3, 3)],
      'two layers are named conv; expected a unique name for each',
    ],
  ] as [LayerSpec[], string][])('%#', (layers, message) => {
    expect(() => {
      checkShapes(network(layers));
    }).toThrow(message);
  });
});

describe('batch normalisation', () => {
  const layer = norm('norm', 3);

  it('is refused over one value of each channel, also inside a block', () => {
    const block: LayerSpec = { kind: 'residual', name: 'block', body: [layer], shortcut: [] };
    for (const { shape, only } of [
      { shape: [3], only: layer },
      { shape: [1, 1, 3], only: layer },
      { shape: [3], only: block },
    ]) {
      expect(() => {
        checkBatchStatistics(network([only], shape), 1);
      }).toThrow('training.batchSize is 1; expected at least 2, because layer norm normalises');
      checkBatchStatistics(network([only], shape), 2);
    }
  });

  it('over several pixels has something to compare, even in a batch of one', () => {
    checkBatchStatistics(network([layer], [2, 1, 3]), 1);
  });
});

describe('activationCount', () => {
  it('counts the input and what every layer makes of it, inside blocks too', () => {
    expect(
      activationCount(
        network([
          { kind: 'residual', name: 'block', body: [conv('inner', 3, 3)], shortcut: [] },
          { kind: 'global-average-pool', name: 'pool' },
          dense('output', 3, 10),
        ]),
      ),
    ).toBe(192 + 192 + 192 + 3 + 10);
  });
});
