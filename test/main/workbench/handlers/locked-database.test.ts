/** Calls of a window while another process holds the database's write lock, until the test lets it go. */
import { expect, it } from 'vitest';
import { POLL } from '../../../support/patience.ts';
import { holdLock, type HeldLock } from '../../store/held-lock.ts';
import { sampleSearch } from '../../store/samples.ts';
import { openTestWorkbench, TRAININGS, type TestWorkbench } from './support.ts';

const lockOf = ({ store }: TestWorkbench): Promise<HeldLock> =>
  holdLock(`${store.directory}/workbench.sqlite`);

it('are answered if they read, and change everything in their order afterwards', async () => {
  const test = openTestWorkbench();
  const { client, store } = test;
  const [kept, deleted] = [0, 1].map(() => store.searches.create(sampleSearch()).id);
  const id = kept!;
  const lock = await lockOf(test);
  let answered = 0;
  const changes = [
    client.call('search.rename', { id, name: 'first' }),
    client.call('search.note', { id, note: 'a note' }),
    client.call('search.rename', { id, name: 'second' }),
    client.call('search.tag', { ids: [id], add: ['tag'], remove: [] }),
    client.call('search.archive', { ids: [id], archived: true }),
    client.call('search.delete', { ids: [deleted!] }),
    client.call('preferences.set', { key: 'theme', value: 'dark' }),
  ].map(async (change) => {
    await change;
    answered += 1;
  });
  const { rows } = await client.call('search.list');
  expect(rows.map((row) => row.id).toSorted()).toEqual([id, deleted!].toSorted());
  expect([store.history.get(id).note, answered]).toEqual(['', 0]);
  await lock.release();
  await Promise.all(changes);
  expect(store.history.get(id)).toMatchObject({
    name: 'second',
    note: 'a note',
    tags: ['tag'],
    isArchived: true,
  });
  expect(() => store.history.get(deleted!)).toThrow('there is no search');
  expect(store.preferences.all()).toEqual({ theme: 'dark' });
  expect(test.faults).toEqual([]);
});

it('pause, resume and stop a running search at once', async () => {
  const test = openTestWorkbench();
  const { client, store, queue } = test;
  const [running, waiting] = [0, 1].map(() => store.searches.create(sampleSearch()).id);
  for (const id of [running!, waiting!]) await client.call('search.resume', { id });
  await expect.poll(() => store.history.get(running!).state, POLL).toBe('running');
  const lock = await lockOf(test);
  const live = () => queue.live.live(running!);
  const pausing = client.call('search.pause', { id: running! });
  expect(live()).toMatchObject({ isPaused: true });
  const resuming = client.call('search.resume', { id: running! });
  expect(live()).toMatchObject({ isPaused: false });
  const stopping = ['running', 'waiting'].map((which) =>
    client.call('search.stop', { id: which === 'running' ? running! : waiting!, when: 'now' }),
  );
  expect(live()).toMatchObject({ stopping: 'now' });
  // It ends while the other process still writes.
  await test.runner.ended(running!);
  const { rows } = await client.call('search.list');
  expect(rows).toHaveLength(2);
  expect(store.searches.status(running!)).toBe('running');
  await lock.release();
  await Promise.all([pausing, resuming, ...stopping]);
  expect([running!, waiting!].map((id) => store.searches.status(id))).toEqual([
    'interrupted',
    'interrupted',
  ]);
  expect(store.queue.list()).toEqual([]);
  expect(test.runner.started).toEqual([running]);

  // Both can be had again.
  for (const id of [running!, waiting!]) await client.call('search.resume', { id });
  test.runner.allow(2 * TRAININGS);
  await expect.poll(() => store.searches.status(waiting!), POLL).toBe('finished');
  expect(store.integrityCheck()).toEqual([]);
  expect([test.errors, test.faults]).toEqual([[], []]);
});
