/** Searches through the real workbench to which something happens: each ends as it should. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../../../src/shared/contract/events.ts';
import { parseSettings, type WrittenSettings } from '../../../../src/shared/domain/settings.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import type { StartThread } from '../../../../src/main/workbench/running/task-pool.ts';
import { startWorkerThread } from '../../../../src/main/workbench/running/worker-thread.ts';
import { ticket } from '../../../support/command-line.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';
import { openRealWorkbench, resultsOf } from '../../../support/real-workbench.ts';
import { temporaryFolder } from '../../store/samples.ts';

const CRASHING = new URL('../../../support/crashing-worker.ts', import.meta.url);

function settings(changes: object = {}): WrittenSettings {
  return parseSettings(registries, {
    dataset: { id: 'two-moons', train: 200, test: 50, validation: 50 },
    architecture: { id: 'mlp', widths: [12, 8] },
    training: { iterations: 60, evaluateEvery: 20, batchSize: 20, engine: 'dense' },
    pruning: { levels: 2 },
    branches: ['random-reinit'],
    replicates: { count: 2 },
    ...changes,
  });
}

/** The workers of searches to which nothing happens. Starting them takes longer than a search. */
const { group, end } = lastingGroup(2);
afterAll(end);

async function undisturbed(written: WrittenSettings): Promise<unknown[]> {
  const { store, workbench } = openRealWorkbench();
  const { id } = await workbench.planner.create(written, 'undisturbed');
  await workbench.runner.run(id, { group });
  return resultsOf(store, id);
}

/** Pauses a search at the first event of a kind. */
function heldAt(control: RunControl, isReached: (event: SearchEvent) => boolean) {
  const { promise: reached, resolve } = Promise.withResolvers<undefined>();
  let wasReached = false;
  return {
    reached,
    onEvent: (event: SearchEvent): void => {
      if (wasReached || !isReached(event)) return;
      wasReached = true;
      control.setPaused(true);
      resolve(undefined);
    },
  };
}

describe('a worker', () => {
  it('that is killed costs its training a second try, and no bit', async () => {
    const workers: Worker[] = [];
    const watch = (worker: Worker): void => {
      if (worker.threadId > 0) workers.push(worker);
    };
    process.on('worker', watch);
    const { store, workbench } = openRealWorkbench();
    const { id } = await workbench.planner.create(settings(), 'killed');
    const control = new RunControl();
    const { reached, onEvent } = heldAt(control, ({ type }) => type === 'evaluation');
    const running = workbench.runner.run(id, { workers: 2, control, onEvent });
    await reached;
    await workers[0]!.terminate();
    control.setPaused(false);
    await running;
    process.off('worker', watch);

    expect(workers).toHaveLength(3);
    expect(store.searches.get(id).status).toBe('finished');
    expect(resultsOf(store, id)).toEqual(await undisturbed(settings()));
    const warnings = store.log.list(id, 100).filter(({ severity }) => severity === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('its worker ended (exit code 1); the training restarts'),
    ]);
  });

  it('that crashes in every try fails its search, with the reason on screen', async () => {
    const folder = temporaryFolder();
    const { store, workbench } = openRealWorkbench(folder, () => startWorkerThread(CRASHING));
    const { id } = await workbench.planner.create(settings(), 'crashing');
    const failed = workbench.runner.run(id, { workers: 2 });
    await expect(failed).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('exit code 7'),
      hint: expect.stringContaining('fewer workers'),
    });
    expect(store.searches.get(id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('exit code 7') },
    });
    expect(store.log.list(id, 100).at(-1)?.message).toContain('exit code 7');
    const shown = await ticket('show', id, '--data-dir', folder);
    expect(shown.stdout).toContain('exit code 7');

    // The same search goes through once workers hold.
    await openRealWorkbench(folder).workbench.runner.run(id, { workers: 2 });
    expect(resultsOf(store, id)).toEqual(await undisturbed(settings()));
  });

  it('that can not open one search of a sweep fails that search alone', async () => {
    /** Corrupts what workers are sent of the search with the wide network. */
    const startThread: StartThread = async () => {
      const thread = await startWorkerThread();
      return {
        ...thread,
        post: (request) => {
          const { open } = request;
          const isWide = JSON.stringify(open?.settings.architecture ?? {}).includes(
            '"widths":[24]',
          );
          if (!open || !isWide) {
            thread.post(request);
            return;
          }
          const broken = { ...open.settings, initializer: { id: 'nowhere' } };
          thread.post({ ...request, open: { ...open, settings: broken } });
        },
      };
    };
    const { store, workbench } = openRealWorkbench(temporaryFolder(), startThread);
    const draft = { 'architecture.widths': [[12], [24]] };
    const { id } = await workbench.planner.createSweep(settings(), draft, 'sweep');
    await expect(workbench.runner.runSweep(id, { workers: 2 })).rejects.toThrow('nowhere');
    const [sound, broken] = store.sweeps.members(id).map(({ searchId }) => searchId);

    expect(store.searches.get(broken!)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('no initializer "nowhere"') },
    });
    expect(store.searches.get(sound!).status).toBe('finished');
    expect(resultsOf(store, sound!)).toEqual(
      await undisturbed(settings({ architecture: { id: 'mlp', widths: [12] } })),
    );
  });
});

