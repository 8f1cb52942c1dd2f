import { expect, it } from 'vitest';
import type { ShardStatus } from '../../../../src/shared/contract/records/submissions.ts';
import { missingShards } from '../../../../src/main/hosts/cli/missing-shards.ts';
import type { Output } from '../../../../src/main/hosts/cli/output.ts';
import {
  type NamedProcess,
  thisProcess,
} from '../../../../src/main/workbench/cluster/process-here.ts';
import type { ShardReport } from '../../../../src/main/workbench/cluster/submitted-plan.ts';

const report = (number: number, status: ShardStatus, named?: NamedProcess): ShardReport => ({
  shard: { number, parts: [{ searchId: 'search-1', replicate: 0 }], trainings: 5 },
  status,
  planned: 5,
  merged: 0,
  said: named && {
    ...named,
    state: 'running',
    startedAt: 1,
    updatedAt: 1,
    trainingsDone: 2,
    trainingsTotal: 5,
    fraction: 0.4,
  },
  reason: '',
});

/** @returns the numbers of shards that are run, and what is noted. */
function missing(reports: readonly ShardReport[]) {
  const notes: string[] = [];
  const unused = (): never => {
    throw new Error('only notes are written');
  };
  const output: Output = {
    isTerminal: false,
    columns: 80,
    result: unused,
    event: unused,
    status: unused,
    note: (text) => notes.push(text),
  };
  return { numbers: missingShards(reports, output), notes };
}

const ELSEWHERE: NamedProcess = { host: 'node7', scope: 'elsewhere', processId: 7, started: '1' };

it('shards are run that are neither done nor run by anything', () => {
  const { numbers, notes } = missing([
    report(1, 'done'),
    report(2, 'waiting'),
    report(3, 'ended'),
    report(4, 'failed', ELSEWHERE),
    report(5, 'stopped', ELSEWHERE),
  ]);
  expect(numbers).toEqual([2, 3, 4, 5]);
  expect(notes).toEqual([]);
});

it('each shard that something runs is left out, with the reason', () => {
  const { numbers, notes } = missing([
    report(1, 'running', ELSEWHERE),
    report(2, 'queued'),
    report(3, 'preempted', ELSEWHERE),
  ]);
  expect(numbers).toEqual([]);
  expect(notes).toEqual([
    'Left out: shard 1 is running on node7, shard 2 is queued, shard 3 is preempted.',
  ]);
});

it('of many shards that are left out, the first are named', () => {
  const { notes } = missing(
    Array.from({ length: 12 }, (_each, index) => report(index + 1, 'queued')),
  );
  expect(notes).toEqual([expect.stringMatching(/shard 10 is queued, and 2 more\.$/)]);
});

it('a silent shard may still run elsewhere: it is run again, and named', () => {
  const { numbers, notes } = missing([report(1, 'silent', ELSEWHERE)]);
  expect(numbers).toEqual([1]);
  expect(notes).toEqual([expect.stringMatching(/^Silent, and run again, .*: shard 1 on node7\.$/)]);
});

it.skipIf(thisProcess().started === undefined)(
  'a silent shard whose process on this machine has not ended is left out, with its process',
  () => {
    const here = thisProcess();
    const { started: _started, ...unsure } = here;
    const { numbers, notes } = missing([report(1, 'silent', here), report(2, 'silent', unsure)]);
    expect(numbers).toEqual([2]);
    expect(notes[0]).toBe(
      `Left out: shard 1 is silent, but its process ${here.processId} still runs here.`,
    );
  },
);
