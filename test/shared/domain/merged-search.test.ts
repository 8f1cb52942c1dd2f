import { describe, expect, it } from 'vitest';
import type { MergedSearch } from '../../../src/shared/domain/bundle.ts';
import { describeMerge } from '../../../src/shared/domain/merged-search.ts';

const merged = (changes: Partial<MergedSearch>): MergedSearch => ({
  id: '20261129-213642-fnmt',
  name: 'A search',
  isNew: false,
  trainings: 10,
  added: 0,
  completed: 0,
  missing: 0,
  ...changes,
});

describe('what a merge says of a search', () => {
  it.each<[string, Partial<MergedSearch>]>([
    ['new, 10 trainings added; 5 trainings still missing', { isNew: true, added: 10, missing: 5 }],
    ['new, without trainings', { isNew: true, trainings: 0 }],
    ['nothing new: its 10 trainings are here, bit for bit', {}],
    [
      'nothing new: its 10 trainings are here with the same masks and measurements; 9 trainings came without weights to compare',
      { withoutWeights: 9 },
    ],
    [
      '1 training added, weights of 2 trainings added, results of analyses added',
      { added: 1, completed: 2, others: ['analyses'] },
    ],
    [
      'replicates, levels or branches of a later stage added, a summary of its data added; 3 trainings still missing',
      { others: ['stage', 'data'], missing: 3 },
    ],
    [
      'replicates, levels or branches of a later stage added, 2 results of analyses removed, which no longer hold',
      { others: ['stage'], outdated: 2 },
    ],
  ])('%s', (text, changes) => {
    expect(describeMerge(merged(changes))).toBe(text);
  });

  it('with a warning that another machine has other results of analyses', () => {
    const first = '"replicate 1": its distance is 1 here and 2 in the bundle';
    expect(describeMerge(merged({ otherResults: { count: 2, first } }))).toBe(
      `nothing new: its 10 trainings are here, bit for bit\nWarning: the bundle has other results of analyses (2), which another processor, TensorFlow or code has computed. What is here was kept. The first is ${first}.`,
    );
  });

  it('with a warning that other code has trained a part of it', () => {
    expect(describeMerge(merged({ otherCode: 'abc' }))).toContain('Warning: abc');
  });
});
