import { renameSync, rmSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DataSummary } from '../../../../src/shared/domain/data-summary.ts';
import { TICKET_BRANCH } from '../../../../src/shared/domain/training.ts';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type { SearchEvent } from '../../../../src/shared/contract/events.ts';
import type { SearchResult } from '../../../../src/shared/domain/search.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import { SearchSession } from '../../../../src/main/workbench/running/search-session.ts';
import { sampleSearch, temporaryFile } from '../../store/samples.ts';

const OWNER = 'this process';
const HEARTBEAT_MILLISECONDS = 50;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

function open() {
  const file = temporaryFile();
  const store = Store.open(file);
  onTestFinished(() => {
    store.close();
  });
  const { id } = store.searches.create(sampleSearch());
  const control = new RunControl();
  const events: SearchEvent[] = [];
  const session = new SearchSession({
    store,
    searchId: id,
    owner: OWNER,
    control,
    heartbeatMilliseconds: HEARTBEAT_MILLISECONDS,
    result: () => ({ id, status: store.searches.status(id) }) as SearchResult,
    onEvent: (event) => events.push(event),
    onLogged: () => undefined,
  });
  const types = () => events.map(({ type }) => type);
  return { file, store, id, control, session, types };
}

/** Work that ends when it is told to stop, as trainings do. */
const untilStopped = (control: RunControl) => () =>
  new Promise<void>((_, reject) => {
    control.follow(() => {
      if (control.isStopped) reject(new WorkbenchError('interrupted', 'stopped'));
    });
  });

const isFree = (store: Store, id: string): boolean => {
  store.leases.acquire(id, 'somebody else');
  store.leases.release(id, 'somebody else');
  return true;
};

describe('a session ends', () => {
  it('finished: the result says so, and the lease is free', async () => {
    const { store, id, session, types } = open();
    const end = await session.run(() => Promise.resolve());
    expect(end).toEqual({ reason: 'finished', result: { id, status: 'finished' } });
    expect(types()).toEqual(['result']);
    expect(isFree(store, id)).toBe(true);
  });

  it('stopped: what is to be done next is said', async () => {
    const { store, id, control, session, types } = open();
    const running = session.run(untilStopped(control));
    control.stop();
    expect(await running).toMatchObject({
      reason: 'stopped',
      error: { code: 'interrupted', hint: `Continue with: ticket resume ${id}` },
    });
    expect(store.searches.get(id)).toMatchObject({ status: 'interrupted', error: undefined });
    expect(types()).toEqual(['interrupted']);
    expect(isFree(store, id)).toBe(true);
  });

  it('failed: the reason is kept, whatever its code', async () => {
    const { store, id, session, types } = open();
    const error = new WorkbenchError('conflict', 'the dataset has changed', 'Restore it.');
    expect(await session.run(() => Promise.reject(error))).toEqual({ reason: 'failed', error });
    expect(store.searches.get(id)).toMatchObject({
      status: 'failed',
      error: { code: 'conflict', message: 'the dataset has changed', hint: 'Restore it.' },
    });
    expect(store.log.list(id, 10).at(-1)?.message).toBe('Failed: the dataset has changed');
    expect(types()).toEqual(['failed']);
    expect(isFree(store, id)).toBe(true);
  });

  it('lease lost: it stops at once and leaves everything to the other owner', async () => {
    const { store, id, control, session, types } = open();
    store.searches.setStatus(id, 'running');
    const running = session.run(untilStopped(control));
    store.leases.release(id, OWNER);
    store.leases.acquire(id, 'somebody else');
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MILLISECONDS);

    expect(await running).toMatchObject({ reason: 'lease-lost', error: { code: 'conflict' } });
    expect(control.isStopped).toBe(true);
    expect(store.searches.status(id)).toBe('running');
    expect(types()).toEqual([]);
    expect(() => {
      store.leases.acquire(id, 'a third one');
    }).toThrow('run by another process');
  });

  it('early, a search that had finished before stays finished', async () => {
    const { store, id, session } = open();
    store.searches.setStatus(id, 'finished');
    await session.run(() => Promise.reject(new Error('no analysis')));
    expect(store.searches.get(id)).toMatchObject({ status: 'finished', error: undefined });
  });
});

