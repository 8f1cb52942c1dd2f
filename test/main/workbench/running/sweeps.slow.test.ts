/** Sweeps on real workers: what they share must be what each search would have trained by itself. */
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { SearchEvent } from '../../../../src/shared/contract/events.ts';
import { TICKET_BRANCH } from '../../../../src/shared/domain/training.ts';
import type { SweepDraft } from '../../../../src/shared/domain/sweep.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { countTrainings, planSweep } from '../../../../src/main/workbench/planning/sweep-plan.ts';
import { writeSmallDataset } from '../../../support/command-line.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';
import {
  openRealWorkbench,
  type RealWorkbench,
  resultsOf,
} from '../../../support/real-workbench.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { inspect } from '../../store/support.ts';

/** The workers of searches that are compared with a sweep. Starting them takes longer than a search. */
const { group, end } = lastingGroup(2);
afterAll(end);

function settings(...assignments: string[]) {
  const folder = writeSmallDataset(path.join(temporaryFolder(), 'data'));
  return resolveSettings({
    preset: 'quick',
    config: {
      dataset: { id: 'idx', folder, validation: 100 },
      architecture: { id: 'mlp', widths: [12, 8] },
      training: { iterations: 60, evaluateEvery: 20, batchSize: 20, engine: 'dense' },
      pruning: { levels: 2 },
      replicates: { count: 2 },
      branches: ['random-reinit'],
    },
    assignments,
  });
}

function countRun(events: readonly SearchEvent[]): { trained: number; adopted: number } {
  const finished = events.flatMap((event) => (event.type === 'training-finished' ? [event] : []));
  const adopted = finished.filter(({ adoptedFrom }) => adoptedFrom !== undefined).length;
  return { trained: finished.length - adopted, adopted };
}

async function expectSameAsAlone(base: object, draft: SweepDraft) {
  const { store, workbench } = openRealWorkbench();
  const { id } = await workbench.planner.createSweep(base, draft, 'sweep');
  const events: SearchEvent[] = [];
  await workbench.runner.runSweep(id, {
    workers: 2,
    onEvent: (_, event) => {
      events.push(event);
    },
  });
  const members = store.sweeps.members(id);
  const alone = openRealWorkbench();
  for (const { searchId } of members) {
    const { settings: own, name, status } = store.searches.get(searchId);
    expect(status).toBe('finished');
    const single = await alone.workbench.planner.create(own, name);
    await alone.workbench.runner.run(single.id, { group });
    expect(resultsOf(store, searchId), name).toEqual(resultsOf(alone.store, single.id));
  }
  const { points } = await planSweep(base, draft);
  const { trainings, trainingsToRun } = countTrainings(points);
  expect(countRun(events)).toEqual({
    trained: trainingsToRun,
    adopted: trainings - trainingsToRun,
  });
  expect(store.integrityCheck()).toEqual([]);
  return { store, workbench, id, members, trainingsToRun };
}

