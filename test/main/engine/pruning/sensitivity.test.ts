import { expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { activationCount, layoutOf, type LayerSpec } from '../../../../src/main/engine/network.ts';
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
