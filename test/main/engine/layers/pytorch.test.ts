import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../../src/main/engine/kernels/binding.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { buildNetwork } from '../../../../src/main/engine/layers/index.ts';
import { layerKinds } from '../../../../src/main/engine/layers/kinds/index.ts';
import { productOf } from '../../../../src/main/engine/layers/spec.ts';
import { flatLayers, layoutOf, outputShape } from '../../../../src/main/engine/network.ts';
import {
  expectClose,
  hashes,
  initialParameters,
  networkOf,
  noise,
  readFixture,
} from '../../../fixtures/pytorch/fixture.ts';

const kernels = new Kernels();
const { batch, cases, losses } = readFixture('layers');

/** What is drawn at random has nothing of PyTorch's to be compared with. */
const RANDOM_KINDS = ['dropout'];

it('there are cases of every kind of layer', () => {
  const kinds = cases.flatMap(({ layers }) => [...layers, ...flatLayers(layers)]);
  expect([...new Set(kinds.map(({ kind }) => kind))].sort()).toEqual(
    Object.keys(layerKinds)
      .filter((kind) => !RANDOM_KINDS.includes(kind))
      .sort(),
  );
});

describe('forward and gradients equal PyTorch to float32 rounding', () => {
  it.each(cases)('$name', ({ inputShape, layers, expected }) => {
    const network = networkOf(inputShape, layers);
    const layout = layoutOf(network);
    const parameters = initialParameters(layout);
    const built = buildNetwork(kernels, network, layout, batch, true);
    const before = kernels.tensorCount;
    const results = new Map<string, Float32Array>();

    kernels.scope(() => {
      const owned: Tensor[] = [];
      const share = (values: Float32Array, shape: readonly number[]): Tensor => {
        const tensor = kernels.shareMemory(values, shape);
        owned.push(tensor);
        return tensor;
      };
      const values = layout.parameters.map(({ offset, size, shape }) =>
        share(parameters.slice(offset, offset + size), shape),
      );
      const input = share(noise(1, batch * productOf(inputShape), 4), [batch, ...inputShape]);
      const pass = (isTraining: boolean) => ({
        isTraining,
        seed: 0,
        step: 1,
        value: (parameter: number) => values[parameter]!,
        setGradient: (parameter: number, gradient: Tensor) => {
          results.set(layout.parameters[parameter]!.name, kernels.read(gradient));
        },
        setStatistic: (parameter: number, value: Tensor) => {
          results.set(layout.parameters[parameter]!.name, kernels.read(value));
        },
      });
      results.set('evaluated', kernels.read(built.forward(input, pass(false)).output));
      const forward = built.forward(input, pass(true));
      results.set('output', kernels.read(forward.output));
      const shape = layers.reduce((given, layer) => outputShape(layer, given), inputShape);
      const gradient = share(noise(2, batch * productOf(shape)), [batch, ...shape]);
      results.set(
        'input gradient',
        kernels.read(forward.backward(gradient, input, forward.output)!),
      );
      for (const tensor of owned) kernels.delete(tensor);
    });

    expect([...results.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [name, digest] of Object.entries(expected)) {
      expectClose(results.get(name)!, digest, name);
    }
    expect(kernels.tensorCount, 'tensors left behind').toBe(before);
    built.dispose();
  });
});

describe('softmax cross-entropy and its gradient equal PyTorch to float32 rounding', () => {
  it.each(losses)('$name', ({ labelSmoothing, expected }) => {
    const examples = 12;
    const classes = 10;
    const labels = Int32Array.from(hashes(3, examples), (hash) => hash % classes);
    const targets = Float32Array.from({ length: examples * classes }, (_, index) => {
      const isLabel = labels[Math.floor(index / classes)] === index % classes;
      return (isLabel ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
    });
    kernels.scope(() => {
      const logits = kernels.shareMemory(noise(1, examples * classes, 8), [examples, classes]);
      const labelTensor = kernels.shareMemory(labels, [examples]);
      const targetTensor = kernels.shareMemory(targets, [examples, classes]);
      const results = [kernels.softmaxCrossEntropyWithTargets(logits, targetTensor)];
      if (labelSmoothing === 0) results.push(kernels.softmaxCrossEntropy(logits, labelTensor));
      for (const { loss, gradient } of results) {
        expectClose(kernels.read(loss), expected['loss']!, 'loss');
        expectClose(kernels.read(gradient), expected['gradient']!, 'gradient');
      }
      for (const tensor of [logits, labelTensor, targetTensor]) kernels.delete(tensor);
    });
  });
});
