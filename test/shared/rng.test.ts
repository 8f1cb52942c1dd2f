import { describe, expect, it } from 'vitest';
import { rng, shuffleInPlace, type Rng } from '../../src/shared/rng.ts';
import streams from '../fixtures/statistics/random-streams.json' with { type: 'json' };

/** `count` draws of a stream. */
function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

/** Σ (observed − expected)² / expected for equally likely cells. */
function chiSquare(observed: readonly number[]): number {
  const expected = observed.reduce((sum, count) => sum + count, 0) / observed.length;
  return observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('rng', () => {
  it.each(streams)('gives the streams of an independent implementation for $key', (stream) => {
    const { key } = stream;
    const fresh = (): Rng => rng(...key);
    const [integers, fractions, bounded, normals] = [fresh(), fresh(), fresh(), fresh()];
    expect(draw(8, () => integers.uint32())).toEqual(stream.uint32);
    expect(draw(8, () => fractions.uniform())).toEqual(stream.uniform);
    expect(draw(8, () => bounded.below(3_000_000_000))).toEqual(stream.below);
    for (const expected of stream.normal) {
      // The two logarithms may differ in their last bit.
      expect(Math.abs(normals.normal() / expected - 1)).toBeLessThan(1e-14);
    }
  });

  it('keeps keys apart whose parts read alike when joined', () => {
    const first = [rng('a', 'b'), rng('a/b'), rng('a,b'), rng('ab'), rng(1), rng('1')];
    expect(new Set(first.map((random) => random.uint32())).size).toBe(first.length);
  });

  it('gives independent streams for neighbouring keys', () => {
    const count = 10_000;
    const streamsByLevel = [0, 1, 2, 3].map((level) => {
      const random = rng(1, 'replicate', 0, 'batch-order', level);
      return draw(count, () => random.uniform() - 0.5);
    });
    for (const [index, stream] of streamsByLevel.entries()) {
      for (const other of streamsByLevel.slice(index + 1)) {
        const products = stream.reduce((sum, value, at) => sum + value * other[at]!, 0);
        // The correlation of independent streams has a standard deviation of 1 / √count.
        expect(Math.abs(products / (count / 12))).toBeLessThan(4 / Math.sqrt(count));
      }
    }
  });

  it('draws uniformly', () => {
    const random = rng('uniformity');
    const cells = new Array<number>(100).fill(0);
    for (let index = 0; index < 100_000; index += 1) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
      cells[Math.floor(value * 100)]! += 1;
    }
    // The 99.9% quantile of χ² with 99 degrees of freedom.
    expect(chiSquare(cells)).toBeLessThan(148.2);
  });

  it('draws below a bound without favouring small numbers', () => {
    // Modulo 3 · 2^30 alone, the lower third would be twice as likely as the others.
    const bound = 3 * 2 ** 30;
    const random = rng('bounded');
    const thirds = [0, 0, 0];
    for (let index = 0; index < 30_000; index += 1) {
      const value = random.below(bound);
      expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      thirds[Math.floor(value / 2 ** 30)]! += 1;
    }
    // The 99.9% quantile of χ² with 2 degrees of freedom.
    expect(chiSquare(thirds)).toBeLessThan(13.8);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])('refuses the bound %s', (bound) => {
    expect(() => rng('bounds').below(bound)).toThrow(RangeError);
  });

  it('takes the smallest and the largest bound', () => {
    expect(rng('bounds').below(1)).toBe(0);
    expect(rng('bounds').below(2 ** 32)).toBe(rng('bounds').uint32());
  });

  it('draws normals with the moments and tails of the standard normal', () => {
    const count = 200_000;
    const random = rng('normality');
    const values = draw(count, () => random.normal());
    const moment = (power: number) =>
      values.reduce((sum, value) => sum + value ** power, 0) / count;
    // Four standard errors: √(var(xᵖ) / count), with var 1, 2, 15 and 96.
    const fourErrors = (variance: number) => 4 * Math.sqrt(variance / count);
    expect(Math.abs(moment(1))).toBeLessThan(fourErrors(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(fourErrors(2));
    expect(Math.abs(moment(3))).toBeLessThan(fourErrors(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(fourErrors(96));
    const beyondThree = values.filter((value) => Math.abs(value) > 3).length / count;
    expect(Math.abs(beyondThree - 0.0027)).toBeLessThan(fourErrors(0.0027));
  });
});

describe('shuffleInPlace', () => {
  it('permutes, in place', () => {
    const values = Int32Array.from({ length: 1000 }, (_, index) => index);
    const shuffled = shuffleInPlace(values, rng('permutation'));
    expect(shuffled).toBe(values);
    expect([...shuffled]).not.toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect([...shuffled].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index),
    );
  });

  it('makes every order equally likely', () => {
    const random = rng('orders');
    const counts = new Map<string, number>();
    for (let index = 0; index < 24_000; index += 1) {
      const order = shuffleInPlace([0, 1, 2, 3], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // The 99.9% quantile of χ² with 23 degrees of freedom.
    expect(chiSquare([...counts.values()])).toBeLessThan(49.7);
  });

  it('leaves nothing and one value alone', () => {
    expect(shuffleInPlace([], rng('empty'))).toEqual([]);
    expect(shuffleInPlace([7], rng('single'))).toEqual([7]);
  });
});
