import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { CONTROL_PAUSE, CONTROL_RUN, CONTROL_STOP } from '../../../../src/main/engine/protocol.ts';
import { TaskPool } from '../../../../src/main/workbench/running/task-pool.ts';
import { FakeThreads, measured, measurement, pooledSearch, settle } from './fake-threads.ts';

async function openPool(size: number) {
  const fake = new FakeThreads();
  const pool = new TaskPool(size, fake.start);
  await pool.start();
  return { fake, pool };
}

describe('requests', () => {
  it('are settled by the reply with their id', async () => {
    const { fake, pool } = await openPool(2);
    const search = pooledSearch('one');
    const first = pool.run(search, measurement(1));
    const second = pool.run(search, measurement(2));
    const [one, two] = fake.threads;
    two!.answer(measured(20));
    one!.answer(measured(10));

    expect(await first).toEqual(measured(10));
    expect(await second).toEqual(measured(20));
    expect(one!.request.requestId).not.toBe(two!.request.requestId);
  });

  it('wait for a free thread in their order', async () => {
    const { fake, pool } = await openPool(1);
    const thread = fake.threads[0]!;
    const search = pooledSearch('one');
    const results = [1, 2, 3].map((weights) => pool.run(search, measurement(weights)));
    for (const weights of [1, 2, 3]) {
      expect(thread.request.task).toEqual(measurement(weights));
      thread.answer(measured(weights));
      await settle();
    }
    expect(await Promise.all(results)).toEqual([1, 2, 3].map(measured));
  });

  it('pass on what is told while they run', async () => {
    const { fake, pool } = await openPool(1);
    const told: unknown[] = [];
    const running = pool.run(pooledSearch('one'), measurement(1), {
      onUpdate: (update) => told.push(update),
    });
    const thread = fake.threads[0]!;
    const { requestId } = thread.request;
    thread.reply({ type: 'update', requestId, update: { type: 'iteration', iteration: 7 } });
    thread.answer(measured(1));
    await running;
    expect(told).toEqual([{ type: 'iteration', iteration: 7 }]);
  });

  it('fail with whatever their observer throws, which hears nothing more', async () => {
    const { fake, pool } = await openPool(1);
    const search = pooledSearch('one');
    let calls = 0;
    const running = pool.run(search, measurement(1), {
      onUpdate: () => {
        calls += 1;
        throw new Error('the disk is full');
      },
    });
    const failed = expect(running).rejects.toThrow('the disk is full');
    const thread = fake.threads[0]!;
    const { requestId } = thread.request;
    thread.reply({ type: 'update', requestId, update: { type: 'iteration', iteration: 7 } });
    thread.reply({ type: 'update', requestId, update: { type: 'iteration', iteration: 8 } });
    await failed;
    expect(calls).toBe(1);
    expect(thread.control).toBe(CONTROL_STOP);

    // Once the thread has stopped, it takes the next task.
    thread.fail('stopped');
    const next = pool.run(search, measurement(2));
    await settle();
    thread.answer(measured(2));
    expect(await next).toEqual(measured(2));
  });

  it('are not tried again if their observer throws when a thread ends', async () => {
    const { fake, pool } = await openPool(1);
    const running = pool.run(pooledSearch('one'), measurement(1), {
      onRetry: () => {
        throw new Error('the disk is full');
      },
    });
    const failed = expect(running).rejects.toThrow('the disk is full');
    fake.threads[0]!.die('exit code 1');
    await failed;
  });

  it('that can’t be sent fail, and leave their thread to the next one', async () => {
    const { fake, pool } = await openPool(1);
    const search = pooledSearch('one');
    const unsendable = { ...search, plugInsFor: () => [() => 'a function'] as never };
    await expect(pool.run(unsendable, measurement(1))).rejects.toThrow('could not be cloned');
    const next = pool.run(search, measurement(2));
    const thread = fake.threads[0]!;
    // It did not open the search for the task that never came.
    expect(thread.request).toMatchObject({ task: measurement(2), open: search.data });
    thread.answer(measured(2));
    expect(await next).toEqual(measured(2));
  });

  it('are never settled by a reply to another one: the thread is replaced', async () => {
    const { fake, pool } = await openPool(1);
    const retries: string[] = [];
    const running = pool.run(pooledSearch('one'), measurement(1), {
      onRetry: (reason) => retries.push(reason),
    });
    const [liar] = fake.threads;
    liar!.reply({ type: 'result', requestId: 4711, result: measured(666) });
    await settle();

    expect(liar!.isTerminated).toBe(true);
    expect(retries).toEqual(['it answered request 4711, which was not sent to it']);
    fake.alive[0]!.answer(measured(1));
    expect(await running).toEqual(measured(1));
  });
});

