import { expect, it } from 'vitest';
import { resultDifference } from '../../../src/main/store/result-difference.ts';

const result = (changes: object = {}) => ({
  kind: 'instability',
  level: 2,
  test: { barrier: 0.5, loss: Float64Array.of(0.5, Number.NaN, 0.75) },
  pairs: [{ one: 1 }, { one: 2 }],
  ...changes,
});

it.each<[string, object, string, string]>([
  ['its level', { level: 3 }, '2', '3'],
  [
    'its test.loss[2]',
    { test: { barrier: 0.5, loss: Float64Array.of(0.5, NaN, 0.5) } },
    '0.75',
    '0.5',
  ],
  [
    'its test.loss[2]',
    { test: { barrier: 0.5, loss: Float64Array.of(0.5, NaN) } },
    '0.75',
    'undefined',
  ],
  ['its test.loss', { test: { barrier: 0.5, loss: 0.5 } }, 'a list', '0.5'],
  ['its pairs[1].one', { pairs: [{ one: 1 }, { one: 4 }] }, '2', '4'],
  ['its extra', { extra: {} }, 'undefined', 'an object'],
])('the first field that differs is %s', (what, changes, stored, other) => {
  expect(resultDifference(result(), result(changes))).toEqual({ what, stored, other });
});

it('the same results do not differ, whatever the order of their fields', () => {
  const { kind, ...others } = result();
  expect(resultDifference(result(), { ...others, kind })).toBeUndefined();
});
