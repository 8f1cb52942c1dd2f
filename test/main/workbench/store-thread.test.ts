import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreThread } from '../../../src/main/workbench/store-thread.ts';
import {
  performTicketWork,
  type TicketTasks,
} from '../../../src/main/workbench/tickets/ticket-work.ts';
import { key, sampleTraining } from '../store/samples.ts';
import { openStore, startedSearch } from '../store/support.ts';

function openThread() {
  const { store } = openStore();
  const id = startedSearch(store);
  for (const level of [0, 1, 2]) store.trainings.save(id, sampleTraining(key(0, level)));
  const thread = new StoreThread<TicketTasks>({
    module: new URL('../../../src/main/workbench/tickets/ticket-worker.ts', import.meta.url),
    name: 'ticket-weights',
    directory: store.directory,
  });
  onTestFinished(() => thread.close());
  return { store, id, thread };
}

describe('a thread with the database open', () => {
  it('answers every task as it is answered here', async () => {
    const { store, id, thread } = openThread();
    const place = { searchId: id, key: key(0, 2) };
    const units = { ...place, tensor: 'fc1.kernel', first: 1, count: 2 };
    const fate = { ...place, tensor: undefined };
    const answers = await Promise.all([thread.run('units', units), thread.run('fate', fate)]);
    expect(answers).toEqual([
      performTicketWork(store, 'units', units),
      performTicketWork(store, 'fate', fate),
    ]);
  });

  it('passes on what a task fails with, and goes on', async () => {
    const { id, thread } = openThread();
    const place = { searchId: id, key: key(0, 2) };
    await expect(
      thread.run('units', { ...place, tensor: 'fc9.kernel', first: 0, count: 1 }),
    ).rejects.toMatchObject({ name: 'WorkbenchError', code: 'not-found' });
    await expect(thread.run('fate', { ...place, tensor: 'fc1.kernel' })).resolves.toMatchObject({
      hasPruned: true,
    });
  });

  it.each([0, 1])('makes no database where it was moved away, after %i tasks', async (tasks) => {
    const { store, id, thread } = openThread();
    const file = path.join(store.directory, 'workbench.sqlite');
    const place = { searchId: id, key: key(0, 1), tensor: undefined };
    if (tasks > 0) await thread.run('fate', place);
    renameSync(file, `${file}.moved`);
    await expect(thread.run('fate', place)).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining(`there is no file ${file}`) as string,
    });
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.moved`, file);
    await expect(thread.run('fate', place)).resolves.toMatchObject({ hasPruned: true });
  });

  it('works on the database that is in the place of another one', async () => {
    const { store, id, thread } = openThread();
    const file = path.join(store.directory, 'workbench.sqlite');
    const place = { searchId: id, key: key(0, 1), tensor: undefined };
    await thread.run('fate', place);
    renameSync(file, `${file}.moved`);
    for (const ending of ['-wal', '-shm']) renameSync(file + ending, `${file}.moved${ending}`);
    openStore(file);
    await expect(thread.run('fate', place)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('ignores an answer that was on its way when it was closed', async () => {
    const { id, thread } = openThread();
    const place = { searchId: id, key: key(0, 1), tensor: undefined };
    await thread.run('fate', place);
    const answer = thread.run('fate', place);
    const refused = expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    // Nothing is heard here meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    // What is on its way arrives before a thread has ended. An error there fails the test.
    await thread.close();
    await refused;
  });

  it('leaves nobody waiting when it is closed', async () => {
    const { id, thread } = openThread();
    const answer = thread.run('fate', { searchId: id, key: key(0, 1), tensor: undefined });
    void thread.close();
    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
  });
});
