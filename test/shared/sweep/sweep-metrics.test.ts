import { describe, expect, it } from 'vitest';
import {
  bestOf,
  branchesOf,
  measured,
  metricText,
  type SweepQuestion,
} from '../../../src/shared/sweep/sweep-metrics.ts';
import {
  describeLevels,
  describeTarget,
  LAST_TICKET,
  targetLevel,
} from '../../../src/shared/sweep/sweep-target.ts';
import { ONE_SETTING, TWO_SETTINGS } from '../../support/sample-sweeps.ts';
import { loadedSweep, resultAt } from './loaded-sweep.ts';

const ask = (change: Partial<SweepQuestion> = {}): SweepQuestion => ({
  metric: 'accuracy',
  branch: 'ticket',
  target: LAST_TICKET,
  ...change,
});

describe('the level that is meant', () => {
  const rates = loadedSweep(ONE_SETTING);
  const { series } = resultAt(rates, 0.001);

  it('is the last one, one by its number, or the nearest to a density', () => {
    expect(targetLevel(series, LAST_TICKET)?.level).toBe(3);
    expect(targetLevel(series, { kind: 'level', level: 2 })).toEqual({
      level: 2,
      density: expect.closeTo(0.64),
    });
    expect(targetLevel(series, { kind: 'level', level: 9 })).toBeUndefined();
    // On a logarithmic axis 0.57 is nearer to 0.512 than to 0.64; 0.58 is not.
    expect(targetLevel(series, { kind: 'density', density: 0.57 })?.level).toBe(3);
    expect(targetLevel(series, { kind: 'density', density: 0.58 })?.level).toBe(2);
  });

  it('is never the dense network', () => {
    expect(targetLevel(series, { kind: 'density', density: 1 })?.level).toBe(1);
    expect(targetLevel(undefined, LAST_TICKET)).toBeUndefined();
  });

  it('is said with the densities that the searches really have', () => {
    expect(describeTarget({ kind: 'density', density: 0.2 })).toBe('the density nearest to 20 %');
    const levels = [
      { level: 3, density: 0.512 },
      { level: 2, density: 0.36 },
    ];
    expect(describeLevels(levels)).toBe('levels 2 to 3, densities 36 % to 51.2 %');
    expect(describeLevels(levels.slice(1))).toBe('level 2, density 36 %');
    expect(describeLevels([])).toBe('no ticket has been trained there yet');
  });
});

describe('a metric', () => {
  const rates = loadedSweep(ONE_SETTING);
  const best = resultAt(rates, 0.001);

  it('has its values by replicate, in its unit', () => {
    const found = measured(best, ask());
    expect(found).toMatchObject({ level: 3, verdict: 'winning' });
    expect(found!.values.map((value) => Number(value.toFixed(2)))).toEqual([96.74, 96.83, 96.92]);
    expect(found!.mean).toBeCloseTo(96.83);
    expect(measured(best, ask({ metric: 'early-stop' }))!.values).toEqual([300, 310, 320]);
  });

  it('is that of the dense network at level 0, whatever the level', () => {
    const dense = measured(best, ask({ branch: 'dense', target: { kind: 'level', level: 2 } }));
    expect(dense).toMatchObject({ level: 0, density: 1 });
    expect(dense!.mean).toBeCloseTo(95.57);
  });

  it('is that of a control at the level of the ticket', () => {
    const control = measured(best, ask({ branch: 'random-reinit' }));
    expect(control!.level).toBe(3);
    expect(control!.mean).toBeCloseTo(93.83);
  });

  it('pairs replicates for the difference from dense, which dense does not have', () => {
    const found = measured(best, ask({ metric: 'difference' }));
    expect(found!.values.map((value) => Number(value.toFixed(2)))).toEqual([1.24, 1.26, 1.28]);
    expect(measured(best, ask({ metric: 'difference', branch: 'dense' }))).toBeUndefined();
  });

  it('is missing where nothing was trained', () => {
    const both = loadedSweep(TWO_SETTINGS);
    for (const [rate, batch] of [
      [0.003, 30],
      [0.003, 120],
      [0.0001, 120],
    ]) {
      expect(measured(resultAt(both, rate, batch), ask())).toBeUndefined();
    }
    expect(measured(resultAt(both, 0.0001, 120), ask({ branch: 'dense' }))).toBeDefined();
  });

  it('finds the smallest winning density, of tickets only', () => {
    expect(measured(best, ask({ metric: 'smallest-winning' }))).toMatchObject({
      level: 3,
      mean: expect.closeTo(51.2),
    });
    const control = ask({ metric: 'smallest-winning', branch: 'random-reinit' });
    expect(measured(best, control)).toBeUndefined();
  });

  it('has the best search at its best end', () => {
    const { results } = rates;
    expect(bestOf(results, ask())).toBe(best.searchId);
    expect(bestOf(results, ask({ metric: 'early-stop' }))).toBe(best.searchId);
    expect(bestOf([], ask())).toBeUndefined();
  });

  it('is read with its unit', () => {
    expect(metricText('accuracy', 97.4321)).toBe('97.43 %');
    expect(metricText('difference', -0.1)).toBe('−0.10 points');
    expect(metricText('early-stop', 1234.4)).toBe('1,234');
    expect(metricText('smallest-winning', 3.5777)).toBe('3.58 %');
    expect(metricText('accuracy', undefined)).toBe('–');
  });
});

it('offers the branches of the searches and the dense network', () => {
  expect(branchesOf(loadedSweep(ONE_SETTING).results)).toEqual([
    'ticket',
    'random-reinit',
    'dense',
  ]);
});
