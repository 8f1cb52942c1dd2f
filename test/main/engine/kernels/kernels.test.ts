import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import {
  type Binding,
  loadBinding,
  type Tensor,
} from '../../../../src/main/engine/kernels/binding.ts';
import {
  Kernels,
  normalization,
  poolingWindow,
} from '../../../../src/main/engine/kernels/kernels.ts';
import { alignedFloats } from '../../../../src/main/engine/kernels/memory.ts';
import { type LayerSpec, productOf } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf, outputShape } from '../../../../src/main/engine/network.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import {
  initialParameters,
  networkOf,
  readFixture,
  syntheticBatch,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { stateOf } from '../../../support/trainer-state.ts';

const kernels = new Kernels();

describe('scope', () => {
  it('frees what its body made', () => {
    const value = kernels.shareMemory(Float32Array.of(1, 2), [2]);
    const before = kernels.tensorCount;
    const sum = kernels.scope(() => {
      const doubled = kernels.add(value, value);
      expect(kernels.tensorCount).toBe(before + 1);
      return kernels.read(doubled);
    });
    expect([...sum]).toEqual([2, 4]);
    expect(kernels.tensorCount).toBe(before);
    kernels.delete(value);
  });

  it('frees what its body made when it throws, and inner scopes before outer ones', () => {
    const value = kernels.shareMemory(Float32Array.of(1, 2), [2]);
    const before = kernels.tensorCount;
    expect(() =>
      kernels.scope(() => {
        kernels.relu(value);
        kernels.scope(() => {
          kernels.relu(value);
          throw new Error('in the middle');
        });
      }),
    ).toThrow('in the middle');
    expect(kernels.tensorCount).toBe(before);
    kernels.delete(value);
  });

  it('hands what is kept of its result to the scope around it, and frees the rest', () => {
    const value = kernels.shareMemory(Float32Array.of(1, 2), [2]);
    const before = kernels.tensorCount;
    const sum = kernels.scope(() => {
      const doubled = kernels.scopeKeeping(
        () => {
          kernels.relu(value);
          return kernels.add(value, value);
        },
        (kept) => [kept],
      );
      expect(kernels.tensorCount).toBe(before + 1);
      return kernels.read(doubled);
    });
    expect([...sum]).toEqual([2, 4]);
    expect(kernels.tensorCount).toBe(before);
    kernels.delete(value);
  });

  it('frees what its body made when a kernel refuses its inputs', () => {
    const value = kernels.shareMemory(Float32Array.of(1, 2), [1, 2]);
    const before = kernels.tensorCount;
    expect(() => kernels.scope(() => kernels.matMul(kernels.relu(value), value))).toThrow();
    expect(kernels.tensorCount).toBe(before);
    kernels.delete(value);
  });
});

describe('shareMemory', () => {
  const firstAfterWriting = (values: Float32Array): number => {
    const tensor = kernels.shareMemory(values, [values.length]);
    values[0] = 7;
    const [first] = kernels.scope(() => kernels.read(kernels.relu(tensor)));
    kernels.delete(tensor);
    return first!;
  };

  it('sees what is written into aligned memory afterwards', () => {
    expect(firstAfterWriting(alignedFloats(16))).toBe(7);
    expect(firstAfterWriting(alignedFloats(48).subarray(16, 32))).toBe(7);
  });

  it('copies memory that is not aligned', () => {
    expect(firstAfterWriting(alignedFloats(48).subarray(1, 17))).toBe(0);
  });
});

describe('variables', () => {
  it('of two runners on one thread are not the same', () => {
    const other = new Kernels();
    const one = kernels.variable([1]);
    const two = other.variable([1]);
    kernels.assign(one, Float32Array.of(1), [1]);
    other.assign(two, Float32Array.of(2), [1]);
    kernels.scope(() => {
      expect([...kernels.read(kernels.readVariable(one))]).toEqual([1]);
    });
    kernels.deleteVariable(one);
    other.deleteVariable(two);
  });

  it('do not keep the memory they are assigned from', () => {
    const values = alignedFloats(16);
    const variable = kernels.variable([16]);
    kernels.assign(variable, values, [16]);
    values[0] = 7;
    kernels.scope(() => {
      expect(kernels.read(kernels.readVariable(variable))[0]).toBe(0);
    });
    kernels.deleteVariable(variable);
  });
});

