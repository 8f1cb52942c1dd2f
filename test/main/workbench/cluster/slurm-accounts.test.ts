import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterEach, expect, it, vi } from 'vitest';
import type { ShardStatus } from '../../../../src/shared/contract/records/submissions.ts';
import {
  SlurmAccounts,
  withAccounts,
} from '../../../../src/main/workbench/cluster/slurm-accounts.ts';
import type { ShardReport } from '../../../../src/main/workbench/cluster/submitted-plan.ts';
import { temporaryFolder } from '../../store/samples.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const report = (number: number, status: ShardStatus, reason = ''): ShardReport => ({
  shard: { number, parts: [{ searchId: 'search-1', replicate: 0 }], trainings: 5 },
  status,
  planned: 5,
  merged: 0,
  said: undefined,
  reason,
});

/** A plan whose shards 1 and 2 were submitted as the job 12, and 2 again as 34, and an sacct that says that. */
function submitted(script: string) {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'slurm'));
  const jobs = [
    { job: '12', numbers: [1, 2], isMerge: false },
    { job: '13', numbers: [], isMerge: true },
    { job: '34', numbers: [2], isMerge: false },
  ];
  writeFileSync(path.join(folder, 'slurm', 'jobs.json'), JSON.stringify(jobs));
  const programs = temporaryFolder();
  const calls = path.join(programs, 'calls');
  const answer = (text: string): void => {
    writeFileSync(path.join(programs, 'sacct'), `#!/bin/sh\necho "$@" >> ${calls}\n${text}\n`, {
      mode: 0o755,
    });
  };
  answer(script);
  vi.stubEnv('PATH', `${programs}${path.delimiter}${process.env['PATH'] ?? ''}`);
  const callCount = () =>
    existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').length : 0;
  return { folder, answer, callCount, calls };
}

it('says why shards have ended, of the task that ran last, with one call', () => {
  const { folder, calls, callCount } = submitted(
    `printf '12_0|TIMEOUT|0:0\\n12_1|FAILED|1:0\\n34_0|OUT_OF_MEMORY|0:125\\n'`,
  );
  const reports = [report(1, 'stopped'), report(2, 'failed', 'its log'), report(3, 'running')];
  const why = new SlurmAccounts().whyOf(folder, reports);
  expect(withAccounts(reports, why).map(({ reason }) => reason)).toEqual([
    'TIMEOUT, exit code 0:0',
    'OUT_OF_MEMORY, exit code 0:125; its log',
    '',
  ]);
  expect(callCount()).toBe(1);
  expect(readFileSync(calls, 'utf8')).toContain('--jobs=12,34');
});

it('asks again until accounts have caught up, and then only when another shard has ended', () => {
  const { folder, answer, callCount } = submitted(`printf '12_0|RUNNING|0:0\\n'`);
  const accounts = new SlurmAccounts();
  const ended = [report(1, 'ended'), report(2, 'running')];
  expect([...accounts.whyOf(folder, ended)]).toEqual([]);
  answer('exit 1');
  expect([...accounts.whyOf(folder, ended)]).toEqual([]);
  answer(`printf '12_0|NODE_FAIL|0:0\\n'`);
  for (let looks = 0; looks < 3; looks += 1) {
    expect([...accounts.whyOf(folder, ended)]).toEqual([[1, 'NODE_FAIL, exit code 0:0']]);
  }
  expect(callCount()).toBe(3);
  accounts.whyOf(folder, [report(1, 'ended'), report(2, 'failed')]);
  expect(callCount()).toBe(4);
});

it('asks once where no accounts are kept', () => {
  const { folder, callCount } = submitted(
    'echo "Slurm accounting storage is disabled" >&2; exit 1',
  );
  const accounts = new SlurmAccounts();
  for (let looks = 0; looks < 3; looks += 1) accounts.whyOf(folder, [report(1, 'failed')]);
  expect(callCount()).toBe(1);
});

it('asks nothing while no shard has ended', () => {
  const { folder, callCount } = submitted('exit 1');
  const done = { ...report(1, 'ended'), said: { state: 'done' } as ShardReport['said'] };
  new SlurmAccounts().whyOf(folder, [done, report(2, 'queued')]);
  expect(callCount()).toBe(0);
});

it('knows tasks that were cancelled before they began, which sacct writes in one line', () => {
  const { folder, callCount, answer } = submitted('');
  const numbers = Array.from({ length: 12 }, (_each, index) => index + 1);
  writeFileSync(
    path.join(folder, 'slurm', 'jobs.json'),
    JSON.stringify([{ job: '12', numbers, isMerge: false }]),
  );
  answer(
    `[ "$SLURM_BITSTR_LEN" = 0 ] || exit 1
     printf '12_0|TIMEOUT|0:0\\n12_[1,3-5,7-11:2%%4]|CANCELLED by 0|0:0\\n'`,
  );
  const accounts = new SlurmAccounts();
  const cancelled = [2, 4, 5, 6, 8, 10, 12];
  const reports = [1, ...cancelled].map((number) => report(number, 'ended'));
  for (let looks = 0; looks < 3; looks += 1) {
    expect(accounts.whyOf(folder, reports)).toEqual(
      new Map([
        [1, 'TIMEOUT, exit code 0:0'],
        ...cancelled.map((number) => [number, 'CANCELLED by 0, exit code 0:0'] as const),
      ]),
    );
  }
  expect(callCount()).toBe(1);
});

it('does not ask for shards that were never submitted', () => {
  const { folder, callCount } = submitted(`printf '12_0|TIMEOUT|0:0\\n'`);
  const accounts = new SlurmAccounts();
  accounts.whyOf(folder, [report(7, 'failed')]);
  expect(callCount()).toBe(0);
  const both = [report(1, 'stopped'), report(7, 'failed')];
  for (let looks = 0; looks < 3; looks += 1) {
    expect([...accounts.whyOf(folder, both).keys()]).toEqual([1]);
  }
  expect(callCount()).toBe(1);
});

it('gives up on what accounts never say, and keeps what they have said, until another shard has ended', () => {
  const { folder, answer, callCount } = submitted(`printf '12_0|TIMEOUT|0:0\\n'`);
  const accounts = new SlurmAccounts();
  const ended = [report(1, 'stopped'), report(2, 'ended')];
  for (let looks = 0; looks < 30; looks += 1) {
    expect([...accounts.whyOf(folder, ended).keys()]).toEqual([1]);
    answer('exit 1');
  }
  expect(callCount()).toBe(20);
  accounts.whyOf(folder, [report(1, 'stopped')]);
  expect(callCount()).toBe(21);
});
