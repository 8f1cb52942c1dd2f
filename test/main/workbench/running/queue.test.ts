import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sampleSearch, temporaryFile } from '../../store/samples.ts';
import { openQueue, type TestQueue } from './queue-support.ts';

/** Two replicates of a dense network and two levels with one control: 2 · (1 + 2 · 2). */
const TRAININGS = 10;

function create({ store }: TestQueue): string {
  return store.searches.create(sampleSearch()).id;
}

const stateOf = ({ store }: TestQueue, id: string): string => store.history.get(id).state;
const becomes = (queue: TestQueue, id: string, state: string) =>
  expect.poll(() => stateOf(queue, id), { interval: 5 }).toBe(state);

describe('the queue', () => {
  it('runs one search after another, in the order in which they were added', async () => {
    const test = openQueue(temporaryFile());
    const [first, second] = [create(test), create(test)];
    await test.queue.add(first, undefined);
    await test.queue.add(second, undefined);
    await becomes(test, first, 'running');

    expect(stateOf(test, second)).toBe('queued');
    expect([test.queue.runningCount, test.queue.waitingCount]).toEqual([1, 1]);
    test.runner.allow(TRAININGS);
    await becomes(test, first, 'finished');
    await becomes(test, second, 'running');
    test.runner.allow(TRAININGS);
    await becomes(test, second, 'finished');
    expect(test.runner.started).toEqual([first, second]);
    expect(test.store.queue.list()).toEqual([]);
    expect(test.errors).toEqual([]);
  });

  it('keeps the curves of running trainings, which the store does not have yet', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    await test.queue.add(id, undefined);
    await expect.poll(() => test.queue.live.curves(id)).toHaveLength(1);

    const [curve] = test.queue.live.curves(id);
    expect(curve?.key).toEqual({ replicate: 0, level: 0, branch: 'ticket' });
    expect(curve?.evaluations).toHaveLength(1);
    test.runner.allow(1);
    await expect.poll(() => test.queue.live.curves(id)[0]?.key.level).toBe(1);
    expect(test.queue.live.curves(id)).toHaveLength(1);
  });

  it('holds a running search where it is, and goes on with it', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    await test.queue.add(id, undefined);
    await becomes(test, id, 'running');
    await test.queue.pause(id);

    expect(stateOf(test, id)).toBe('paused');
    expect(test.queue.live.live(id)).toMatchObject({ isPaused: true, etaSeconds: undefined });
    test.runner.allow(TRAININGS);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(test.store.trainings.keys(id)).toEqual([]);
    await test.queue.resume(id, undefined);
    await becomes(test, id, 'finished');
  });

  it('keeps a waiting search from starting while it is paused', async () => {
    const test = openQueue(temporaryFile());
    const [first, second] = [create(test), create(test)];
    await test.queue.add(first, undefined);
    await test.queue.add(second, undefined);
    await test.queue.pause(second);
    test.runner.allow(2 * TRAININGS);
    await becomes(test, first, 'finished');

    expect(stateOf(test, second)).toBe('paused');
    await test.queue.resume(second, undefined);
    await becomes(test, second, 'finished');
  });

  it('stops a search now, keeping what is finished, and resumes what is missing', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    await test.queue.add(id, undefined);
    test.runner.allow(3);
    await expect.poll(() => test.store.trainings.keys(id)).toHaveLength(3);
    await test.queue.stop(id, 'now');

    expect(stateOf(test, id)).toBe('interrupted');
    expect(test.queue.isOurs(id)).toBe(false);
    await test.queue.resume(id, undefined);
    test.runner.allow(TRAININGS - 3);
    await becomes(test, id, 'finished');
    expect(test.store.trainings.keys(id)).toHaveLength(TRAININGS);
  });

  it('stops a paused search', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    await test.queue.add(id, undefined);
    await becomes(test, id, 'running');
    await test.queue.pause(id);
    await test.queue.stop(id, 'now');

    expect(stateOf(test, id)).toBe('interrupted');
  });

  it('lets the running training come to its end when stopped at a level’s end', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    await test.queue.add(id, undefined);
    await becomes(test, id, 'running');
    await test.queue.stop(id, 'level-end');

    expect(stateOf(test, id)).toBe('running');
    expect(test.queue.live.live(id)?.stopping).toBe('level-end');
    await expect(test.queue.resume(id, undefined)).rejects.toThrow('is being stopped');
    test.runner.allow(5);
    await becomes(test, id, 'interrupted');
    expect(test.store.trainings.keys(id)).toHaveLength(1);
  });

  it('takes a waiting search out, and goes on with the next when one fails', async () => {
    const test = openQueue(temporaryFile());
    const [failing, removed, last] = [create(test), create(test), create(test)];
    test.runner.failure = new Error('no luck');
    const beginning = test.queue.add(failing, undefined);
    test.runner.failure = undefined;
    await Promise.all([
      beginning,
      test.queue.add(removed, undefined),
      test.queue.add(last, undefined),
      test.queue.stop(removed, 'now'),
    ]);
    test.runner.allow(TRAININGS);
    await becomes(test, last, 'finished');

    expect(test.runner.started).not.toContain(removed);
    expect(stateOf(test, removed)).toBe('interrupted');
  });

  it('refuses what can not be', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);

    await expect(test.queue.pause(id)).rejects.toThrow("can't be paused");
    await expect(test.queue.stop(id, 'now')).rejects.toThrow("can't be stopped");
    await expect(test.queue.add('nowhere', undefined)).rejects.toThrow('there is no search');
    await test.queue.add(id, undefined);
    test.runner.allow(TRAININGS);
    await becomes(test, id, 'finished');
    await expect(test.queue.resume(id, undefined)).rejects.toThrow('has finished');
  });

  it('tells of every change of state', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    test.runner.allow(TRAININGS);
    await test.queue.add(id, undefined);
    await becomes(test, id, 'finished');
    await expect.poll(() => test.queue.isOurs(id)).toBe(false);

    const states = test.events.flatMap((event) =>
      event.type === 'search-changed' ? [event.row.state] : [],
    );
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
      'queued',
      'running',
      'finished',
    ]);
    const live = test.events.filter((event) => event.type === 'search-live');
    expect(live.at(-1)).toEqual({ type: 'search-live', id, live: undefined });
  });
});

