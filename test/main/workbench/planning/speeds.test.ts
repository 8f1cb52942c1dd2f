import { describe, expect, it } from 'vitest';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import {
  costsOf,
  findSpeeds,
  measureSpeeds,
  pointsToMeasure,
} from '../../../../src/main/workbench/planning/speeds.ts';
import { isWorthMeasuring, productsOf } from '../../../../src/main/workbench/planning/work.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { temporaryFile } from '../../store/samples.ts';

const planOf = (...assignments: string[]) =>
  planSearch(resolveSettings({ preset: 'lenet-300-100', assignments }));

describe('what is measured for an estimate', () => {
  it('is the first and last level of each engine, and sparse levels between them', async () => {
    // Batches of 512 train on the sparse engine from two thirds of the weights down.
    const points = pointsToMeasure(await planOf('training.batchSize=512'));
    const of = (wanted: string) =>
      points.filter(({ engine }) => engine === wanted).map(({ level }) => level);
    expect(of('dense')).toEqual([0, 1]);
    expect(of('sparse')).toEqual([2, 5, 9, 12, 15]);
  });

  it('is both engines where a measurement at the start of the search will choose', async () => {
    const points = pointsToMeasure(await planOf('training.engine=measured', 'pruning.levels=1'));
    expect(points).toEqual([
      { level: 0, engine: 'dense' },
      { level: 1, engine: 'dense' },
      { level: 0, engine: 'sparse' },
      { level: 1, engine: 'sparse' },
    ]);
  });

  it('is the mean of the workers in the faster of two rounds, and kept', async () => {
    const store = Store.open(temporaryFile());
    const plan = await planOf('pruning.levels=1', 'training.engine=dense');
    expect(findSpeeds(store, plan)).toBeUndefined();
    // Two levels on two workers, twice; the first round is disturbed.
    const steps = [30, 50, 20, 40, 1, 3, 2, 4];
    const examples = [1, 1, 1, 1, 7, 7, 7, 7];
    const kept: number[] = [];
    const known = await measureSpeeds(store, plan, 2, async ({ keptCounts }) => {
      kept.push(keptCounts[0] ?? 0);
      return {
        millisecondsPerIteration: steps.shift()!,
        millisecondsPerExample: examples.shift()!,
      };
    });
    expect(known).toEqual({
      basis: 'calibration',
      speeds: [
        { engine: 'dense', density: 1, millisecondsPerIteration: 2, millisecondsPerExample: 1 },
        {
          engine: 'dense',
          density: expect.closeTo(0.8, 2) as number,
          millisecondsPerIteration: 3,
          millisecondsPerExample: 1,
        },
      ],
    });
    const [all, pruned] = [784 * 300, 784 * 300 * 0.8];
    expect(kept).toEqual([all, all, pruned, pruned, all, all, pruned, pruned]);
    expect(findSpeeds(store, plan)).toEqual(known);
    // Other batches take other times.
    expect(findSpeeds(store, await planOf('training.batchSize=61'))).toBeUndefined();
  });
});

it('takes each level on the engine that would train it', async () => {
  const plan = await planOf('training.engine=measured', 'pruning.levels=2');
  const speed = { millisecondsPerExample: 0 };
  const costs = costsOf(plan, [
    { ...speed, engine: 'dense', density: 1, millisecondsPerIteration: 5 },
    { ...speed, engine: 'sparse', density: 1, millisecondsPerIteration: 9 },
    { ...speed, engine: 'sparse', density: 0.64, millisecondsPerIteration: 3 },
  ]);
  const stepAt = (level: number): number =>
    costs.of({ replicate: 0, level, branch: 'ticket' }).trainingMilliseconds / 50_000;
  expect(stepAt(0)).toBe(5);
  expect(stepAt(1)).toBe(5);
  expect(stepAt(2)).toBeCloseTo(3, 1);
});

it('measures before a search only if it computes for a while', async () => {
  const paper = await planOf();
  expect(isWorthMeasuring(paper, paper.network)).toBe(true);
  const quick = await planSearch(resolveSettings({ preset: 'quick', assignments: [] }));
  expect(isWorthMeasuring(quick, quick.network)).toBe(true);
  const short = await planOf(
    'training.iterations=20',
    'training.evaluateEvery=20',
    'pruning.levels=1',
    'replicates.count=1',
  );
  expect(isWorthMeasuring(short, short.network)).toBe(false);
  // 3 trainings of 20 iterations of 60 examples, 3 passes each; 2 evaluations on 15,000.
  expect(productsOf(short, short.network)).toBe(266_610 * 3 * (20 * 60 * 3 + 2 * 15_000));
});
