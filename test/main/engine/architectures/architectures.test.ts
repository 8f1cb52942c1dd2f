import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../../src/shared/contract/errors.ts';
import { z } from 'zod';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { initialize } from '../../../../src/main/engine/initializers/initializer.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { flatLayers, layoutOf, outputShape } from '../../../../src/main/engine/network.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { syntheticBatch, syntheticDataset } from '../../../fixtures/pytorch/fixture.ts';

/** Widths at which the larger families train within a second. */
const NARROW: Record<string, number> = { conv: 0.25, resnet: 0.25, vgg: 0.125 };

const MNIST = [28, 28, 1];
const CIFAR = [32, 32, 3];

function build(id: string, inputShape: readonly number[], settings = {}): NetworkSpec {
  return architectures.get(id).build({ id, ...settings }, inputShape, 10);
}

describe('architectures have the published number of weights', () => {
  it.each([
    // Frankle & Carbin, figure 2: 266K, 4.3M, 2.4M; of Conv-6 see its file.
    { id: 'lenet-300-100', inputShape: MNIST, weights: 266_200 },
    { id: 'mlp', inputShape: MNIST, weights: 266_200 },
    { id: 'conv-2', inputShape: CIFAR, weights: 4_300_992 },
    { id: 'conv-4', inputShape: CIFAR, weights: 2_425_024 },
    { id: 'conv-6', inputShape: CIFAR, weights: 2_261_184 },
    // LeCun et al. 1998 with full connections: 61,706 parameters less 236 biases.
    { id: 'lenet-5', inputShape: MNIST, weights: 61_470 },
    // He et al. 2016, table 6: 0.27M, 0.46M, 0.85M.
    { id: 'resnet-20', inputShape: CIFAR, weights: 268_336 },
    { id: 'resnet-32', inputShape: CIFAR, weights: 461_872 },
    { id: 'resnet-56', inputShape: CIFAR, weights: 848_944 },
    { id: 'vgg-11', inputShape: CIFAR, weights: 9_222_848 },
    { id: 'vgg-16', inputShape: CIFAR, weights: 14_715_584 },
  ])('$id: $weights', ({ id, inputShape, weights }) => {
    expect(layoutOf(build(id, inputShape)).prunableCount).toBe(weights);
  });

  it('of convolutions alone, as figure 2 of the paper lists them', () => {
    const convolutional = (id: string): number =>
      layoutOf(build(id, CIFAR))
        .prunable.filter(({ layerKind }) => layerKind === 'conv2d')
        .reduce((sum, { size }) => sum + size, 0);
    // 38K, 260K, 1.1M.
    expect(['conv-2', 'conv-4', 'conv-6'].map(convolutional)).toEqual([38_592, 259_776, 1_144_512]);
  });

  it('counts resnet-20 with projections as open_lth does: 274K parameters with statistics', () => {
    const layout = layoutOf(build('resnet-20', CIFAR, { shortcut: 'projection' }));
    expect(layout.prunableCount).toBe(268_336 + 16 * 32 + 32 * 64);
  });
});

describe('pooling and strides leave of an image of CIFAR-10', () => {
  it.each([
    { id: 'lenet-5', last: [5, 5, 16] },
    { id: 'conv-2', last: [16, 16, 64] },
    { id: 'conv-4', last: [8, 8, 128] },
    { id: 'conv-6', last: [4, 4, 256] },
    { id: 'resnet-20', last: [8, 8, 64] },
    { id: 'resnet-56', last: [8, 8, 64] },
    { id: 'vgg-11', last: [2, 2, 512] },
    { id: 'vgg-16', last: [2, 2, 512] },
  ])('$last in $id', ({ id, last }) => {
    const { layers } = build(id, CIFAR);
    const shapes = layers.reduce<(readonly number[])[]>(
      (before, layer) => [...before, outputShape(layer, before.at(-1)!)],
      [CIFAR],
    );
    expect(shapes.findLast((shape) => shape.length === 3 && shape[0]! > 1)).toEqual(last);
  });
});

describe.each(architectures.entries.map(({ id }) => id))('%s', (id) => {
  it('has one output kernel, and it is the last layer', () => {
    const network = build(id, CIFAR);
    const outputs = layoutOf(network).prunable.filter(({ isOutput }) => isOutput);
    expect(outputs.map(({ layer }) => layer)).toEqual([network.layers.at(-1)!.name]);
  });

  it('gets wider and narrower by its width', () => {
    const at = (width: number): number => layoutOf(build(id, CIFAR, { width })).prunableCount;
    expect(at(0.5)).toBeLessThan(at(1));
    expect(at(2)).toBeGreaterThan(at(1));
    expect(at(1)).toBe(layoutOf(build(id, CIFAR)).prunableCount);
  });

  it('describes its settings as JSON Schema', () => {
    const schema = z.toJSONSchema(architectures.get(id).hparams, { io: 'input' });
    expect(Object.keys(schema.properties ?? {})).toContain('width');
  });

  it('learns, on a network narrow enough for a test', () => {
    const kernels = new Kernels();
    const family = Object.keys(NARROW).find((prefix) => id.startsWith(prefix));
    const width = family === undefined ? 1 : NARROW[family];
    const network = build(id, CIFAR, { width });
    const examples = 40;
    const batch = 20;
    const dataset = syntheticDataset(CIFAR, examples);
    const optimizer = { id: 'adam', learningRate: 0.002 };
    const trainer = new DenseTrainer(
      kernels,
      network,
      optimizers.get('adam').create(optimizer),
      {
        dataset,
        trainIndices: new Int32Array(),
        validationIndices: Int32Array.from({ length: examples }, (_, index) => index),
      },
      batch,
    );
    const fill = initializers.get('he-normal').create({ id: 'he-normal' });
    const mask = new Uint8Array(trainer.layout.prunableCount).fill(1);
    trainer.start(initialize(trainer.layout, fill, rng(1)), mask);
    const before = trainer.scoreValidation();
    for (let step = 0; step < 40; step += 1) {
      trainer.step(syntheticBatch(step, batch, examples), step + 1);
    }
    const after = trainer.scoreValidation();
    trainer.dispose();
    expect(after.loss).toBeLessThan(0.5 * before.loss);
    expect(after.accuracy).toBeGreaterThan(0.5);
  }, 60_000);
});

