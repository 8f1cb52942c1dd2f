import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/shared/contract/json.ts';
import { describeResolved, describeValue } from '../../../src/renderer/forms/describe-value.ts';

describe('what epochs come to', () => {
  it.each<[Json | undefined, Json, string]>([
    ['20ep', 18_333, '20ep (18,333 iterations)'],
    [2000, 2000, '2000'],
    [['1ep', 5], [1, 5], '1ep, 5 (1 and 5 iterations)'],
    [undefined, 400, '400'],
  ])('is said beside %j where it differs', (written, resolved, text) => {
    expect(describeResolved(written, resolved)).toBe(text);
  });
});

it('shows values as they are read', () => {
  expect([undefined, [], [300, 100], 'adam', 0.5, { a: 1 }].map(describeValue)).toEqual([
    '–',
    'none',
    '300, 100',
    'adam',
    '0.5',
    '{"a":1}',
  ]);
});

it('shows analyses of a list by their ids, and what else is set of them', () => {
  const analyses = [{ id: 'mask-overlap' }, { id: 'instability', levels: [0, 4], points: 30 }];
  expect(describeValue(analyses)).toBe('mask-overlap, instability (levels 0, 4; points 30)');
});
