import { describe, expect, it } from 'vitest';
import { expectedEvaluations, testInterval } from '../../../../src/shared/domain/settings.ts';

describe('the interval of evaluations on the test set', () => {
  it.each([
    { iterations: 50_000, evaluateEvery: 100, testEvery: undefined, expected: 1000 },
    { iterations: 2000, evaluateEvery: 100, testEvery: undefined, expected: 100 },
    { iterations: 99, evaluateEvery: 1, testEvery: undefined, expected: 1 },
    { iterations: 100, evaluateEvery: 1, testEvery: undefined, expected: 2 },
    { iterations: 50_000, evaluateEvery: 100, testEvery: 1, expected: 100 },
    { iterations: 50_000, evaluateEvery: 100, testEvery: 3, expected: 300 },
    {
      iterations: 50_000,
      evaluateEvery: 100,
      testEvery: 'improvements' as const,
      expected: Infinity,
    },
  ])(
    'is $expected for $iterations iterations, every $evaluateEvery, testEvery $testEvery',
    ({ expected, ...settings }) => {
      expect(testInterval(settings)).toBe(expected);
    },
  );
});

describe('the expected evaluations of a training', () => {
  const paper = { iterations: 50_000, evaluateEvery: 100 };

  it('are on the validation set at the start, at every interval and at the end', () => {
    const every = { iterations: 30, evaluateEvery: 10, testEvery: 1 };
    expect(expectedEvaluations(every, 0, 30)).toEqual({ validation: 4, test: 4 });
    expect(expectedEvaluations({ ...every, iterations: 35 }, 0, 35).validation).toBe(5);
    // From the rewind point: 5, 10, 20, 30.
    expect(expectedEvaluations(every, 5, 30).validation).toBe(4);
    // A branch that is not trained is evaluated once.
    expect(expectedEvaluations(every, 30, 30)).toEqual({ validation: 1, test: 1 });
  });

  it('are on the test set at about 50 points and at new minima by default', () => {
    const { validation, test } = expectedEvaluations(paper, 0, 50_000);
    expect(validation).toBe(501);
    // 51 points, and of the 17 to 35 minima those that are no such point.
    expect(test).toBeGreaterThan(51 + 17 * 0.9);
    expect(test).toBeLessThan(51 + 35 * 0.9);
  });

  it('are on the test set only at new minima and at the end if that is asked for', () => {
    const sparing = { ...paper, testEvery: 'improvements' as const };
    const { test } = expectedEvaluations(sparing, 0, 50_000);
    expect(test).toBeGreaterThan(17);
    expect(test).toBeLessThan(35);
    // In short trainings nearly every evaluation is a minimum, and none counts twice.
    const short = { ...sparing, iterations: 300 };
    expect(expectedEvaluations(short, 0, 300)).toEqual({ validation: 4, test: 4 });
  });
});