describe('bernoulli', () => {
  const draw = (seed: readonly number[], rate: number): Float32Array =>
    kernels.scope(() => {
      const tensors = [
        kernels.shareMemory(Int32Array.of(100, 100), [2]),
        kernels.shareMemory(Int32Array.from(seed), [2]),
        kernels.shareMemory(Float32Array.of(rate), []),
      ] as const;
      const kept = kernels.read(kernels.bernoulli(...tensors));
      for (const tensor of tensors) kernels.delete(tensor);
      return kept;
    });

  it('keeps a value with probability 1 − rate', () => {
    const kept = draw([1, 2], 0.3).reduce((sum, value) => sum + value, 0);
    // Five standard deviations of a binomial of 10,000.
    expect(Math.abs(kept - 7000)).toBeLessThan(5 * Math.sqrt(10_000 * 0.3 * 0.7));
  });

  it('follows from its seed alone', () => {
    expect(draw([1, 2], 0.5)).toEqual(draw([1, 2], 0.5));
    expect(draw([1, 2], 0.5)).not.toEqual(draw([1, 3], 0.5));
  });
});

/** A binding that notes the attribute names of every operation it runs. */
function recording(): { binding: Binding; names: Set<string> } {
  const original = loadBinding();
  const names = new Set<string>();
  const binding: Binding = {
    TF_Version: original.TF_Version,
    createTensor: original.createTensor.bind(original),
    deleteTensor: original.deleteTensor.bind(original),
    tensorDataSync: original.tensorDataSync.bind(original),
    getNumOfTensors: original.getNumOfTensors.bind(original),
    executeOp(name, attributes, inputs, outputs) {
      for (const attribute of attributes) names.add(attribute.name);
      return original.executeOp(name, attributes, inputs, outputs);
    },
  };
  return { binding, names };
}

describe('maxPoolForTraining', () => {
  it.each([
    { images: [9, 8, 8, 5], size: 2, stride: 2, padding: 'valid' },
    { images: [4, 15, 13, 33], size: 2, stride: 2, padding: 'same' },
    { images: [5, 15, 15, 3], size: 3, stride: 4, padding: 'valid' },
    { images: [4, 12, 12, 16], size: 3, stride: 2, padding: 'same' },
  ] as const)(
    'has the bits of maxPool and maxPoolGrad, equals and zeros of both signs included: $size, $stride, $padding',
    ({ images, size, stride, padding }) => {
      const random = rng('pool', size, stride);
      const values = alignedFloats(productOf(images));
      for (let index = 0; index < values.length; index += 1) {
        values[index] = [-1, -0, 0, 1, 2][random.below(5)]!;
      }
      const bits = (tensor: Tensor) => new Uint32Array(kernels.read(tensor).slice().buffer);
      kernels.scope(() => {
        const window = poolingWindow(size, stride, padding);
        const input = kernels.constant(values, images);
        const output = kernels.maxPool(input, window);
        const gradient = kernels.add(kernels.square(output), output);
        const ofInputShape = kernels.constant(alignedFloats(values.length), images);
        const training = kernels.maxPoolForTraining(input, window, ofInputShape);
        expect(bits(training.output)).toEqual(bits(output));
        const expected = kernels.maxPoolGrad(input, output, gradient, window);
        expect(bits(training.backward(gradient, input))).toEqual(bits(expected));
      });
    },
  );
});

describe('batchNormReluInference', () => {
  it.each(
    [
      [9, 8, 8, 5],
      [4, 15, 13, 33],
      [60, 1, 1, 20],
      [7, 5, 5, 12],
      [16, 8, 8, 16],
    ].map((images) => ({
      images,
    })),
  )(
    'has the bits of training and a ReLU, by the statistics of the batch: $images',
    ({ images }) => {
      const random = rng('batch norm', ...images);
      const noise = (shape: readonly number[]) =>
        kernels.constant(
          Float32Array.from({ length: productOf(shape) }, () => random.uniform() - 0.3),
          shape,
        );
      const bits = (tensor: Tensor) => new Uint32Array(kernels.read(tensor).slice().buffer);
      kernels.scope(() => {
        const settings = normalization(1e-5, 0.1);
        const input = noise(images);
        const [gamma, beta, mean, variance] = Array.from({ length: 4 }, () =>
          noise(images.slice(-1)),
        ) as [Tensor, Tensor, Tensor, Tensor];
        const parameters = { gamma, beta, mean, variance };
        const trained = kernels.batchNormTraining(input, parameters, settings);
        const [batchMean, batchVariance] = trained.saved;
        const ofBatch = { ...parameters, mean: batchMean, variance: batchVariance };
        expect(bits(kernels.batchNormInference(input, ofBatch, settings))).toEqual(
          bits(trained.output),
        );
        expect(bits(kernels.batchNormReluInference(input, ofBatch, settings))).toEqual(
          bits(kernels.relu(trained.output)),
        );
      });
    },
  );
});

