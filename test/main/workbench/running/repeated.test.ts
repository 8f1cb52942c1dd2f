import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Repeated } from '../../../../src/main/workbench/running/repeated.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

it('comes again only when the last time has ended, and stops with it', async () => {
  const { promise: waits, resolve: end } = Promise.withResolvers<undefined>();
  const work = vi.fn((): Promise<unknown> => Promise.resolve()).mockReturnValueOnce(waits);
  const repeated = new Repeated(100, async () => {
    await work();
  });
  repeated.now();
  await vi.advanceTimersByTimeAsync(500);
  expect(work).toHaveBeenCalledTimes(1);
  end(undefined);
  await vi.advanceTimersByTimeAsync(200);
  expect(work).toHaveBeenCalledTimes(3);

  const { promise: lasts, resolve: endLast } = Promise.withResolvers<undefined>();
  work.mockReturnValueOnce(lasts);
  repeated.now();
  let hasStopped = false;
  const stopping = repeated.stop().then(() => (hasStopped = true));
  await vi.advanceTimersByTimeAsync(500);
  expect([work.mock.calls.length, hasStopped]).toEqual([4, false]);
  endLast(undefined);
  await stopping;
});
