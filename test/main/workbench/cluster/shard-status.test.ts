import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { thisProcess } from '../../../../src/main/workbench/cluster/process-here.ts';
import { logFile, makeFolders } from '../../../../src/main/workbench/cluster/shard-files.ts';
import { Observed } from '../../../../src/main/workbench/cluster/shard-status.ts';
import type { QueuedShard } from '../../../../src/main/workbench/cluster/slurm.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { sayState } from './plan-samples.ts';

function planFolder(): string {
  const folder = temporaryFolder();
  makeFolders(folder);
  return folder;
}

const queued = (state: string): Map<number, QueuedShard> =>
  new Map([[1, { task: '12_0', state, reason: 'Priority' }]]);

it('a shard is what it says and what a scheduler has of it', () => {
  const folder = planFolder();
  const status = (inQueue?: Map<number, QueuedShard>, left = 5) =>
    new Observed(folder, inQueue).statusOf(1, left);
  expect(status()).toBe('waiting');
  expect(status(new Map())).toBe('ended');
  expect(status(queued('PENDING'))).toBe('queued');
  sayState(folder, 1);
  expect(status()).toBe('running');
  expect(status(queued('PENDING'))).toBe('preempted');
  // It does not run on Slurm, which has run others of its plan.
  expect(status(new Map())).toBe('running');
  sayState(folder, 1, { job: '12_0' });
  expect(status(new Map())).toBe('ended');
  sayState(folder, 1, { scope: 'elsewhere', updatedAt: Date.now() - 61_000 });
  expect(status()).toBe('silent');
  expect(status(new Map())).toBe('silent');
  expect(status(queued('RUNNING'))).toBe('running');
  sayState(folder, 1, { state: 'done' });
  expect(status()).toBe('ended');
  expect(status(undefined, 0)).toBe('done');
});

it.skipIf(thisProcess().started === undefined)(
  'a shard whose process has ended does not run because another one has its id',
  () => {
    const folder = planFolder();
    sayState(folder, 1, { ...thisProcess(), started: 'before' });
    expect(new Observed(folder, undefined).statusOf(1, 5)).toBe('ended');
  },
);

it('the reason of a failure ends with the last lines of its log, however long that is', () => {
  const folder = planFolder();
  sayState(folder, 1, { state: 'failed', error: 'out of memory' });
  const log = logFile(folder, 1);
  writeFileSync(log, '');
  // More than one string can hold; the disk holds nothing of it.
  truncateSync(log, 2 ** 30);
  appendFileSync(log, '\nfirst\nsecond\nlast\n');
  const observed = new Observed(folder, undefined);
  expect(observed.reasonOf(1, 'failed')).toBe('out of memory; first / second / last');
  expect(observed.reasonOf(1, 'done')).toBe('');
});

it('each file is read once in a look', () => {
  const folder = planFolder();
  sayState(folder, 1, { state: 'failed', error: 'before' });
  const observed = new Observed(folder, undefined);
  expect(observed.said(1)?.error).toBe('before');
  sayState(folder, 1, { state: 'failed', error: 'after' });
  expect(observed.reasonOf(1, observed.statusOf(1, 5))).toBe('before');
});