describe('a sweep whose searches can not be prepared to run together', () => {
  it('fails with the reason, and the queue goes on', async () => {
    const test = openQueue(temporaryFile());
    const sweep = test.store.sweeps.create('broken', [], [{ ...sampleSearch(), values: [] }]);
    const { searchId } = test.store.sweeps.members(sweep.id)[0]!;
    const next = create(test);
    test.runner.groupFailure = new Error('the settings of a member can not be read');
    await test.queue.add(searchId, undefined);

    expect(stateOf(test, searchId)).toBe('failed');
    expect(test.store.searches.get(searchId).error?.message).toContain('can not be read');
    expect(test.store.log.list(searchId, 10).at(-1)?.message).toContain('can not be read');
    expect([test.queue.runningCount, test.queue.waitingCount]).toEqual([0, 0]);
    await test.queue.add(next, undefined);
    await becomes(test, next, 'running');
  });
});

describe('a search that is queued again', () => {
  it('runs with the new number of workers', async () => {
    const test = openQueue(temporaryFile());
    const [first, second] = [create(test), create(test)];
    await test.queue.add(first, 1);
    await test.queue.add(second, 2);
    await test.queue.pause(second);
    await test.queue.resume(second, 3);
    test.runner.allow(2 * TRAININGS);
    await becomes(test, second, 'finished');
    expect(test.runner.workers).toEqual([1, 3]);
  });
});

describe('attempts', () => {
  it('are forgotten with one write for all searches that run together, once', async () => {
    const test = openQueue(temporaryFile());
    const sweep = test.store.sweeps.create(
      'three',
      [],
      Array.from({ length: 3 }, () => ({ ...sampleSearch(), values: [] })),
    );
    const ids = test.store.sweeps.members(sweep.id).map(({ searchId }) => searchId);
    const forget = vi.spyOn(test.store.queue, 'forgetAttempts');
    await test.queue.addAll(ids, undefined);
    expect(test.runner.started).toEqual(ids);
    test.runner.allow(3 * TRAININGS);
    for (const id of ids) await becomes(test, id, 'finished');
    expect(forget.mock.calls).toEqual([[ids]]);
  });
});

