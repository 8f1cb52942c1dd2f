/** A plan on the command line: shown, run as processes and through a command, looked at, cancelled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import { startOf, thisProcess } from '../../../../src/main/workbench/cluster/process-here.ts';
import { readState } from '../../../../src/main/workbench/cluster/shard-files.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { startTicket, ticket } from '../../../support/command-line.ts';
import { sayState } from '../../workbench/cluster/plan-samples.ts';
import { startSleeper } from '../../workbench/cluster/sleeper.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-submit-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
});

const settings = (iterations = 40): string[] =>
  [
    ['dataset.id', 'two-moons'],
    ['architecture.id', 'mlp'],
    ['architecture.widths', '[12,8]'],
    ['training.iterations', String(iterations)],
    ['training.evaluateEvery', String(iterations / 2)],
    ['training.engine', 'sparse'],
    ['pruning.levels', '2'],
    ['replicates.count', '2'],
    ['analyses', '[{"id":"mask-overlap"}]'],
  ].flatMap(([key, value]) => ['--set', `${key}=${value}`]);

it('a dry run prints the commands and saves nothing', async () => {
  const [out, data] = [path.join(scratch, 'dry'), path.join(scratch, 'dry-data')];
  const template = ['--on', 'command', '--template', 'nice {command}'];
  const { code, stdout, stderr } = await ticket(
    ...['submit', '--dry-run', ...template, '--out', out, ...settings(), '--data-dir', data],
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.trim().split('\n')).toHaveLength(2);
  expect(stdout).toMatch(/^nice .* run-shard .*dry 1 --workers 1 --quiet$/m);
  expect(existsSync(out)).toBe(false);
  expect(existsSync(data) ? readdirSync(data) : []).toEqual([]);
});

it('options that a place has no use for are refused', async () => {
  const out = path.join(scratch, 'refused');
  const refused = async (...args: string[]) =>
    (await ticket('submit', '--out', out, ...settings(), ...args)).stderr;
  expect(await refused('--time', '1:00')).toContain('--time is only for --on slurm');
  expect(await refused('slurm', '--processes', '2')).toContain(
    '--processes is only for --on local and --on command',
  );
  expect(await refused('command', '--template', 'true')).toContain('has neither {command} nor');
  expect(existsSync(out)).toBe(false);
});

it('shards run through a command, and the analyses once all are there', async () => {
  const [out, data] = [path.join(scratch, 'command'), path.join(scratch, 'command-data')];
  const place = ['--on', 'command', '--template', 'sh -c {quoted}', '--processes', '2'];
  const ended = await ticket(
    ...['submit', ...place, '--out', out, ...settings(), '--data-dir', data],
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain('2 shards: 2 done.');
  const store = Store.open(databaseFile(data));
  const [search] = store.searches.list();
  expect(search?.status).toBe('finished');
  expect(store.analyses.list(search!.id)).toMatchObject([
    { choice: { id: 'mask-overlap' }, unitsDone: store.analyses.list(search!.id)[0]!.unitsTotal },
  ]);
  store.close();

  const looked = await ticket('jobs', out, '--json', '--strict', '--data-dir', data);
  expect(JSON.parse(looked.stdout)).toMatchObject({
    shards: 0,
    trainings: 0,
    refused: [],
    analysesLeft: [],
    reports: [1, 2].map((number) => ({ shard: { number }, status: 'done', planned: 5, merged: 5 })),
  });
  const again = await ticket('resubmit', out, '--data-dir', data);
  expect(again.stdout).toContain('2 shards: 2 done.');
});

it('a plan that is cancelled runs no further shard, and is not run twice before', async () => {
  const [out, data] = [path.join(scratch, 'cancel'), path.join(scratch, 'cancel-data')];
  const { child, ended } = startTicket([
    ...['submit', '--out', out, ...settings(100_000), '--data-dir', data],
  ]);
  // It ends its shards; otherwise they would train for long if this fails before they are cancelled.
  onTestFinished(() => {
    child.kill('SIGTERM');
  });
  while (readState(out, 1)?.state !== 'running') await wait(50);
  const twice = await ticket('resubmit', out, '--data-dir', data);
  expect(twice).toMatchObject({ code: 1 });
  expect(twice.stderr).toMatch(/process \d+ on .* runs the shards of this plan/);

  const cancelled = await ticket('cancel', out, '--data-dir', data);
  expect(cancelled.stderr).toContain('Stopped 2 processes here.');
  expect((await ended).code).not.toBe(0);
  expect(readState(out, 1)?.state).toBe('stopped');
  expect(readState(out, 2)).toBeUndefined();
  const looked = await ticket('jobs', out, '--json', '--data-dir', data);
  expect(JSON.parse(looked.stdout)).toMatchObject({
    reports: [{ status: 'stopped' }, { status: 'waiting' }],
  });
});

it('a stranger that has the id of a killed command is not stopped, and holds nothing', async () => {
  const [out, data] = [path.join(scratch, 'stale'), path.join(scratch, 'stale-data')];
  await ticket('plan', '--out', out, ...settings(), '--data-dir', data);
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    const named = { ...thisProcess(), processId: stranger.pid, started: 'before' };
    writeFileSync(path.join(out, 'running.json'), JSON.stringify(named));
    const cancelled = await ticket('cancel', out, '--data-dir', data);
    expect(cancelled.stderr).toContain('No shard of this plan was running.');
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    const run = await ticket('resubmit', out, '--processes', '2', '--data-dir', data);
    expect(run.stdout).toContain('2 shards: 2 done.');
  } finally {
    stranger.kill('SIGKILL');
  }
});

it.skipIf(thisProcess().started === undefined)(
  'a silent shard whose process lives here is not run again, and is cancelled',
  async () => {
    const [out, data] = [path.join(scratch, 'silent'), path.join(scratch, 'silent-data')];
    await ticket('plan', '--out', out, ...settings(), '--data-dir', data);
    const live = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      const processId = live.pid!;
      sayState(out, 1, { processId, started: startOf(processId), updatedAt: 1 });
      const run = await ticket('resubmit', out, '--data-dir', data);
      expect(run.stderr).toContain(
        `Left out: shard 1 is silent, but its process ${processId} still runs here.`,
      );
      expect(run.stdout).toContain('2 shards: 1 silent, 1 done.');
      const ended = once(live, 'exit');
      const cancelled = await ticket('cancel', out, '--data-dir', data);
      expect(cancelled.stderr).toContain('Stopped 1 process here.');
      expect(await ended).toEqual([null, 'SIGTERM']);
    } finally {
      live.kill('SIGKILL');
    }
  },
);

it.skipIf(thisProcess().started === undefined)(
  'what runs here is cancelled though Slurm does not answer',
  async () => {
    const [out, data] = [
      path.join(scratch, 'silent-slurm'),
      path.join(scratch, 'silent-slurm-data'),
    ];
    await ticket('plan', '--out', out, ...settings(), '--data-dir', data);
    mkdirSync(path.join(out, 'slurm'));
    const jobs = [{ job: '12', numbers: [1, 2], isMerge: false }];
    writeFileSync(path.join(out, 'slurm', 'jobs.json'), JSON.stringify(jobs));
    const { child, named } = startSleeper();
    sayState(out, 1, named);
    const ended = once(child, 'exit');
    // There is no squeue in that folder.
    const cancel = startTicket(['cancel', out, '--data-dir', data], { PATH: scratch });
    const { code, stderr } = await cancel.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Stopped 1 process here.');
    expect(stderr).toContain("Slurm's squeue failed");
    expect(await ended).toEqual([null, 'SIGTERM']);
  },
);

it('what runs through a command is continued through that command', async () => {
  const [out, data] = [path.join(scratch, 'fails'), path.join(scratch, 'fails-data')];
  const place = ['--on', 'command', '--template', 'false {command}'];
  const failed = await ticket(
    ...['submit', ...place, '--out', out, ...settings(), '--data-dir', data],
  );
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('2 shards of 2 failed: 1, 2');
  const command = `ticket resubmit ${out} --on command --template 'false {command}' --data-dir ${data}`;
  expect(failed.stderr).toContain(command);
  const looked = await ticket('jobs', out, '--strict', '--data-dir', data);
  expect(looked.stderr).toContain(command);
  expect(looked.stdout).toContain('2 shards: 2 waiting.');
  const again = await ticket('resubmit', out, '--dry-run', '--data-dir', data);
  expect(again.stdout).toMatch(/^false .* run-shard .* 1 /);
  const here = await ticket('resubmit', out, '--on', 'local', '--dry-run', '--data-dir', data);
  expect(here.stdout).toMatch(/^\/.* run-shard .* 1 /);
});
