import { describe, expect, it } from 'vitest';
import { SpeedModel } from '../../../../src/main/workbench/planning/speed-model.ts';
import { TrainingCosts } from '../../../../src/main/workbench/planning/training-costs.ts';
import { factorAt, TimeLeft } from '../../../../src/main/workbench/running/time-left.ts';
import type { DensitySpeed } from '../../../../src/shared/domain/engine.ts';
import type { TrainingKey } from '../../../../src/shared/domain/training.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

/** Without evaluation, 30 iterations of a dense network take 30 s, of a ticket 15 s and 7.5 s. */
const SPEEDS: readonly DensitySpeed[] = [
  { engine: 'dense', density: 1, millisecondsPerIteration: 1000, millisecondsPerExample: 0 },
  { engine: 'sparse', density: 0.5, millisecondsPerIteration: 500, millisecondsPerExample: 0 },
  { engine: 'sparse', density: 0.25, millisecondsPerIteration: 250, millisecondsPerExample: 0 },
];
const [DENSE, FIRST, SECOND] = [30, 15, 7.5];

interface Options {
  readonly speeds?: readonly DensitySpeed[];
  readonly workers?: number;
  readonly finished?: readonly TrainingKey[];
  readonly analysisSteps?: number;
  readonly replicates?: number;
  readonly branches?: readonly string[];
}

function timeLeftOf({
  speeds = SPEEDS,
  workers = 1,
  finished = [],
  analysisSteps = 0,
  replicates = 1,
  branches = [],
}: Options = {}): TimeLeft {
  const settings = tinySettings({ branches, replicates: { count: replicates, seed: 7 } });
  return new TimeLeft({
    settings,
    costs: new TrainingCosts({
      settings,
      densities: Float64Array.of(1, 0.5, 0.25),
      evaluated: { validation: 60, test: 60 },
      speeds: new SpeedModel(speeds, 20),
      engineOf: (level) => (level === 0 ? 'dense' : 'sparse'),
    }),
    finished,
    workers,
    analysisSteps,
  });
}

const key = (level: number, replicate = 0, branch = 'ticket'): TrainingKey => ({
  replicate,
  level,
  branch,
});

describe('the time left before anything has run', () => {
  it('is that of all levels, each at its own cost', () => {
    expect(timeLeftOf().seconds()).toBeCloseTo(DENSE + FIRST + SECOND, 6);
  });

  it('is shared by the workers, but tickets of a replicate wait for each other', () => {
    const chain = DENSE + FIRST + SECOND;
    expect(timeLeftOf({ workers: 2, replicates: 4 }).seconds()).toBeCloseTo(2 * chain, 6);
    expect(timeLeftOf({ workers: 9, replicates: 4 }).seconds()).toBeCloseTo(chain, 6);
    const branched = timeLeftOf({ workers: 2, branches: ['random-reinit'] });
    expect(branched.seconds()).toBeCloseTo(chain, 6);
  });

  it('leaves out what an earlier run has finished, and includes the analyses', () => {
    expect(timeLeftOf({ finished: [key(0)] }).seconds()).toBeCloseTo(FIRST + SECOND, 6);
    const analysed = timeLeftOf({ finished: [key(0)], analysisSteps: 12, workers: 1 });
    expect(analysed.seconds()).toBeCloseTo(FIRST + SECOND + 12, 6);
  });

  it('is unknown if nothing was measured', () => {
    expect(timeLeftOf({ speeds: [] }).seconds()).toBeUndefined();
  });
});

