/** Real searches while another process holds the database's write lock, until the test lets it go. */
import path from 'node:path';
import { expect, it } from 'vitest';
import type { DatabaseWait } from '../../../../src/shared/contract/records/host.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { nameOfTraining } from '../../../../src/shared/domain/training.ts';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { openRealWorkbench, resultsOf } from '../../../support/real-workbench.ts';
import { holdLock } from '../../store/held-lock.ts';

const SETTINGS = parseSettings(registries, {
  dataset: { id: 'two-moons', train: 200, test: 50, validation: 50 },
  architecture: { id: 'mlp', widths: [12, 8] },
  training: { iterations: 60, evaluateEvery: 20, batchSize: 20, engine: 'dense' },
  pruning: { levels: 2 },
  branches: ['random-reinit'],
  replicates: { count: 2 },
});

async function undisturbed(): Promise<unknown[]> {
  const { store, workbench } = openRealWorkbench();
  const { id } = await workbench.planner.create(SETTINGS, 'undisturbed');
  await workbench.runner.run(id, { workers: 2 });
  return resultsOf(store, id);
}

/** A search that was paused after its first training, and goes on when nobody else can write. */
async function lockedSearch() {
  const { folder, store, workbench } = openRealWorkbench();
  const { id } = await workbench.planner.create(SETTINGS, 'locked');
  const control = new RunControl();
  const { promise: reached, resolve } = Promise.withResolvers<undefined>();
  let wasReached = false;
  const running = workbench.runner.run(id, {
    workers: 2,
    control,
    onEvent: ({ type }) => {
      if (wasReached || type !== 'training-finished') return;
      wasReached = true;
      control.setPaused(true);
      resolve(undefined);
    },
  });
  let hasEnded = false;
  running.then(
    () => (hasEnded = true),
    () => (hasEnded = true),
  );
  await reached;
  const file = path.join(folder, 'workbench.sqlite');
  const lock = await holdLock(file);
  const saved = store.trainings.keys(id);
  const { promise: waits, resolve: tell } = Promise.withResolvers<DatabaseWait | undefined>();
  store.followWaits(tell);
  control.setPaused(false);
  expect(await waits).toEqual({ file, writer: undefined });
  // What is saved can be read, and nothing is added.
  expect([store.trainings.keys(id), hasEnded]).toEqual([saved, false]);
  return { store, workbench, id, control, lock, running };
}

it('a search goes on when it can save again: nothing is lost, saved twice or in another order', async () => {
  const { store, id, lock, running } = await lockedSearch();
  await lock.release();
  await running;
  expect(resultsOf(store, id)).toEqual(await undisturbed());
  const log = store.log.list(id, 1000);
  expect(log.map(({ at }) => at)).toEqual(log.map(({ at }) => at).toSorted((a, b) => a - b));
  const finished = log.filter(({ message }) => message.includes('early stop at'));
  expect(finished).toHaveLength(store.trainings.keys(id).length);
  expect(new Set(store.trainings.keys(id).map(nameOfTraining)).size).toBe(finished.length);
  expect(log.at(-1)?.message).toBe('Finished.');
  expect(store.integrityCheck()).toEqual([]);
});

it('a search that is stopped meanwhile keeps what it has trained, and goes on to the same bits', async () => {
  const { store, workbench, id, control, lock, running } = await lockedSearch();
  control.stop();
  await lock.release();
  await expect(running).rejects.toMatchObject({ code: 'interrupted' });
  expect(store.searches.status(id)).toBe('interrupted');
  expect(store.integrityCheck()).toEqual([]);
  await workbench.runner.run(id, { workers: 2 });
  expect(resultsOf(store, id)).toEqual(await undisturbed());
});
