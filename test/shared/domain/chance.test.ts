import { describe, expect, it } from 'vitest';
import expectedOverlaps from '../../fixtures/statistics/expected-overlaps.json' with { type: 'json' };
import {
  expectedDistance,
  expectedJaccard,
  type KeptPair,
} from '../../../src/shared/domain/chance.ts';
import { jaccardOverlap, type Mask } from '../../../src/shared/domain/mask.ts';
import { rng, shuffleInPlace } from '../../../src/shared/rng.ts';

/** Every mask over `size` weights that keeps `kept` of them. */
function everyMask(size: number, kept: number): Mask[] {
  return Array.from({ length: 2 ** size }, (_, bits) =>
    Uint8Array.from({ length: size }, (__, index) => (bits >>> index) & 1),
  ).filter((mask) => mask.reduce((sum, entry) => sum + entry, 0) === kept);
}

const joined = (...parts: readonly Mask[]): Mask =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the expected Jaccard overlap', () => {
  it('is the mean over every pair of masks of one tensor', () => {
    for (const [size, one, other] of [
      [5, 2, 3],
      [6, 5, 4],
      [4, 0, 2],
      [4, 4, 4],
      [6, 1, 1],
    ] as const) {
      const pairs = everyMask(size, one).flatMap((left) =>
        everyMask(size, other).map((right) => jaccardOverlap(left, right)),
      );
      expect(expectedJaccard([{ size, one, other }]), `${size}, ${one}, ${other}`).toBeCloseTo(
        mean(pairs),
        12,
      );
    }
  });

  it('keeps to the counts of each tensor where there are several', () => {
    const tensors: KeptPair[] = [
      { size: 4, one: 3, other: 2 },
      { size: 3, one: 1, other: 2 },
    ];
    const lefts = everyMask(4, 3).flatMap((a) => everyMask(3, 1).map((b) => joined(a, b)));
    const rights = everyMask(4, 2).flatMap((a) => everyMask(3, 2).map((b) => joined(a, b)));
    const layerwise = mean(lefts.flatMap((a) => rights.map((b) => jaccardOverlap(a, b))));
    expect(expectedJaccard(tensors)).toBeCloseTo(layerwise, 12);

    const anywhere = mean(
      everyMask(7, 4).flatMap((a) => everyMask(7, 4).map((b) => jaccardOverlap(a, b))),
    );
    expect(expectedJaccard([{ size: 7, one: 4, other: 4 }])).toBeCloseTo(anywhere, 12);
    expect(Math.abs(layerwise - anywhere)).toBeGreaterThan(0.01);
  });

  // Half of the cases are summed exactly here as well, the other half by the series.
  it.each(expectedOverlaps)('is what SciPy sums up: %j', ({ tensors, overlap }) => {
    expect(Math.abs(expectedJaccard(tensors) / overlap - 1)).toBeLessThan(1e-6);
  });

  it('is one for masks that keep nothing, as the overlap is', () => {
    expect(expectedJaccard([{ size: 9, one: 0, other: 0 }])).toBe(1);
    expect(expectedJaccard([])).toBe(1);
  });

  // The sums over both tensors are beyond what is summed exactly; over one they are not.
  it('goes on where it is approximated', () => {
    const tensor: KeptPair = { size: 30_000, one: 3900, other: 3800 };
    const exact = expectedJaccard([tensor]);
    const twice = expectedJaccard([tensor, tensor]);
    expect(twice).toBeCloseTo(exact, 5);
    expect(twice).not.toBe(exact);
    // E f(X) and f(E X) differ by the second term of the series.
    const atMean = (3900 * 3800) / 30_000 / (7700 - (3900 * 3800) / 30_000);
    expect(Math.abs(exact - atMean)).toBeGreaterThan(2e-6);
    expect(Math.abs(twice - atMean - (exact - atMean) / 2)).toBeLessThan(1e-8);
  });

  it('agrees with random masks at the sizes of LeNet-300-100', () => {
    const random = rng('chance');
    const [size, kept] = [235_200, 50_000];
    const draw = (): Mask => {
      const mask = new Uint8Array(size).fill(1, 0, kept);
      return shuffleInPlace(mask, random);
    };
    const overlaps = Array.from({ length: 20 }, () => jaccardOverlap(draw(), draw()));
    const expected = expectedJaccard([{ size, one: kept, other: kept }]);
    expect(Math.abs(mean(overlaps) - expected)).toBeLessThan(0.0005);
  });
});

describe('the expected distance', () => {
  it('is the mean over every pair of masks', () => {
    const pairs = everyMask(6, 2).flatMap((left) =>
      everyMask(6, 2).map(
        (right) => left.filter((entry, index) => entry !== right[index]).length / 6,
      ),
    );
    expect(expectedDistance([{ size: 6, one: 2, other: 2 }])).toBeCloseTo(mean(pairs), 12);
  });
});
