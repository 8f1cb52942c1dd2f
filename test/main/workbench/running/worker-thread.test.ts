import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { startWorkerThread } from '../../../../src/main/workbench/running/worker-thread.ts';

it('warms TensorFlow up on one worker, the first that holds, before others start', async () => {
  const seen: string[] = [];
  let isFirst = true;
  const watch = (worker: Worker): void => {
    seen.push('begins');
    worker.once('message', ({ type }: { type: string }) => seen.push(type));
    if (isFirst) void worker.terminate();
    isFirst = false;
  };
  process.on('worker', watch);
  const [ended, second, third] = await Promise.allSettled([
    startWorkerThread(),
    startWorkerThread(),
    startWorkerThread(),
  ]);
  process.off('worker', watch);

  expect(ended).toMatchObject({
    status: 'rejected',
    reason: { code: 'internal', message: expect.stringContaining('ended before it began') },
  });
  expect(seen).toEqual(['begins', 'begins', 'ready', 'begins', 'ready']);
  for (const started of [second, third]) {
    if (started.status === 'rejected') throw started.reason;
    expect(started.value.tensorflow).toMatch(/^\d+\./);
    await started.value.terminate();
  }
});
