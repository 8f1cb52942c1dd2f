import { afterAll, expect, it } from 'vitest';
import type { Tensor } from '../../../../../src/main/engine/kernels/binding.ts';
import { Kernels } from '../../../../../src/main/engine/kernels/kernels.ts';
import { productOf } from '../../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../../src/main/engine/network.ts';
import {
  gradientMask,
  GradientMasks,
} from '../../../../../src/main/engine/training/dense/gradient-masks.ts';
import { rng } from '../../../../../src/shared/rng.ts';

const kernels = new Kernels();
const before = kernels.tensorCount;

afterAll(() => {
  expect(kernels.tensorCount).toBe(before);
});

it.each([
  { shape: [7, 5], kind: 'small' },
  { shape: [3, 3, 256, 256], kind: 'large' },
  { shape: [600_011, 1], kind: 'large, in no equal pieces' },
])('gives the gradient where the mask is 1 and zeros elsewhere, bit by bit: $kind', ({ shape }) => {
  const random = rng('mask', shape.length);
  const size = productOf(shape);
  const mask = gradientMask(kernels, shape);
  const values = Float32Array.from({ length: size }, () => random.uniform() - 0.5);
  for (let round = 0; round < 2; round += 1) {
    const kept = Uint8Array.from({ length: size }, () => random.below(2));
    mask.set(kept);
    kernels.scope(() => {
      // A result of TensorFlow's own, as gradients are.
      const gradient: Tensor = kernels.negate(kernels.constant(values, shape));
      const masked = kernels.read(mask.applyTo(gradient));
      const expected = values.map((value, index) => -value * kept[index]!);
      // Bytes: -0 is not 0, and comparing numbers one by one takes seconds.
      expect(Buffer.from(masked.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    });
  }
  mask.dispose();
});

it('masks the gradients of prunable parameters by their own part of the mask', () => {
  const layout = layoutOf({
    inputShape: [2],
    classes: 2,
    layers: [
      { kind: 'dense', name: 'a', inputs: 2, outputs: 3 },
      { kind: 'dense', name: 'b', inputs: 3, outputs: 2 },
    ],
  });
  const masks = new GradientMasks(kernels, layout);
  const maskedOnes = (name: string): number[] =>
    kernels.scope(() => {
      const index = layout.parameters.findIndex((each) => each.name === name);
      const { shape, size } = layout.parameters[index]!;
      const ones = kernels.constant(new Float32Array(size).fill(1), shape);
      return [...kernels.read(masks.applyTo(index, kernels.square(ones)))];
    });
  masks.set(Uint8Array.of(1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1));
  expect(maskedOnes('a.kernel')).toEqual([1, 0, 1, 1, 1, 0]);
  expect(maskedOnes('a.bias')).toEqual([1, 1, 1]);
  expect(maskedOnes('b.kernel')).toEqual([0, 0, 1, 1, 0, 1]);
  masks.set(new Uint8Array(12).fill(1));
  expect(maskedOnes('a.kernel')).toEqual([1, 1, 1, 1, 1, 1]);
  masks.dispose();
});