it('does without oneDNN where this build of TensorFlow lacks its pools and batch normalisations', () => {
  const binding = loadBinding();
  const asked: string[] = [];
  const without = new Kernels({
    ...binding,
    TF_Version: binding.TF_Version,
    createTensor: (...args) => binding.createTensor(...args),
    deleteTensor: (tensor) => {
      binding.deleteTensor(tensor);
    },
    executeOp(name, ...rest) {
      asked.push(name);
      if (name.startsWith('_Mkl')) throw new Error(`there is no operation ${name}`);
      return binding.executeOp(name, ...rest);
    },
  });
  without.scope(() => {
    const image = without.constant(Float32Array.of(1, 2, 2, 0), [1, 2, 2, 1]);
    for (let pass = 0; pass < 2; pass += 1) {
      const { output, backward } = without.maxPoolForTraining(
        image,
        poolingWindow(2, 2, 'valid'),
        image,
      );
      expect([...kernels.read(backward(output, image))]).toEqual([0, 2, 0, 0]);
    }
  });
  without.scope(() => {
    const image = without.constant(Float32Array.of(1, -1, 1, -1), [1, 2, 2, 1]);
    const [zero, one] = [0, 1].map((value) => without.constant(Float32Array.of(value), [1]));
    const parameters = { gamma: one!, beta: zero!, mean: zero!, variance: one! };
    for (let pass = 0; pass < 2; pass += 1) {
      const output = without.batchNormReluInference(image, parameters, normalization(0, 1));
      expect([...kernels.read(output)]).toEqual([1, 0, 1, 0]);
    }
  });
  expect(asked.filter((name) => name.startsWith('_Mkl'))).toEqual([
    '_MklNativeMaxPool',
    '_MklNativeFusedBatchNormEx',
  ]);
});

describe('warmUp', () => {
  it('leaves no tensor behind', () => {
    const before = kernels.tensorCount;
    kernels.warmUp();
    expect(kernels.tensorCount).toBe(before);
  });

  it('names every attribute that any layer, loss, optimizer or pruning score uses', () => {
    const warm = recording();
    new Kernels(warm.binding).warmUp();

    const used = recording();
    const working = new Kernels(used.binding);
    const train = (
      inputShape: readonly number[],
      layers: readonly LayerSpec[],
      optimizerId: string,
    ): void => {
      const dataset = syntheticDataset(inputShape, 20);
      const trainer = new DenseTrainer(
        working,
        networkOf(inputShape, layers),
        optimizers.get(optimizerId).create({ id: optimizerId }),
        { dataset, trainIndices: new Int32Array(), validationIndices: Int32Array.of(1) },
        4,
        { labelSmoothing: 0.1, clipNorm: 1 },
      );
      trainer.start(
        initialParameters(trainer.layout),
        new Uint8Array(trainer.layout.prunableCount),
      );
      trainer.step(syntheticBatch(0, 4, 20), 1);
      trainer.gradients(syntheticBatch(0, 4, 20));
      trainer.scoreValidation();
      trainer.scoreTest();
      stateOf(trainer);
      trainer.dispose();
    };
    const score = (inputShape: readonly number[], layers: readonly LayerSpec[]): void => {
      const network = networkOf(inputShape, layers);
      const dataset = syntheticDataset(inputShape, 20);
      const sensitivity = new Sensitivity(working, network, dataset, new Int32Array());
      const weights = initialParameters(layoutOf(network));
      const direction = Float64Array.from(weights);
      sensitivity.hessianVector({ weights, examples: Int32Array.of(0, 1) }, direction);
      sensitivity.flowGradient(direction);
    };
    const output = (inputs: number): LayerSpec => ({
      kind: 'dense',
      name: 'output',
      inputs,
      outputs: 10,
    });
    for (const { id } of optimizers.entries) train([6], [output(6)], id);
    // Every kind of layer is in this fixture, but for dropout.
    for (const { inputShape, layers } of readFixture('layers').cases) {
      const whole: LayerSpec[] = [
        { kind: 'dropout', name: 'dropout', rate: 0.5 },
        ...layers,
        { kind: 'flatten', name: 'last-flatten' },
        output(productOf(layers.reduce((shape, layer) => outputShape(layer, shape), inputShape))),
      ];
      train(inputShape, whole, 'sgd');
      score(inputShape, whole);
    }
    for (const { id, build } of architectures.entries) {
      const { layers } = build({ id }, [32, 32, 1], 10);
      if (layers.length < 20) train([32, 32, 1], layers, 'sgd');
    }
    expect([...used.names].filter((name) => !warm.names.has(name))).toEqual([]);
    expect(used.names.size).toBeGreaterThan(10);
  });
});