describe('opening a search', () => {
  it('is part of its first task on a thread', async () => {
    const { fake, pool } = await openPool(1);
    const thread = fake.threads[0]!;
    const search = pooledSearch('one');
    const first = pool.run(search, measurement(1));
    expect(thread.request).toMatchObject({ searchId: 'one', open: search.data });
    thread.answer(measured(1));
    await first;
    const second = pool.run(search, measurement(2));
    expect(thread.request).not.toHaveProperty('open');
    thread.answer(measured(2));
    await second;
  });

  it('fails its own task only, and is tried again with the next one', async () => {
    const { fake, pool } = await openPool(1);
    const thread = fake.threads[0]!;
    const [broken, sound] = [pooledSearch('broken'), pooledSearch('sound')];
    const failing = pool.run(broken, measurement(1));
    const other = pool.run(sound, measurement(2));
    thread.fail('the dataset has another shape');
    await expect(failing).rejects.toThrow('the dataset has another shape');
    expect(thread.request.searchId).toBe('sound');
    thread.answer(measured(2));
    expect(await other).toEqual(measured(2));

    const again = pool.run(broken, measurement(3));
    expect(thread.request).toMatchObject({ searchId: 'broken', open: broken.data });
    thread.answer(measured(3));
    expect(await again).toEqual(measured(3));
  });

  it('closes the search that was used longest ago where too many are open', async () => {
    const { fake, pool } = await openPool(1);
    const thread = fake.threads[0]!;
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      const running = pool.run(pooledSearch(id), measurement(1));
      expect(thread.request.close).toEqual(id === 'e' ? ['a'] : []);
      thread.answer(measured(1));
      await running;
    }
  });
});

describe('a thread that ends', () => {
  it('is replaced, and its task tried once more', async () => {
    const { fake, pool } = await openPool(1);
    const retries: string[] = [];
    const running = pool.run(pooledSearch('one'), measurement(1), {
      onRetry: (reason) => retries.push(reason),
    });
    fake.threads[0]!.die('out of memory');
    await settle();

    expect(retries).toEqual(['out of memory']);
    expect(fake.threads).toHaveLength(2);
    expect(fake.threads[1]!.request.task).toEqual(measurement(1));
    fake.threads[1]!.answer(measured(1));
    expect(await running).toEqual(measured(1));
  });

  it('fails its task with the reason if the second thread ends as well', async () => {
    const { fake, pool } = await openPool(1);
    const running = pool.run(pooledSearch('one'), measurement(1));
    const failed = expect(running).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('out of memory'),
      hint: expect.stringContaining('fewer workers'),
    });
    fake.threads[0]!.die('out of memory');
    await settle();
    fake.threads[1]!.die('out of memory');
    await failed;

    // The pool itself lives on.
    const next = pool.run(pooledSearch('two'), measurement(2));
    await settle();
    fake.alive[0]!.answer(measured(2));
    expect(await next).toEqual(measured(2));
  });

  it('fails whatever waits if no other can be started, and says why', async () => {
    const { fake, pool } = await openPool(2);
    const search = pooledSearch('one');
    const results = [1, 2, 3].map((weights) => pool.run(search, measurement(weights)));
    const settled = Promise.allSettled(results);
    fake.failure = new WorkbenchError('provisioning-failed', 'TensorFlow is gone');
    for (const thread of [...fake.threads]) thread.die('killed');
    await settle();
    for (const result of await settled) {
      expect(result).toMatchObject({ reason: { message: 'TensorFlow is gone' } });
    }

    fake.failure = undefined;
    const later = pool.run(search, measurement(4));
    await settle();
    fake.alive[0]!.answer(measured(4));
    expect(await later).toEqual(measured(4));
  });

  it('is not replaced for a search that was stopped', async () => {
    const { fake, pool } = await openPool(1);
    const search = pooledSearch('one');
    const running = pool.run(search, measurement(1));
    search.control = CONTROL_STOP;
    pool.control(search);
    fake.threads[0]!.die('killed');
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
    expect(fake.threads).toHaveLength(1);
  });
});

