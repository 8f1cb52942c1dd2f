import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Workers } from '../../../../src/main/workbench/running/worker-pool.ts';

it('warms TensorFlow up on one worker at a time, however many pools start at once', async () => {
  const seen: string[] = [];
  const watch = (worker: Worker): void => {
    seen.push('begins');
    worker.once('message', ({ type }: { type: string }) => seen.push(type));
  };
  process.on('worker', watch);
  const pools = await Promise.all([Workers.start(1), Workers.start(1)]);
  process.off('worker', watch);
  await Promise.all(pools.map((pool) => pool.close()));
  expect(seen).toEqual(['begins', 'ready', 'begins', 'ready']);
});

it('says so if a worker ends before it begins, and starts the next pool all the same', async () => {
  process.once('worker', (worker: Worker) => void worker.terminate());
  const [ended, started] = await Promise.allSettled([Workers.start(1), Workers.start(1)]);
  expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
  if (started.status === 'rejected') throw started.reason;
  await started.value.close();
});
