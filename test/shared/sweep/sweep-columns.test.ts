import { expect, it } from 'vitest';
import {
  reasonOf,
  sortedLines,
  tableLines,
  tableMetrics,
} from '../../../src/shared/sweep/sweep-columns.ts';
import { LAST_TICKET } from '../../../src/shared/sweep/sweep-target.ts';
import { TWO_SETTINGS } from '../../support/sample-sweeps.ts';
import { loadedSweep } from './loaded-sweep.ts';

const QUESTION = { metric: 'accuracy', branch: 'ticket', target: LAST_TICKET } as const;
const { axes, results } = loadedSweep(TWO_SETTINGS);
const lines = tableLines(results, QUESTION);

const sortedBy = (column: string, isDescending = false) =>
  sortedLines(lines, axes, { column, isDescending });

it('sorts by every kind of column, and what is missing comes last both ways', () => {
  for (const isDescending of [false, true]) {
    const sorted = sortedBy('accuracy', isDescending).map(({ metrics }) => metrics.accuracy);
    expect(sorted.slice(-3)).toEqual([undefined, undefined, undefined]);
    const known = sorted.slice(0, -3) as number[];
    const inOrder = known.toSorted((one, other) => (isDescending ? other - one : one - other));
    expect(known).toEqual(inOrder);
  }
  const byBatch = sortedBy('training.batchSize', true).map(({ result }) => result.values[1]);
  expect(byBatch).toEqual([120, 120, 120, 120, 60, 60, 60, 60, 30, 30, 30, 30]);
  expect(sortedBy('state')[0]!.result.state).toBe('failed');
  expect(sortedBy('verdict').at(-1)!.level).toBeUndefined();
});

it.each([
  'dense-accuracy',
  'dense-early-stop',
  'level',
  'density',
  'early-stop',
  'difference',
  'winning-density',
  'winning-accuracy',
  'corrected-density',
  'trained',
  'reused',
])('keeps all searches when it sorts by %s', (column) => {
  expect(new Set(sortedBy(column))).toEqual(new Set(lines));
});

it('is as the sweep was written without a sort', () => {
  expect(sortedLines(lines, axes, undefined)).toBe(lines);
});

it('has the metric of the page as a column of its own only if it lacks one', () => {
  expect(tableMetrics('validation-loss')).toContain('validation-loss');
  expect(tableMetrics('early-stop')).toHaveLength(3);
  expect(tableMetrics('smallest-winning')).toHaveLength(3);
});

it('follows the level, and gives the reason of a verdict where it is known', () => {
  const first = tableLines(results, { ...QUESTION, target: { kind: 'level', level: 1 } })[0]!;
  expect(first.level!.level).toBe(1);
  expect(reasonOf(lines[0]!, 'ticket')).toContain('test accuracy');
  expect(reasonOf(lines[0]!, 'random-reinit')).toBeUndefined();
});