describe('after its process has ended', () => {
  it('a queue goes on where it was, what was paused staying paused', async () => {
    const file = temporaryFile();
    const before = openQueue(file, 'the first process');
    const [running, paused, waiting] = [create(before), create(before), create(before)];
    for (const id of [running, paused, waiting]) await before.queue.add(id, 2);
    await before.queue.pause(paused);
    before.runner.allow(4);
    await expect.poll(() => before.store.trainings.keys(running)).toHaveLength(4);
    await before.queue.close();

    expect(stateOf(before, running)).toBe('queued');
    const after = openQueue(file, 'the second process');
    after.queue.start();
    after.runner.allow(2 * TRAININGS - 4);
    await becomes(after, running, 'finished');
    await becomes(after, waiting, 'finished');
    expect(after.runner.started).toEqual([running, waiting]);
    expect(stateOf(after, paused)).toBe('paused');
    // It is nobody's: whichever process is asked to may go on with it.
    expect(after.queue.isOurs(paused)).toBe(false);
    await after.queue.resume(paused, undefined);
    after.runner.allow(TRAININGS);
    await becomes(after, paused, 'finished');
  });

  it('a search is left to the process that holds it', async () => {
    const file = temporaryFile();
    const here = openQueue(file, 'this process');
    const there = openQueue(file, 'another process');
    const [running, waiting] = [create(there), create(there)];
    await there.queue.add(running, undefined);
    await there.queue.add(waiting, undefined);
    await becomes(there, running, 'running');
    here.queue.start();

    expect(here.runner.started).toEqual([]);
    expect(here.queue.isOurs(running)).toBe(false);
    await expect(here.queue.resume(running, undefined)).rejects.toThrow('run by another process');
    await expect(here.queue.pause(waiting)).rejects.toThrow('queued in another process');
    await expect(here.queue.stop(running, 'now')).rejects.toThrow('another process');
    there.runner.allow(2 * TRAININGS);
    await becomes(there, waiting, 'finished');
  });

  it('a long training outlives any number of orderly ends of its process', async () => {
    const file = temporaryFile();
    const id = create(openQueue(file, 'process 0'));
    for (let process = 1; process <= 5; process += 1) {
      const test = openQueue(file, `process ${process}`);
      if (process === 1) await test.queue.add(id, undefined);
      else test.queue.start();
      await becomes(test, id, 'running');
      await test.queue.close();
      expect(stateOf(test, id)).toBe('queued');
    }
    const last = openQueue(file, 'the last process');
    last.queue.start();
    last.runner.allow(TRAININGS);
    await becomes(last, id, 'finished');
  });

  it('a crash does not count where a training had come further than before', async () => {
    const test = openQueue(temporaryFile());
    const id = create(test);
    const { queue } = test.store;
    queue.add(id, undefined);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      queue.countAttempt(id);
      queue.recordProgress(id, attempt);
    }
    // Three that came no further.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      expect(queue.countAttempt(id)).toBe(attempt);
      queue.recordProgress(id, 5);
    }
    test.queue.start();
    expect(test.runner.started).toEqual([id]);
    test.runner.allow(TRAININGS);
    await becomes(test, id, 'finished');
  });

  it.each([
    // Four come from the checkpoint.
    ['does not count where the next attempt goes on from a checkpoint and comes further', 6, 1],
    ['counts where the next attempt comes no further than the checkpoint before', 5, 2],
  ])('a crash %s', async (_what, evaluations, attempts) => {
    let now = performance.now();
    // Progress is saved every ten seconds.
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 11_000));
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const test = openQueue(temporaryFile());
    const id = create(test);
    const { queue } = test.store;
    queue.add(id, undefined);
    queue.recordProgress(id, 5);
    test.runner.evaluations = evaluations;
    test.queue.start();
    await becomes(test, id, 'running');
    await expect.poll(() => test.queue.live.curves(id)[0]?.evaluations).toHaveLength(evaluations);
    expect(await test.store.inTurn(() => queue.countAttempt(id))).toBe(attempts);
  });

  it('the progress of a training that has finished does not count for the next one', () => {
    const { store } = openQueue(temporaryFile());
    const id = store.searches.create(sampleSearch()).id;
    store.queue.add(id, undefined);
    store.queue.recordProgress(id, 100);
    store.queue.forgetAttempts([id]);
    expect(store.queue.countAttempt(id)).toBe(1);
    store.queue.recordProgress(id, 1);
    expect(store.queue.countAttempt(id)).toBe(1);
  });

  it('a search that takes its process down three times is begun no more', async () => {
    const file = temporaryFile();
    const test = openQueue(file);
    const id = create(test);
    test.store.queue.add(id, undefined);
    for (let attempt = 0; attempt < 3; attempt += 1) test.store.queue.countAttempt(id);
    test.queue.start();

    expect(stateOf(test, id)).toBe('failed');
    expect(test.store.log.list(id, 10).at(-1)?.message).toContain('3 attempts');
    expect(test.runner.started).toEqual([]);
    // Whoever asks for it may try again.
    await test.queue.resume(id, undefined);
    test.runner.allow(TRAININGS);
    await becomes(test, id, 'finished');
  });
});