describe('the time left while trainings run', () => {
  it('falls with what is done', () => {
    const left = timeLeftOf();
    left.start(key(0), 0);
    left.advance(key(0), 15, 15_000);
    expect(left.seconds()).toBeCloseTo(DENSE / 2 + FIRST + SECOND, 6);
    left.finish(key(0), false, 30_000);
    expect(left.seconds()).toBeCloseTo(FIRST + SECOND, 6);
    left.start(key(1), 30_000);
    left.finish(key(1), false, 45_000);
    expect(left.seconds()).toBeCloseTo(SECOND, 6);
    left.start(key(2), 45_000);
    left.finish(key(2), false, 52_500);
    expect(left.seconds()).toBe(0);
  });

  it('grows for all levels if the first one takes longer, more and more the longer it has run', () => {
    const left = timeLeftOf();
    left.start(key(0), 0);
    left.advance(key(0), 1, 2000);
    const early = left.seconds()!;
    left.advance(key(0), 15, 30_000);
    const later = left.seconds()!;
    expect(early).toBeGreaterThan(DENSE + FIRST + SECOND);
    expect(early).toBeLessThan(1.6 * (DENSE + FIRST + SECOND));
    expect(later / (DENSE / 2 + FIRST + SECOND)).toBeGreaterThan(1.6);
    expect(later / (DENSE / 2 + FIRST + SECOND)).toBeLessThan(2);
  });

  it('follows the pace of the first level, scaled to the others, if nothing was measured', () => {
    const left = timeLeftOf({ speeds: [] });
    left.start(key(0), 0);
    left.advance(key(0), 15, 15_000);
    // Assumed for the sparse engine: 0.1 and 1.35 times the density, of the dense engine's time.
    const perDense = 15_000 / 15;
    const assumed = 15 + 30 * (0.1 + 1.35 * 0.5) + 30 * (0.1 + 1.35 * 0.25);
    expect(left.seconds()! / ((perDense * assumed) / 1000)).toBeGreaterThan(0.9);
    expect(left.seconds()! / ((perDense * assumed) / 1000)).toBeLessThan(1.1);
  });

  it('counts what a checkpoint holds as done, and not as pace', () => {
    const left = timeLeftOf();
    left.start(key(0), 0);
    left.resume(key(0), 20, 100);
    left.advance(key(0), 25, 5100);
    expect(left.seconds()).toBeCloseTo(5 + FIRST + SECOND, 6);
  });

  it('starts over for a training that restarts', () => {
    const left = timeLeftOf();
    left.start(key(0), 0);
    left.advance(key(0), 15, 15_000);
    left.start(key(0), 15_000);
    expect(left.seconds()).toBeCloseTo(DENSE + FIRST + SECOND, 6);
  });

  it('learns nothing from a training that was adopted', () => {
    const left = timeLeftOf();
    left.start(key(0), 0);
    left.finish(key(0), true, 50);
    expect(left.seconds()).toBeCloseTo(FIRST + SECOND, 6);
  });
});

describe('how much longer a level takes than expected', () => {
  const spent = new Map([
    [0, { expected: 10_000, actual: 20_000 }],
    [4, { expected: 10_000, actual: 10_000 }],
  ]);

  it('is what it took on this level, and little of what others took', () => {
    expect(factorAt(spent, 4, 0)).toBeCloseTo(1, 1);
    expect(factorAt(spent, 0, 0)).toBeCloseTo(2, 1);
  });

  it('is what it took on the nearest level otherwise', () => {
    expect(factorAt(spent, 9, 0)).toBeCloseTo(1, 1);
    expect(factorAt(spent, 2, 0)).toBeCloseTo(1.5, 6);
  });

  it('is not decided by a moment on a new level', () => {
    const begun = new Map([...spent, [5, { expected: 10, actual: 100 }]]);
    expect(factorAt(begun, 5, 0)).toBeLessThan(1.1);
  });

  it('is hardly known of levels far away, so that a measurement holds there', () => {
    const first = new Map([[0, { expected: 10_000, actual: 5000 }]]);
    expect(factorAt(first, 0, 2000)).toBeLessThan(0.6);
    expect(factorAt(first, 1, 2000)).toBeLessThan(0.8);
    expect(factorAt(first, 4, 2000)).toBeGreaterThan(0.95);
    // Without a measurement nothing else is known.
    expect(factorAt(first, 4, 0)).toBeCloseTo(0.5, 9);
  });

  it('is 1 as long as nothing has run', () => {
    expect(factorAt(new Map(), 3, 2000)).toBe(1);
    expect(factorAt(new Map(), 3, 0)).toBe(1);
  });
});
