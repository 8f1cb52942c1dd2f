import { afterAll, expect, it } from 'vitest';
import type { Tensor } from '../../../../src/main/engine/kernels/binding.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { productOf } from '../../../../src/main/engine/network.ts';
import { gradientMask } from '../../../../src/main/engine/training/gradient-mask.ts';
import { rng } from '../../../../src/shared/rng.ts';

const kernels = new Kernels();
const before = kernels.tensorCount;

afterAll(() => {
  expect(kernels.tensorCount).toBe(before);
});

it.each([
  { shape: [7, 5], kind: 'small' },
  { shape: [3, 3, 256, 256], kind: 'large' },
  { shape: [600_011, 1], kind: 'large, in no equal pieces' },
])('leaves of a gradient what the mask keeps, bit by bit: $kind', ({ shape }) => {
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
