import { describe, expect, it } from 'vitest';
import { testInterval } from '../../../../src/shared/domain/settings.ts';

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
