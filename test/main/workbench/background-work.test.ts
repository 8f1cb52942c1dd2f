/** Work that nobody waits for: what it tells, and when it is tried again. No time passes here. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { BackgroundWork } from '../../../src/main/workbench/background-work.ts';

const MINUTE = 60_000;

const LOCKED = new WorkbenchError('store-failed', 'another program keeps it locked');

/** How often it was begun. */
let begun: number;
/** What it fails with. */
let failure: Error | undefined;
/** How often it has changed something before that. */
let changes: number;

async function* work(): AsyncGenerator<undefined> {
  begun += 1;
  for (let count = 0; count < changes; count += 1) {
    await Promise.resolve();
    yield;
  }
  if (failure !== undefined) throw failure;
}

beforeEach(() => {
  begun = 0;
  failure = undefined;
  changes = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function started() {
  const background = new BackgroundWork(work);
  const told = { changed: 0, errors: new Array<unknown>() };
  const listener = {
    onChanged: () => {
      told.changed += 1;
    },
    onError: (error: unknown) => told.errors.push(error),
  };
  await background.start(listener);
  return { background, told, listener };
}

it('tells of changes once, at the end, and of none where there are none', async () => {
  changes = 3;
  expect((await started()).told).toEqual({ changed: 1, errors: [] });
  changes = 0;
  expect((await started()).told).toEqual({ changed: 0, errors: [] });
  expect(vi.getTimerCount()).toBe(0);
});

it('tells of changes also where the rest fails', async () => {
  changes = 1;
  failure = LOCKED;
  expect((await started()).told).toEqual({ changed: 1, errors: [LOCKED] });
});

it('is tried again every minute while the database can’t be used, and tells why once', async () => {
  failure = LOCKED;
  const { told } = await started();
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  expect([begun, told.errors]).toEqual([4, [LOCKED]]);
  const full = new WorkbenchError('store-failed', 'the disk is full');
  failure = full;
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect([begun, told.errors]).toEqual([6, [LOCKED, full]]);
  failure = undefined;
  changes = 1;
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect([begun, told.changed]).toEqual([7, 1]);
});

it('is not tried again after a mistake of the program', async () => {
  failure = new Error('a mistake of the program');
  const { told } = await started();
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect([begun, told.errors]).toEqual([1, [failure]]);
});

it('tells nothing once it is closed, and is not tried or started again', async () => {
  failure = LOCKED;
  const { background, told, listener } = await started();
  background.close();
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  await background.start(listener);
  expect([begun, told.errors]).toEqual([1, [LOCKED]]);
});

it('tells nothing of what fails because it is closed', async () => {
  changes = 1;
  failure = LOCKED;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const background = new BackgroundWork(async function* () {
    await promise;
    yield* work();
  });
  const tell = vi.fn();
  const ended = background.start({ onChanged: tell, onError: tell });
  background.close();
  resolve(undefined);
  await ended;
  expect([begun, tell.mock.calls, vi.getTimerCount()]).toEqual([1, [], 0]);
});
