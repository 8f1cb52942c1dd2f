import { expect, it } from 'vitest';
import type { Attribute, Tensor } from '../../../../src/main/engine/kernels/binding.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { LayerSpec } from '../../../../src/main/engine/layers/spec.ts';
import { activationCount, layoutOf } from '../../../../src/main/engine/network.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import {
  initialParameters,
  networkOf,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';

const kernels = new Kernels();

it('hands float64 to TensorFlow and back without a change', () => {
  const values = Float64Array.of(1 / 3, -0, 1e300, 5e-324, Math.PI);
  const before = kernels.tensorCount;
  const result = kernels.scope(() => {
    const tensor = kernels.doubles(values, [5]);
    return kernels.readDoubles(kernels.negate(kernels.negate(tensor)));
  });
  expect(result).toEqual(values);
  expect(kernels.tensorCount).toBe(before);
});

it('gives the same derivatives in one piece and in several, and leaves no tensor behind', () => {
  const inputShape = [64, 64, 1];
  const convolution = { kernelSize: 3, stride: 1, padding: 'same', hasBias: true } as const;
  const layers: LayerSpec[] = [
    { kind: 'conv2d', name: 'conv', inputs: 1, outputs: 64, ...convolution },
    { kind: 'max-pool', name: 'pool', size: 2, stride: 2, padding: 'valid' },
    { kind: 'global-average-pool', name: 'average' },
    { kind: 'dense', name: 'output', inputs: 64, outputs: 10 },
  ];
  const network = networkOf(inputShape, layers);
  const layout = layoutOf(network);
  const count = 9;
  // More activations than are held at a time, or the test would show nothing.
  expect(count * activationCount(network)).toBeGreaterThan(2 ** 21);
  const sensitivity = new Sensitivity(
    kernels,
    network,
    syntheticDataset(inputShape),
    new Int32Array(),
  );
  const weights = initialParameters(layout, 3);
  const direction = Float64Array.from(initialParameters(layout, 4));
  const before = kernels.tensorCount;
  const of = (examples: Int32Array) => ({
    gradient: sensitivity.lossGradient({ weights, examples }),
    product: sensitivity.hessianVector({ weights, examples }, direction),
  });
  const together = of(Int32Array.from({ length: count }, (_, index) => index));
  const apart = Array.from({ length: count }, (_, index) => of(Int32Array.of(index)));
  for (const kind of ['gradient', 'product'] as const) {
    for (const [index, value] of together[kind].entries()) {
      const mean = apart.reduce((sum, each) => sum + each[kind][index]!, 0) / count;
      expect(Math.abs(value - mean)).toBeLessThanOrEqual(1e-13);
    }
  }
  expect(Math.hypot(...together.product)).toBeGreaterThan(1e-3);
  expect(kernels.tensorCount).toBe(before);
});

/** Counts the tensors that are there whenever a convolution or its kernel's gradient is worked out. */
class CountingKernels extends Kernels {
  readonly forward: number[] = [];
  readonly backward: number[] = [];

  protected override run<const Count extends number>(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: Count,
  ) {
    if (name === 'Conv2D') this.forward.push(this.tensorCount);
    if (name === 'Conv2DBackpropFilter') this.backward.push(this.tensorCount);
    return super.run(name, attributes, inputs, outputs);
  }
}

it('holds what the way back reads, until it has passed, and nothing else of a batch', () => {
  const heldOf = (blocks: number) => {
    const inputShape = [4, 4, 2];
    const convolution = { kernelSize: 3, stride: 1, padding: 'same', hasBias: false } as const;
    const layers = Array.from({ length: blocks }, (_, block): LayerSpec[] => [
      { kind: 'conv2d', name: `conv-${block}`, inputs: 2, outputs: 2, ...convolution },
      { kind: 'batch-norm', name: `norm-${block}`, channels: 2, epsilon: 1e-5, momentum: 0.1 },
      { kind: 'relu', name: `relu-${block}` },
    ]);
    const output: LayerSpec[] = [
      { kind: 'flatten', name: 'flatten' },
      { kind: 'dense', name: 'output', inputs: 32, outputs: 10 },
    ];
    const network = networkOf(inputShape, [...layers.flat(), ...output]);
    const counting = new CountingKernels();
    const weights = initialParameters(layoutOf(network), 3);
    new Sensitivity(
      counting,
      network,
      syntheticDataset(inputShape, 4),
      new Int32Array(),
    ).hessianVector({ weights, examples: Int32Array.of(0, 1, 2) }, Float64Array.from(weights));
    const { forward, backward } = counting;
    const parameters = forward[0]!;
    return { atTop: backward[0]! - parameters, atEnd: backward.at(-1)! - parameters };
  };
  const [few, many] = [heldOf(2), heldOf(6)];
  // The convolution's input, what is normalised, its scale, each with its tangent; the axes.
  expect((many.atTop - few.atTop) / 4).toBe(7);
  expect(many.atEnd).toBe(few.atEnd);
});