describe('what a search is told', () => {
  it('reaches its own tasks only, those that run and those that start later', async () => {
    const { fake, pool } = await openPool(2);
    const [paused, other] = [pooledSearch('paused'), pooledSearch('other')];
    const results = [pool.run(paused, measurement(1)), pool.run(other, measurement(2))];
    paused.control = CONTROL_PAUSE;
    pool.control(paused);
    const [one, two] = fake.threads;
    expect([one!.control, two!.control]).toEqual([CONTROL_PAUSE, CONTROL_RUN]);

    two!.answer(measured(2));
    await settle();
    const later = pool.run(paused, measurement(3));
    expect([two!.request.task, two!.control]).toEqual([measurement(3), CONTROL_PAUSE]);
    one!.answer(measured(1));
    two!.answer(measured(3));
    expect(await Promise.all([...results, later])).toEqual([1, 2, 3].map(measured));
  });

  it('takes tasks that wait out when it is to stop', async () => {
    const { fake, pool } = await openPool(1);
    const search = pooledSearch('one');
    const running = pool.run(search, measurement(1));
    const waiting = pool.run(search, measurement(2));
    search.control = CONTROL_STOP;
    pool.control(search);
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    expect(fake.threads[0]!.control).toBe(CONTROL_STOP);
    fake.threads[0]!.answer(measured(1));
    expect(await running).toEqual(measured(1));
  });

  it('lets others have the place of a paused task, on a thread of their own', async () => {
    const { fake, pool } = await openPool(1);
    const [paused, other] = [pooledSearch('paused'), pooledSearch('other')];
    const held = pool.run(paused, measurement(1));
    const waiting = pool.run(other, measurement(2));
    paused.control = CONTROL_PAUSE;
    pool.control(paused);
    await settle();

    const [first, second] = fake.threads;
    second!.answer(measured(2));
    expect(await waiting).toEqual(measured(2));
    paused.control = CONTROL_RUN;
    pool.control(paused);
    expect(second!.isTerminated).toBe(true);
    first!.answer(measured(1));
    expect(await held).toEqual(measured(1));
  });
});

describe('the threads of a pool', () => {
  it('all end if one of them can not be started', async () => {
    const fake = new FakeThreads();
    let started = 0;
    const pool = new TaskPool(3, () => {
      started += 1;
      return started === 2
        ? Promise.reject(new WorkbenchError('internal', 'no more threads'))
        : fake.start();
    });
    await expect(pool.start()).rejects.toThrow('no more threads');
    expect(fake.threads).toHaveLength(2);
    expect(fake.alive).toEqual([]);
  });

  it('end with the pool, those on their way included', async () => {
    const fake = new FakeThreads();
    let open = (): void => undefined;
    fake.gate = new Promise((resolve) => {
      open = resolve;
    });
    const pool = new TaskPool(2, fake.start);
    const starting = pool.start();
    const running = pool.run(pooledSearch('one'), measurement(1));
    const closing = pool.close();
    open();
    await Promise.all([starting, closing]);
    expect(fake.threads).toHaveLength(2);
    expect(fake.alive).toEqual([]);
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
    await expect(pool.run(pooledSearch('two'), measurement(1))).rejects.toThrow('ended');
  });
});
