import { describe, expect, test } from 'vitest';
import { rng } from '../../src/shared/rng.ts';
import { cutOff, flipBit, generate, mutate, PAGE_BYTES, zeroPage } from '../../torture/mutate.ts';

const SAMPLE = Buffer.from(Uint8Array.from({ length: 10_000 }, (_, index) => index % 251));

describe('a mutation', () => {
  test('is the same for the same seed, and others are others', () => {
    const one = Array.from({ length: 50 }, (_, index) => mutate(SAMPLE, rng(1, index)));
    const again = Array.from({ length: 50 }, (_, index) => mutate(SAMPLE, rng(1, index)));
    expect(again).toEqual(one);
    expect(new Set(one.map((bytes) => bytes.toString('hex'))).size).toBeGreaterThan(40);
    expect(generate(rng(1))).toEqual(generate(rng(1)));
  });

  test('leaves the sample as it is', () => {
    const before = Buffer.from(SAMPLE);
    for (let index = 0; index < 500; index += 1) mutate(SAMPLE, rng(2, index));
    expect(SAMPLE.equals(before)).toBe(true);
  });

  test('takes samples of any length', () => {
    for (const length of [0, 1, 2, 3, PAGE_BYTES]) {
      const sample = Buffer.alloc(length, 1);
      for (let index = 0; index < 500; index += 1) {
        expect(mutate(sample, rng(3, length, index))).toBeInstanceOf(Buffer);
      }
    }
  });

  test('changes one bit, cuts off, or empties a page, as its name says', () => {
    const flipped = flipBit(SAMPLE, rng(4));
    const bits = flipped.reduce(
      (sum, byte, at) => sum + (byte ^ SAMPLE[at]!).toString(2).replaceAll('0', '').length,
      0,
    );
    expect(bits).toBe(1);

    const cut = cutOff(SAMPLE, rng(5));
    expect(SAMPLE.subarray(0, cut.length).equals(cut)).toBe(true);
    expect(cut.length).toBeLessThan(SAMPLE.length);

    const emptied = zeroPage(Buffer.alloc(3 * PAGE_BYTES, 1), rng(6));
    expect(emptied.filter((byte) => byte === 0)).toHaveLength(PAGE_BYTES);
  });
});
