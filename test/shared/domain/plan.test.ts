import { describe, expect, it } from 'vitest';
import {
  countPlanned,
  isPlanned,
  plannedTrainings,
  prerequisiteOf,
} from '../../../src/shared/domain/plan.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';

const settings = {
  pruning: { levels: 2 },
  branches: ['random-reinit', 'shuffled-mask'],
  replicates: { count: 2, seed: 1 },
} as unknown as Settings;

describe('the plan of a search', () => {
  it('has a dense network for each replicate, and every branch at every pruned level', () => {
    const keys = plannedTrainings(settings);
    expect(keys).toHaveLength(2 * (1 + 2 * 3));
    expect(keys.filter(({ level }) => level === 0)).toEqual([
      { replicate: 0, level: 0, branch: 'ticket' },
      { replicate: 1, level: 0, branch: 'ticket' },
    ]);
  });

  it('has a dense network on the target of a transfer, also where its levels are chosen', () => {
    const transfer = { id: 'transfer', optimizer: { id: 'sgd' } };
    const keys = plannedTrainings({ ...settings, branches: [transfer], branchLevels: [2] });
    expect(keys.filter(({ replicate }) => replicate === 1)).toEqual([
      { replicate: 1, level: 0, branch: 'ticket' },
      { replicate: 1, level: 0, branch: 'transfer-sgd' },
      { replicate: 1, level: 1, branch: 'ticket' },
      { replicate: 1, level: 2, branch: 'ticket' },
      { replicate: 1, level: 2, branch: 'transfer-sgd' },
    ]);
  });

  it('has branches at chosen levels only, and every ticket', () => {
    const keys = plannedTrainings({ ...settings, branchLevels: [2] });
    expect(keys.filter(({ branch }) => branch === 'ticket')).toHaveLength(2 * 3);
    const controls = keys.filter(({ branch }) => branch !== 'ticket');
    expect(controls).toHaveLength(2 * 2);
    expect(new Set(controls.map(({ level }) => level))).toEqual(new Set([2]));
  });

  it('tells its trainings from others', () => {
    const transfer = { id: 'transfer', optimizer: { id: 'sgd' } };
    const changed = { ...settings, branches: [transfer, 'random-reinit'], branchLevels: [2] };
    const planned = plannedTrainings(changed);
    expect(planned.filter((key) => !isPlanned(changed, key))).toEqual([]);
    const branches = ['ticket', 'transfer-sgd', 'random-reinit', 'shuffled-mask'];
    const around = [-1, 0, 1, 2, 3].flatMap((level) =>
      [-1, 0, 0.5, 1, 2].flatMap((replicate) =>
        branches.map((branch) => ({ replicate, level, branch })),
      ),
    );
    expect(around.filter((key) => isPlanned(changed, key))).toHaveLength(planned.length);
  });

  it('counts them without listing them', () => {
    const transfer = { id: 'transfer', optimizer: { id: 'sgd' } };
    const plans = [
      settings,
      { ...settings, branchLevels: [2] },
      { ...settings, branchLevels: [0, 1, 3] },
      { ...settings, branches: [transfer, 'random-reinit'] },
      { ...settings, branches: [transfer], branchLevels: [] },
      { ...settings, branches: [] },
    ];
    for (const plan of plans) expect(countPlanned(plan)).toBe(plannedTrainings(plan).length);
  });

  it('tells them without listing all, however many replicates there are', () => {
    const endless = { ...settings, replicates: { count: Number.MAX_SAFE_INTEGER, seed: 1 } };
    expect(isPlanned(endless, { replicate: 2 ** 40, level: 2, branch: 'ticket' })).toBe(true);
  });

  it('needs the ticket of the level before, for tickets and controls alike', () => {
    expect(prerequisiteOf({ replicate: 1, level: 2, branch: 'shuffled-mask' })).toEqual({
      replicate: 1,
      level: 1,
      branch: 'ticket',
    });
    expect(prerequisiteOf({ replicate: 1, level: 0, branch: 'ticket' })).toBeUndefined();
  });
});
