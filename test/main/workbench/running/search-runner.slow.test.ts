import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { eventsOf, ticket } from '../../../support/command-line.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-runner-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

it('starts the next training before it saves the last one, on one worker', async () => {
  const settings = [
    'dataset.id=two-moons',
    'training.iterations=20',
    'training.evaluateEvery=20',
    'pruning.schedule=iterative',
    'pruning.levels=2',
    'branches=[]',
    'replicates.count=1',
  ].flatMap((assignment) => ['--set', assignment]);
  const ended = await ticket(
    'search',
    ...settings,
    ...['--workers', '1', '--data-dir', scratch, '--json'],
  );
  const order = eventsOf(ended.stdout).flatMap((event) =>
    event.type === 'training-started' || event.type === 'training-finished'
      ? [`${event.type.slice('training-'.length)} ${event.key.level}`]
      : [],
  );
  expect(order, ended.stderr).toEqual([
    'started 0',
    ...['started 1', 'finished 0'],
    ...['started 2', 'finished 1'],
    'finished 2',
  ]);
});

it('ends, with what was saved before, if a training can’t be saved', async () => {
  const store = Store.open(path.join(scratch, 'full.sqlite'));
  const workbench = Workbench.over(store);
  const { id } = await workbench.planner.create(
    parseSettings(registries, {
      dataset: { id: 'two-moons' },
      training: { iterations: 20, evaluateEvery: 20, engine: 'dense' },
      pruning: { levels: 3 },
      branches: [],
      replicates: { count: 1 },
    }),
    'on a full disk',
  );
  const save = store.trainings.save.bind(store.trainings);
  vi.spyOn(store.trainings, 'save').mockImplementation((searchId, training) => {
    if (training.key.level === 1) throw new WorkbenchError('store-failed', 'the disk is full');
    save(searchId, training);
  });
  const started: number[] = [];
  const running = workbench.runner.run(id, {
    workers: 1,
    onEvent: (event) => {
      if (event.type === 'training-started') started.push(event.key.level);
    },
  });
  await expect(running).rejects.toMatchObject({ code: 'store-failed' });
  expect(started).toEqual([0, 1, 2]);
  expect(store.trainings.keys(id)).toHaveLength(1);
  expect(store.searches.get(id)).toMatchObject({
    status: 'failed',
    error: { message: 'the disk is full' },
  });

  vi.restoreAllMocks();
  await workbench.runner.run(id, { workers: 1 });
  expect(store.trainings.keys(id)).toHaveLength(4);
  workbench.close();
});