describe('a sweep', () => {
  it('goes on with all workers while one of its searches is paused', async () => {
    const { store, workbench } = openRealWorkbench();
    // Both train the same dense network first, which the paused one has begun.
    const draft = { 'pruning.levels': [1, 2] };
    const { id } = await workbench.planner.createSweep(settings(), draft, 'sweep');
    const [paused, other] = store.sweeps.members(id).map(({ searchId }) => searchId);
    const group = workbench.runner.groupOf(id, 1);
    const control = new RunControl();
    const { reached, onEvent } = heldAt(control, ({ type }) => type === 'evaluation');
    const held = workbench.runner.run(paused!, { group, control, onEvent });
    const going = workbench.runner.run(other!, { group });
    await reached;
    await going;
    expect(store.trainings.count(paused!)).toBe(0);
    expect(store.searches.get(other!).status).toBe('finished');

    control.setPaused(false);
    await held;
    for (const [searchId, levels] of [
      [paused!, 1],
      [other!, 2],
    ] as const) {
      expect(resultsOf(store, searchId)).toEqual(
        await undisturbed(settings({ pruning: { levels } })),
      );
    }
  });
});

describe('a dataset that has changed', () => {
  const table = (rows: number, columns: number): string =>
    [
      [...Array.from({ length: columns }, (_, column) => `f${column}`), 'label'].join(','),
      ...Array.from({ length: rows }, (_, row) =>
        [
          ...Array.from({ length: columns }, (_, column) => ((row * (column + 3)) % 17) / 17),
          row % 3,
        ].join(','),
      ),
    ].join('\n');

  async function planned() {
    const place = openRealWorkbench();
    const file = path.join(place.folder, 'table.csv');
    writeFileSync(file, table(120, 4));
    const dataset = { id: 'csv', file, label: 'label', validation: 20 };
    const { id } = await place.workbench.planner.create(settings({ dataset }), 'table');
    return { ...place, file, id };
  }

  it('after the search was planned is the reason why it fails, at the first try', async () => {
    const { folder, store, workbench, file, id } = await planned();
    writeFileSync(file, table(120, 5));
    await expect(workbench.runner.run(id, { workers: 1 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the dataset csv has changed since the search was planned'),
      hint: expect.stringContaining('Restore the dataset'),
    });
    expect(store.searches.get(id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('has changed') },
    });
    const shown = await ticket('show', id, '--data-dir', folder);
    expect(shown.stdout).toContain('has changed since the search was planned');
  });

  it('between two runs is the reason why the second one fails, until it is back', async () => {
    const { store, workbench, file, id } = await planned();
    const control = new RunControl();
    const onEvent = ({ type }: SearchEvent): void => {
      if (type === 'training-finished') control.stop();
    };
    const first = workbench.runner.run(id, { workers: 1, control, onEvent });
    await expect(first).rejects.toMatchObject({ code: 'interrupted' });
    const before = readFileSync(file);
    writeFileSync(file, table(120, 4).replace('\n0,', '\n0.5,'));

    await expect(workbench.runner.run(id, { workers: 1 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('has changed since it was started'),
    });
    expect(store.searches.get(id)).toMatchObject({ status: 'failed' });
    writeFileSync(file, before);
    await workbench.runner.run(id, { workers: 1 });
    expect(store.searches.get(id).status).toBe('finished');
  });
});
