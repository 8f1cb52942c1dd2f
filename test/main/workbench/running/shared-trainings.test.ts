import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import { SharedTrainings } from '../../../../src/main/workbench/running/shared-trainings.ts';
import { key, sampleSettings, TINY_LAYOUT } from '../../store/samples.ts';

const memberOf = (changes: object = {}) => {
  const settings = sampleSettings(changes);
  return { settings, targets: plannedTargets(settings.pruning, TINY_LAYOUT), finished: [] };
};

describe('a training that another search runs', () => {
  it('is waited for, unless that search is paused', () => {
    const shared = new SharedTrainings([memberOf()]);
    const control = new RunControl();
    shared.begin('same', control);
    expect(shared.isTrainedElsewhere('same')).toBe(true);
    expect(shared.isTrainedElsewhere('another')).toBe(false);
    control.setPaused(true);
    expect(shared.isTrainedElsewhere('same')).toBe(false);
    control.setPaused(false);
    shared.end('same', control);
    expect(shared.isTrainedElsewhere('same')).toBe(false);
  });

  it('is nobody’s business where nothing is shared', () => {
    const shared = new SharedTrainings([]);
    shared.begin('same', new RunControl());
    expect(shared.isTrainedElsewhere('same')).toBe(false);
  });
});

it('a dense network leaves the weights of every iteration that searches like it return to', () => {
  const rewinds = [0, 3, 1].map((iteration) => memberOf({ rewind: { iteration } }));
  const other = memberOf({ rewind: { iteration: 2 }, replicates: { count: 2, seed: 99 } });
  const shared = new SharedTrainings([...rewinds, other]);
  expect(rewinds.map((search) => shared.capturedIterations(search))).toEqual([
    [1, 3],
    [1, 3],
    [1, 3],
  ]);
  expect(shared.capturedIterations(other)).toEqual([2]);
});

it('progress counts what searches share once', () => {
  const [one, two] = [memberOf(), memberOf({ rewind: { iteration: 1 } })];
  const alone = new SharedTrainings([one]);
  const shared = new SharedTrainings([one, two]);
  alone.follow(one).finish(key(0, 0));
  shared.follow(one).finish(key(0, 0));
  expect(shared.progress.fraction).toBeGreaterThan(0);
  expect(shared.progress.fraction).toBeLessThan(alone.progress.fraction);
  const before = shared.progress.fraction;
  shared.follow(two).finish(key(0, 0));
  expect(shared.progress.fraction).toBe(before);
});

it('a training that continues from its checkpoint says nothing about the pace', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const member = memberOf();
  const shared = new SharedTrainings([member]);
  const trainings = shared.follow(member);
  expect(shared.progress.fraction).toBe(0);
  const total = 1 / fractionOfOneIteration(member);
  trainings.skip(key(0, 0), 4);
  now = 10_000;
  trainings.advance(key(0, 0), 5);
  expect(shared.progress).toEqual({
    fraction: 5 / total,
    etaSeconds: expect.closeTo((total - 5) * 10, 6),
  });
  // Another search of the sweep that continues the same training adds nothing.
  trainings.skip(key(0, 0), 4);
  expect(shared.progress.fraction).toBe(5 / total);
});

function fractionOfOneIteration(member: ReturnType<typeof memberOf>): number {
  const shared = new SharedTrainings([member]);
  shared.follow(member).advance(key(0, 0), 1);
  return shared.progress.fraction;
}

it('a thousand replicates are planned without a pause that one sees', () => {
  const member = memberOf({ replicates: { count: 1000 } });
  const shared = new SharedTrainings([member, memberOf({ replicates: { count: 1000, seed: 2 } })]);
  expect(shared.missing).toBe(2 * 1000 * 5);
  expect(shared.progress.fraction).toBe(0);
});