describe('a sweep', () => {
  it('over rewind points trains each dense network once, to the bits each search would have', async () => {
    const { store, members, trainingsToRun } = await expectSameAsAlone(settings(), {
      rewind: [
        { iteration: 0 },
        { iteration: 10 },
        { iteration: 25 },
        { id: 'learning-rate', iteration: 10 },
        { id: 'fine-tune', iterations: 15 },
      ],
    });
    // 5 searches × 2 replicates × (dense, 2 tickets, 2 controls); the dense ones are shared.
    expect(trainingsToRun).toBe(5 * 2 * 5 - 4 * 2);
    const [first, second] = members.map(({ searchId }) => searchId);
    const adopted = store.trainings
      .list(second!)
      .filter(({ adoptedFrom }) => adoptedFrom !== undefined);
    expect(adopted.map(({ key }) => key)).toEqual([
      { replicate: 0, level: 0, branch: TICKET_BRANCH },
      { replicate: 1, level: 0, branch: TICKET_BRANCH },
    ]);
    expect(members.map(({ searchId }) => searchId)).toContain(adopted[0]!.adoptedFrom);
    expect(store.log.list(second!, 1000).map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`reused from ${adopted[0]!.adoptedFrom}`),
    );
    expect(first).toBeDefined();
  });

  it('over strategies and fractions prunes the shared dense network anew for each', async () => {
    const { trainingsToRun } = await expectSameAsAlone(settings('replicates.count=1'), {
      'pruning.strategy.id': ['layerwise-magnitude', 'global-snip', 'global-movement'],
    });
    // Movement has to be followed in training: its dense network is its own.
    expect(trainingsToRun).toBe(3 * 5 - 1);
  });

  it('over levels and branches trains only what differs', async () => {
    const { trainingsToRun } = await expectSameAsAlone(settings('replicates.count=1'), {
      'pruning.levels': [1, 2],
      branches: [['random-reinit', 'shuffled-mask'], []],
    });
    // Dense, two tickets, two controls of each of two levels.
    expect(trainingsToRun).toBe(1 + 2 + 2 * 2);
  });

  it('goes on where it was stopped, with the same bits and no training twice', async () => {
    const draft: SweepDraft = { 'rewind.iteration': [0, 10, 25] };
    const base = settings();
    const folder = temporaryFolder();
    const { store, workbench } = openRealWorkbench(folder);
    const { id } = await workbench.planner.createSweep(base, draft, 'sweep');
    const events: SearchEvent[] = [];
    const stop = new AbortController();
    await expect(
      workbench.runner.runSweep(id, {
        workers: 2,
        signal: stop.signal,
        onEvent: (_, event) => {
          events.push(event);
          if (countRun(events).trained === 4) stop.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'interrupted' });
    const searches = store.sweeps.members(id).map(({ searchId }) => store.searches.get(searchId));
    expect(searches.some(({ status }) => status === 'interrupted')).toBe(true);

    await workbench.runner.runSweep(id, {
      workers: 1,
      onEvent: (_, event) => {
        events.push(event);
      },
    });
    const whole = openRealWorkbench();
    const other = await whole.workbench.planner.createSweep(base, draft, 'sweep');
    await whole.workbench.runner.runSweep(other.id, { workers: 2 });
    const ids = (place: RealWorkbench['store'], sweep: string) =>
      place.sweeps.members(sweep).map(({ searchId }) => searchId);
    for (const [index, searchId] of ids(store, id).entries()) {
      const otherId = ids(whole.store, other.id)[index]!;
      expect(resultsOf(store, searchId)).toEqual(resultsOf(whole.store, otherId));
    }
    expect(countRun(events).trained).toBe(
      countTrainings((await planSweep(base, draft)).points).trainingsToRun,
    );
  });

  it('goes on when one of its searches fails, and says which', async () => {
    const { store, workbench } = openRealWorkbench();
    const base = settings(
      'replicates.count=1',
      'training.optimizer={"id":"sgd","learningRate":0.1,"weightDecay":0.01}',
    );
    const { id } = await workbench.planner.createSweep(
      base,
      { 'training.optimizer.learningRate': [0.01, 1000, 0.02] },
      'rates',
    );
    await expect(workbench.runner.runSweep(id, { workers: 2 })).rejects.toBeInstanceOf(
      WorkbenchError,
    );
    const states = workbench.history.sweepTable(id).rows.map(({ state }) => state);
    expect(states).toEqual(['finished', 'failed', 'finished']);
    expect(store.sweeps.members(id)).toHaveLength(3);
  });

  it('takes over what an earlier search has trained, and outlives it', async () => {
    const { store, workbench } = openRealWorkbench();
    const base = settings('replicates.count=1');
    const single = await workbench.planner.create(base, 'earlier');
    await workbench.runner.run(single.id, { workers: 1 });
    const before = resultsOf(store, single.id);
    const { id } = await workbench.planner.createSweep(
      base,
      { 'rewind.iteration': [0, 10] },
      'later',
    );
    const events: SearchEvent[] = [];
    await workbench.runner.runSweep(id, {
      workers: 1,
      onEvent: (_, event) => {
        events.push(event);
      },
    });
    // All of the first grid point; θ10 is not there, so the second one trains its own dense network.
    expect(countRun(events)).toEqual({ trained: 5, adopted: 5 });
    workbench.history.delete(single.id);
    expect(resultsOf(store, store.sweeps.members(id)[0]!.searchId)).toEqual(before);
    expect(store.integrityCheck()).toEqual([]);
  });

  it('trains what can’t be taken over any more when its turn comes', async () => {
    const { store, workbench } = openRealWorkbench();
    const base = settings('replicates.count=1');
    const single = await workbench.planner.create(base, 'earlier');
    await workbench.runner.run(single.id, { workers: 1 });
    const { id } = await workbench.planner.createSweep(base, { 'rewind.iteration': [0] }, 'later');
    const { donors } = store;
    const find = donors.find.bind(donors);
    const found = vi.spyOn(donors, 'find').mockImplementation((wanted) => {
      const donor = find(wanted);
      // A bundle adds to it as soon as this turn has ended.
      queueMicrotask(() => {
        inspect(path.join(store.directory, 'workbench.sqlite'), (database) =>
          database.exec('INSERT OR IGNORE INTO unverified_trainings SELECT id FROM trainings'),
        );
      });
      return donor;
    });
    const events: SearchEvent[] = [];
    await workbench.runner.runSweep(id, {
      workers: 1,
      onEvent: (_, event) => {
        events.push(event);
      },
    });
    expect(found.mock.results[0]!.value).toMatchObject({ searchId: single.id });
    expect(countRun(events)).toEqual({ trained: 5, adopted: 0 });
    const { searchId } = store.sweeps.members(id)[0]!;
    expect(resultsOf(store, searchId)).toEqual(resultsOf(store, single.id));
    expect(store.searches.get(searchId).status).toBe('finished');
  });
});
