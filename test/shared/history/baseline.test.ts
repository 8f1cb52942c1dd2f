/** Which levels of two searches are compared, and how. */
import { describe, expect, it } from 'vitest';
import { comparedLevels, differenceFrom } from '../../../src/shared/history/baseline.ts';
import { pairedDifference } from '../../../src/shared/domain/statistics.ts';
import { sampleEffect } from '../../main/store/samples.ts';

/** Judged at the last of these densities, dense first. */
function judged(...densities: readonly number[]) {
  const level = densities.length - 1;
  return {
    verdict: { kind: 'winning', level, density: densities[level]!, reason: '' },
    effect: {
      ...sampleEffect(0),
      levels: densities.map((density, index) => ({ level: index, density })),
    },
  } as const;
}

describe('levels', () => {
  it('are compared at equal density, whatever their number', () => {
    expect(comparedLevels(judged(1, 0.8, 0.505, 0.2), judged(1, 0.5), 'density')).toEqual({
      baseline: { level: 2, density: 0.505 },
      own: { level: 1, density: 0.5 },
    });
  });

  it('are compared at the verdict of each search', () => {
    expect(comparedLevels(judged(1, 0.8, 0.2), judged(1, 0.5), 'verdict')).toEqual({
      baseline: { level: 2, density: 0.2 },
      own: { level: 1, density: 0.5 },
    });
  });

  it('are paired as in Compare: a neighbour that is nearer to another level is not equal', () => {
    expect(comparedLevels(judged(1, 0.5), judged(1, 0.5, 0.49), 'density')).toBeUndefined();
  });

  it('are missing without an equal density or a verdict', () => {
    expect(comparedLevels(judged(1, 0.8), judged(1, 0.5), 'density')).toBeUndefined();
    const none = { verdict: undefined };
    expect(comparedLevels(judged(1, 0.5), none, 'verdict')).toBeUndefined();
    expect(comparedLevels(none, judged(1, 0.5), 'verdict')).toBeUndefined();
  });
});

describe('the difference', () => {
  const level = (seed: number, confidence: number, ...accuracies: readonly number[]) => ({
    seed,
    confidence,
    accuracies,
    earlyStops: accuracies.map((accuracy) => 1000 * accuracy),
  });

  it('of searches of one seed is paired, with the stricter interval', () => {
    const [from, own] = [level(7, 0.9, 0.5, 0.6, 0.7), level(7, 0.99, 0.51, 0.63, Number.NaN)];
    const { accuracy, earlyStop } = differenceFrom(from, own);
    const { mean, lower, upper } = pairedDifference([0.5, 0.6], [0.51, 0.63], 0.99);
    expect(accuracy).toEqual({ mean, lower, upper });
    expect(earlyStop?.mean).toBeCloseTo(20);
  });

  it('of searches of other seeds is that of their means', () => {
    const { accuracy } = differenceFrom(level(7, 0.95, 0.5, 0.6), level(8, 0.95, 0.7));
    expect(accuracy).toEqual({
      mean: expect.closeTo(0.15) as number,
      lower: undefined,
      upper: undefined,
    });
  });

  it('is missing where nothing can be compared', () => {
    expect(differenceFrom(level(7, 0.95, 0.5), level(7, 0.95, Number.NaN, 0.6))).toEqual({
      accuracy: undefined,
      earlyStop: undefined,
    });
    expect(differenceFrom(level(7, 0.95), level(8, 0.95, 0.6)).accuracy).toBeUndefined();
  });
});