describe('resnet', () => {
  it('pads with zeros where shapes change, and projects when asked to', () => {
    const kinds = (shortcut: string): string[] =>
      flatLayers(build('resnet-20', CIFAR, { shortcut }).layers).map(({ kind }) => kind);
    const count = (list: string[], kind: string): number =>
      list.filter((each) => each === kind).length;
    expect(count(kinds('zero-padding'), 'zero-padding-shortcut')).toBe(2);
    expect(count(kinds('zero-padding'), 'conv2d')).toBe(19);
    expect(count(kinds('projection'), 'zero-padding-shortcut')).toBe(0);
    expect(count(kinds('projection'), 'conv2d')).toBe(21);
  });
});

describe('lenet-5', () => {
  it('has the same dense part for images of 28x28 and of 32x32', () => {
    for (const inputShape of [MNIST, CIFAR]) {
      const { parameters } = layoutOf(build('lenet-5', inputShape));
      expect(parameters.find(({ name }) => name === 'fc1.kernel')!.shape).toEqual([400, 120]);
    }
  });
});

describe('custom', () => {
  const layers = [
    { kind: 'conv2d', channels: 8, kernelSize: 5, stride: 2, padding: 'valid', bias: false },
    { kind: 'batch-norm' },
    { kind: 'relu' },
    { kind: 'dropout', rate: 0.2 },
    { kind: 'residual', channels: 16, stride: 2 },
    { kind: 'average-pool' },
    { kind: 'residual', channels: 16, shortcut: 'projection' },
    { kind: 'max-pool', size: 3, stride: 1, padding: 'same' },
    { kind: 'global-average-pool' },
    { kind: 'dense', units: 12 },
  ];

  it('takes every kind of layer and names it by kind and number', () => {
    const network = build('custom', CIFAR, { layers });
    expect(network.layers.map(({ name }) => name)).toEqual([
      'conv2d1',
      'batch-norm1',
      'relu1',
      'dropout1',
      'residual1',
      'residual1.relu2',
      'average-pool1',
      'residual2',
      'residual2.relu2',
      'max-pool1',
      'global-average-pool1',
      'dense1',
      'output',
    ]);
    expect(network.layers[0]).toMatchObject({ inputs: 3, outputs: 8, hasBias: false, stride: 2 });
  });

  it('names the layer and both shapes where they do not fit', () => {
    const of = (list: object[]) => () => build('custom', [4, 4, 3], { layers: list });
    expect(of([{ kind: 'conv2d', channels: 3, kernelSize: 5, padding: 'valid' }])).toThrow(
      'layer conv2d1 has windows of [5, 5], which do not fit into its input of [4, 4]',
    );
    expect(of([{ kind: 'dense', units: 5 }])).toThrow(
      'layer dense1 takes [48] but is given [4, 4, 3]',
    );
    expect(of([{ kind: 'flatten' }, { kind: 'max-pool' }])).toThrow(
      'layer max-pool1 takes [height, width, channels] but is given [48]',
    );
  });

  it('blames the layer that does not fit, or the list if that is what follows it', () => {
    const problemsOf = (list: object[]) => {
      try {
        build('custom', [4, 4, 3], { layers: list });
      } catch (error) {
        return error instanceof SettingsError ? error.problems.map(({ path }) => path) : error;
      }
      return [];
    };
    const dense = { kind: 'dense', units: 5 };
    expect(problemsOf([{ kind: 'flatten' }, dense])).toEqual([]);
    expect(problemsOf([{ kind: 'relu' }, dense])).toEqual(['architecture.layers.1']);
    expect(problemsOf([{ kind: 'relu' }])).toEqual(['architecture.layers']);
  });

  it.each([
    [{ kind: 'conv3d', channels: 3 }],
    [{ kind: 'dense' }],
    [{ kind: 'dense', units: 0 }],
    [{ kind: 'dropout', rate: 1 }],
    [{ kind: 'conv2d', channels: 3, filters: 3 }],
  ])('refuses %o', (layer) => {
    expect(() => build('custom', CIFAR, { layers: [layer] })).toThrow();
  });
});
