import { describe, expect, it } from 'vitest';
import type { SearchRow } from '../../../src/shared/contract/records/search-rows.ts';
import type { BaselineDifference } from '../../../src/shared/history/baseline.ts';
import {
  effectText,
  historyText,
  iterationsText,
  pointsText,
} from '../../../src/shared/history/cell-text.ts';
import {
  columnNamed,
  HISTORY_COLUMNS,
  historyColumn,
  shownColumns,
} from '../../../src/shared/history/columns.ts';
import { writtenColumns } from '../../../src/shared/history/written-columns.ts';
import { sampleEffect } from '../../main/store/samples.ts';

const ROW: SearchRow = {
  id: 's1',
  name: 'One',
  state: 'finished',
  isOurs: false,
  createdAt: 0,
  finishedAt: 90_000,
  waitedMilliseconds: 90_000,
  trainingsDone: 3,
  trainingsTotal: 4,
  dataset: 'mnist',
  architecture: 'mlp',
  optimizer: 'adam',
  strategy: 'snip',
  schedule: 'iterative',
  levels: 2,
  replicates: 3,
  iterations: 2000,
  trainingMilliseconds: 60_000,
  tags: ['a', 'b'],
  note: '',
  isArchived: false,
  verdict: { kind: 'winning', level: 1, density: 0.5, reason: 'because' },
  effect: sampleEffect(0.0034),
  denseAccuracy: 0.96,
  bestAccuracy: 0.9634,
  sparkline: Float32Array.of(0.96, 0.9634),
  error: undefined,
};

const DIFFERENCE: BaselineDifference = {
  accuracy: { mean: 0.01, lower: -0.01, upper: 0.03 },
  earlyStop: { mean: 100, lower: 50, upper: 150 },
  milliseconds: 1000,
  density: 0.5,
};

describe('the columns of the history', () => {
  it('are those that were chosen, in that order, after the name', () => {
    const ids = (chosen: string[]) => shownColumns(chosen).map(({ id }) => id);
    expect(ids(['levels', 'created'])).toEqual(['name', 'levels', 'created']);
    expect(ids(['setting:training.batchSize', 'gone', 'levels', 'levels'])).toEqual([
      'name',
      'setting:training.batchSize',
      'levels',
    ]);
    expect(ids([])[0]).toBe('name');
  });

  it('are any setting, under a short label, and nothing that is no path', () => {
    expect(historyColumn('setting:training.optimizer.learningRate')).toMatchObject({
      label: 'learningRate',
      sort: 'setting:training.optimizer.learningRate',
    });
    expect(historyColumn('setting:pruning.strategy.id')?.label).toBe('strategy.id');
    expect(historyColumn("setting:a'; DROP TABLE history")).toBeUndefined();
    expect(historyColumn('nothing')).toBeUndefined();
  });

  it('are named as in a filter, too', () => {
    const known = [{ path: 'training.batchSize', kinds: ['number'] }] as const;
    const idOf = (name: string) => columnNamed(name, known)?.id;
    expect(idOf('lr')).toBe('setting:training.optimizer.learningRate');
    expect(idOf('density')).toBe('verdict-density');
    expect(idOf('batchSize')).toBe('setting:training.batchSize');
    expect(idOf('best-accuracy')).toBe('best-accuracy');
    expect(idOf('nothing')).toBeUndefined();
  });

  it('have a text and cells for programs, all of them', () => {
    const cells = {
      row: ROW,
      settings: new Map(),
      difference: DIFFERENCE,
    };
    for (const column of HISTORY_COLUMNS) {
      expect(writtenColumns(column), column.id).not.toEqual([]);
      for (const { cell } of writtenColumns(column)) expect(cell(cells)).toBeDefined();
      if (column.id !== 'note') expect(historyText(column, cells), column.id).not.toBe('');
    }
  });

  it('of settings show lists without brackets, and what is absent', () => {
    const column = historyColumn('setting:architecture.units')!;
    const text = (cell: 'absent' | 'varies' | { value: number[] }) =>
      historyText(column, {
        row: ROW,
        settings: new Map([['architecture.units', cell]]),
        difference: undefined,
      });
    expect(text({ value: [300, 100] })).toBe('300, 100');
    expect(text('absent')).toBe('–');
    expect(text('varies')).toBe('varies');
  });
});

describe('the size of an effect', () => {
  it('has its unit, its interval and its density', () => {
    expect(effectText(ROW.effect, ROW.verdict)).toBe('+0.34 points [+0.14, +0.54] at 50 %');
  });

  it('has no interval with a single replicate, and is missing without a verdict', () => {
    const accuracy = { mean: -0.01, lower: undefined, upper: undefined };
    expect(effectText({ ...sampleEffect(0), accuracy }, ROW.verdict)).toBe('−1.00 points at 50 %');
    expect(effectText(undefined, undefined)).toBe('–');
  });
});

describe('the difference from the baseline', () => {
  const difference = { mean: -0.0012, lower: -0.003, upper: 0.0006 };

  it('has its sign, its unit and its interval', () => {
    expect(pointsText(difference)).toBe('−0.12 points [−0.30, +0.06]');
    expect(iterationsText({ mean: -1200, lower: -1900.4, upper: -500 })).toBe(
      '−1,200 iterations [−1,900, −500]',
    );
  });

  it('has no interval where searches are not paired', () => {
    const single = { lower: undefined, upper: undefined };
    expect(pointsText({ mean: 0.01, ...single })).toBe('+1.00 points');
    expect(iterationsText({ mean: 0.2, ...single })).toBe('0 iterations');
    expect(pointsText(undefined)).toBe('–');
  });

  it('is three cells for programs', () => {
    const cells = { row: ROW, settings: new Map(), difference: DIFFERENCE };
    const column = historyColumn('baseline-accuracy')!;
    expect(writtenColumns(column).map(({ heading, cell }) => [heading, cell(cells)])).toEqual([
      ['test_accuracy_fraction_minus_baseline', 0.01],
      ['test_accuracy_fraction_minus_baseline_lower', -0.01],
      ['test_accuracy_fraction_minus_baseline_upper', 0.03],
      ['baseline_compared_at_density_fraction_kept', 0.5],
    ]);
  });
});