it('a heartbeat that fails for another reason than a lost lease is tried again', async () => {
  const { store, control, session } = open();
  const { promise: worked, resolve: finish } = Promise.withResolvers<undefined>();
  const running = session.run(() => worked);
  const renew = vi.spyOn(store.leases, 'renew').mockImplementation(() => {
    throw new WorkbenchError('store-failed', 'the disk is full');
  });
  await vi.advanceTimersByTimeAsync(5 * HEARTBEAT_MILLISECONDS);
  expect(renew).toHaveBeenCalledTimes(5);
  expect(control.isStopped).toBe(false);
  finish(undefined);
  expect(await running).toMatchObject({ reason: 'finished' });
});

it('a search that another process holds is not touched', async () => {
  const { store, id, session, types } = open();
  store.leases.acquire(id, 'somebody else');
  await expect(session.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'conflict' });
  expect(store.searches.status(id)).toBe('queued');
  expect(types()).toEqual([]);
});

it('what is told again and again is logged once', () => {
  const { store, id, session, types } = open();
  for (let part = 0; part < 3; part += 1) session.tell({ type: 'preparing', what: 'MNIST' });
  expect(store.log.list(id, 10).map(({ message }) => message)).toEqual(['Preparing MNIST.']);
  expect(types()).toHaveLength(3);
});

it('what was read is logged, with a line for each warning', () => {
  const { store, id, session } = open();
  const warnings = [
    { message: 'the bytes use 0 to 16 of 0 to 255', setting: 'dataset.normalization' },
    { message: 'the column "id" counts up', setting: 'dataset.ignore' },
  ];
  const summary: DataSummary = {
    dataset: 'csv',
    shape: [4],
    train: 100,
    validation: 20,
    test: 30,
    isTestHeldOut: true,
    classes: [{ name: 'a', train: 100, validation: 20, test: 30 }],
    values: { kind: 'floats', smallest: 0, largest: 1, mean: 0.5 },
    leftOut: [],
    warnings,
  };
  session.tell({ type: 'data-read', branch: TICKET_BRANCH, summary });
  expect(store.log.list(id, 10).map(({ severity, message }) => [severity, message])).toEqual([
    [
      'info',
      'Read csv: 100 training, 20 validation and 30 test examples (held out of the training examples) of shape [4], in one class.',
    ],
    ['warning', 'the bytes use 0 to 16 of 0 to 255.'],
    ['warning', 'the column "id" counts up.'],
  ]);
});

describe('a database that is taken away', () => {
  it('stops the session, which says where the results are', async () => {
    const { file, control, session } = open();
    const ending = session.run(untilStopped(control));
    renameSync(file, `${file}.away`);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MILLISECONDS);
    const end = await ending;
    expect(end).toMatchObject({ reason: 'lease-lost', error: { code: 'store-failed' } });
    expect((end as { error: Error }).error.message).toContain(
      'everything that had finished is saved',
    );
  });

  it('never lets a search end with success', async () => {
    const { file, session, types } = open();
    const end = await session.run(() => {
      rmSync(file);
      return Promise.resolve();
    });
    expect(end.reason).toBe('lease-lost');
    expect(types()).toEqual([]);
  });

  it('keeps the session until the results could be saved', async () => {
    const { file, store, session, types } = open();
    const rescue = store.rescue.bind(store);
    let failures = 2;
    vi.spyOn(store, 'rescue').mockImplementation(() => {
      const error = new WorkbenchError('store-failed', 'the disk is full');
      failures -= 1;
      return failures >= 0 ? { error, isSaved: false } : rescue();
    });
    const end = await session.run(() => {
      rmSync(file);
      return Promise.resolve();
    });
    expect(types()).toEqual(['preparing', 'preparing']);
    expect((end as { error: Error }).error.message).toContain('is saved in');
  });
});
