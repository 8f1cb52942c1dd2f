import { describe, expect, it } from 'vitest';
import {
  chanceOfDifference,
  pairedDifference,
  spreadOf,
  studentQuantile,
} from '../../../src/shared/domain/statistics.ts';
import pairs from '../../fixtures/statistics/paired-differences.json' with { type: 'json' };
import quantiles from '../../fixtures/statistics/student-quantiles.json' with { type: 'json' };

const relativeError = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe('spreadOf', () => {
  it('gives mean, minimum and maximum and keeps the order', () => {
    expect(spreadOf([3, 1, 5])).toEqual({ mean: 3, min: 1, max: 5, values: [3, 1, 5] });
  });

  it('gives equal values exactly that mean', () => {
    // 0.1 + 0.1 + 0.1 is more than 0.3 in doubles.
    expect(spreadOf([0.1, 0.1, 0.1]).mean).toBe(0.1);
  });

  it('refuses no values', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe('studentQuantile', () => {
  it('agrees with SciPy', () => {
    expect(quantiles.length).toBeGreaterThan(100);
    for (const { confidence, degreesOfFreedom, quantile } of quantiles) {
      const isCommon = confidence <= 0.95 && degreesOfFreedom <= 50;
      expect(relativeError(studentQuantile(confidence, degreesOfFreedom), quantile)).toBeLessThan(
        isCommon ? 1e-14 : 1e-12,
      );
    }
  });

  it('agrees with the closed forms of one and two degrees of freedom', () => {
    for (const confidence of [0.01, 0.3, 0.5, 0.9, 0.999]) {
      const one = Math.tan((Math.PI * confidence) / 2);
      const two = confidence * Math.sqrt(2 / (1 - confidence ** 2));
      expect(relativeError(studentQuantile(confidence, 1), one)).toBeLessThan(1e-12);
      expect(relativeError(studentQuantile(confidence, 2), two)).toBeLessThan(1e-12);
    }
  });

  it('ends for a confidence next to 1', () => {
    expect(studentQuantile(1 - Number.EPSILON / 2, 1)).toBeGreaterThan(1e12);
  });

  it.each([0, 1, -0.5, Number.NaN])('refuses the confidence %s', (confidence) => {
    expect(() => studentQuantile(confidence, 4)).toThrow(`the confidence is ${confidence}`);
  });

  it.each([0, -1, 2.5, Number.NaN, Infinity])('refuses %s degrees of freedom', (degrees) => {
    expect(() => studentQuantile(0.95, degrees)).toThrow('degrees of freedom');
  });
});

describe('pairedDifference', () => {
  it('agrees with SciPy’s paired t-test', () => {
    expect(pairs.length).toBeGreaterThan(20);
    for (const { reference, compared, confidence, mean, lower, upper } of pairs) {
      const difference = pairedDifference(reference, compared, confidence);
      // Differences of the values are only exact to the values' own rounding.
      const tolerance = 1e-13 * (Math.max(...reference.map(Math.abs)) + upper - lower);
      expect(Math.abs(difference.mean - mean)).toBeLessThan(tolerance);
      expect(Math.abs(difference.lower! - lower)).toBeLessThan(tolerance);
      expect(Math.abs(difference.upper! - upper)).toBeLessThan(tolerance);
    }
  });

  it('is the second minus the first, without an interval if nothing varies', () => {
    expect(pairedDifference([10, 20], [7, 17], 0.95)).toEqual({
      mean: -3,
      lower: undefined,
      upper: undefined,
    });
  });

  it('gives a single pair no interval', () => {
    expect(pairedDifference([1], [3], 0.95)).toEqual({
      mean: 2,
      lower: undefined,
      upper: undefined,
    });
  });

  it('refuses what cannot be paired', () => {
    expect(() => pairedDifference([1, 2], [1], 0.95)).toThrow('2 values cannot be paired with 1');
    expect(() => pairedDifference([], [], 0.95)).toThrow(RangeError);
  });
});

describe('a difference with an error of its measurement', () => {
  const reference = [0, 0, 0];
  const compared = [1, 1.2, 0.8];
  const halfWidth = (error: number): number => {
    const { lower, upper } = pairedDifference(reference, compared, 0.95, error);
    return (upper! - lower!) / 2;
  };

  it('is never more certain than the replicates alone, nor than the measurement alone', () => {
    const seeds = halfWidth(0);
    // t₂ · 0.2 / √3
    expect(seeds).toBeCloseTo(0.4968, 4);
    for (const error of [0.001, 0.03, 0.1, 0.2, 0.5, 2]) {
      expect(halfWidth(error)).toBeGreaterThanOrEqual(seeds);
      expect(halfWidth(error)).toBeGreaterThan(1.96 * error);
      const { margins } = pairedDifference(reference, compared, 0.95, error);
      expect(margins!.seeds).toBeCloseTo(seeds, 12);
      expect(margins!.measurement).toBeCloseTo(1.9623 * error, 3);
    }
  });

  it.each([0, 0.03, 0.1, 0.2, 0.5])(
    'has a p-value of at most α/2 exactly where its interval lies above the bound: error %s',
    (error) => {
      const { lower } = pairedDifference(reference, compared, 0.95, error);
      expect(chanceOfDifference(reference, compared, lower! - 1e-6, error)).toBeLessThan(0.025);
      expect(chanceOfDifference(reference, compared, lower! + 1e-6, error)).toBeGreaterThan(0.025);
    },
  );
});
