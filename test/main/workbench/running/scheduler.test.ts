import { describe, expect, it } from 'vitest';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import {
  type Job,
  type JobList,
  Scheduler,
} from '../../../../src/main/workbench/running/scheduler.ts';
import { settle } from './fake-threads.ts';

interface FakeJob extends Job {
  readonly name: string;
  /** Frees the worker; the result is still to be saved. */
  free(): void;
  end(): void;
  fail(error: Error): void;
}

/** Jobs that end when the test says so. */
class FakeJobs implements JobList {
  readonly started: FakeJob[] = [];
  readonly #waiting: FakeJob[] = [];

  constructor(search: string, priorities: readonly number[]) {
    for (const priority of priorities) this.add(`${search}${priority}`, priority);
  }

  add(name: string, priority: number): void {
    let free = (): void => undefined;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#waiting.push({
      name,
      priority,
      run: async (freeWorker) => {
        free = freeWorker;
        await promise;
      },
      free: () => {
        free();
      },
      end: () => {
        resolve(undefined);
      },
      fail: reject,
    });
  }

  get remaining(): number {
    return this.#waiting.length;
  }

  next(): Job | undefined {
    return this.#waiting.toSorted((one, other) => one.priority - other.priority)[0];
  }

  take(job: Job): void {
    const index = this.#waiting.findIndex((waiting) => waiting === job);
    this.started.push(...this.#waiting.splice(index, 1));
  }
}

function open(workers: number) {
  const scheduler = new Scheduler();
  const failures: string[] = [];
  const enter = (name: string, priorities: readonly number[]) => {
    const jobs = new FakeJobs(name, priorities);
    const control = new RunControl();
    const onFailure = (): void => {
      failures.push(name);
    };
    const done = scheduler.run({ jobs, control, onFailure });
    done.catch(() => undefined);
    return { jobs, control, done, started: () => jobs.started.map((job) => job.name) };
  };
  scheduler.useWorkers(workers);
  return { scheduler, enter, failures };
}

describe('one search', () => {
  it('starts as many jobs as there are workers, the most urgent first', async () => {
    const { enter } = open(2);
    const { jobs, done, started } = enter('a', [3, 1, 2]);
    expect(started()).toEqual(['a1', 'a2']);
    jobs.started[0]!.end();
    await settle();
    expect(started()).toEqual(['a1', 'a2', 'a3']);
    for (const job of jobs.started) job.end();
    await done;
  });

  it('starts the next job as soon as a worker is free, while the last result is saved', async () => {
    const { enter } = open(1);
    const { jobs, done, started } = enter('a', [1, 2]);
    jobs.started[0]!.free();
    expect(started()).toEqual(['a1', 'a2']);
    jobs.started[1]!.end();
    await settle();
    jobs.started[0]!.end();
    await done;
  });

  it('ends when nothing is left, also if there was nothing', async () => {
    const { enter } = open(1);
    await enter('a', []).done;
  });

  it('ends with the first error, after the jobs that run', async () => {
    const { enter, failures } = open(2);
    const { jobs, done, started } = enter('a', [1, 2, 3]);
    jobs.started[0]!.fail(new Error('first'));
    await settle();
    expect(failures).toEqual(['a']);
    jobs.started[1]!.fail(new Error('second'));
    await expect(done).rejects.toThrow('first');
    expect(failures).toEqual(['a']);
    expect(started()).toEqual(['a1', 'a2']);
  });

  it('starts nothing while it is paused, and goes on', async () => {
    const { enter } = open(1);
    const { jobs, control, done, started } = enter('a', [1, 2]);
    control.setPaused(true);
    jobs.started[0]!.end();
    await settle();
    expect(started()).toEqual(['a1']);
    control.setPaused(false);
    expect(started()).toEqual(['a1', 'a2']);
    jobs.started[1]!.end();
    await done;
  });

  it.for(['stop', 'drain'] as const)('starts nothing more after %s', async (order) => {
    const { enter } = open(1);
    const { jobs, control, done, started } = enter('a', [1, 2]);
    control[order]();
    jobs.started[0]!.end();
    await expect(done).rejects.toMatchObject({ code: 'interrupted' });
    expect(started()).toEqual(['a1']);
  });

  it('can be stopped while it is paused', async () => {
    const { enter } = open(1);
    const { jobs, control, done } = enter('a', [1, 2]);
    control.setPaused(true);
    control.stop();
    jobs.started[0]!.end();
    await expect(done).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('searches of a sweep', () => {
  it('share the workers by urgency', async () => {
    const { enter } = open(1);
    const a = enter('a', [1, 4]);
    const b = enter('b', [2, 3]);
    const order: string[] = [];
    for (;;) {
      const running = [...a.jobs.started, ...b.jobs.started].find(
        ({ name }) => !order.includes(name),
      );
      if (!running) break;
      order.push(running.name);
      running.end();
      await settle();
    }
    expect(order).toEqual(['a1', 'b2', 'b3', 'a4']);
    await Promise.all([a.done, b.done]);
  });

  it('wait for each other before the first job starts', async () => {
    const { scheduler, enter } = open(1);
    const giveUp = scheduler.expect();
    const { jobs, done, started } = enter('late', [1]);
    expect(started()).toEqual([]);
    giveUp();
    giveUp();
    expect(started()).toEqual(['late1']);
    jobs.started[0]!.end();
    await done;
  });

  it('use all workers while one of them is paused, whether it holds some or not', async () => {
    const { enter } = open(2);
    const paused = enter('a', [1, 2, 3]);
    const other = enter('b', [4, 5, 6]);
    expect(paused.started()).toEqual(['a1', 'a2']);
    paused.control.setPaused(true);
    expect(other.started()).toEqual(['b4', 'b5']);
    other.jobs.started[0]!.end();
    await settle();
    expect(other.started()).toEqual(['b4', 'b5', 'b6']);

    // What it holds counts again, so nothing starts before enough has ended.
    paused.control.setPaused(false);
    other.jobs.started[1]!.end();
    paused.jobs.started[0]!.end();
    await settle();
    expect(paused.started()).toEqual(['a1', 'a2']);
    other.jobs.started[2]!.end();
    await settle();
    expect(paused.started()).toEqual(['a1', 'a2', 'a3']);
    for (const job of paused.jobs.started) job.end();
    await Promise.all([paused.done, other.done]);
  });

  it('do not fail with one of them', async () => {
    const { enter, failures } = open(1);
    const failing = enter('a', [1, 3]);
    const sound = enter('b', [2]);
    failing.jobs.started[0]!.fail(new Error('no luck'));
    await expect(failing.done).rejects.toThrow('no luck');
    expect(sound.started()).toEqual(['b2']);
    sound.jobs.started[0]!.end();
    await sound.done;
    expect(failures).toEqual(['a']);
  });

  it('look again at what is left whenever a job of another one has ended', async () => {
    const { enter } = open(2);
    const waiting = enter('a', []);
    await waiting.done;
    const a = enter('a', [1]);
    const b = enter('b', [2]);
    // Something that only another search's end makes ready.
    b.jobs.started[0]!.end();
    a.jobs.add('a9', 9);
    await settle();
    expect(a.started()).toEqual(['a1', 'a9']);
    for (const job of a.jobs.started) job.end();
    await Promise.all([a.done, b.done]);
  });
});
