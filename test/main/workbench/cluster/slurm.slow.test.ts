/** A sweep on a real Slurm that loses tasks in every way it knows, beside the same sweep run here. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ShardCounts } from '../../../../src/shared/contract/records/submissions.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { PlanWatch } from '../../../../src/main/workbench/cluster/plan-watch.ts';
import { readPlan } from '../../../../src/main/workbench/cluster/plan.ts';
import { lastProfile } from '../../../../src/main/workbench/cluster/slurm.ts';
import { readState, type ShardState } from '../../../../src/main/workbench/cluster/shard-files.ts';
import { startTicket } from '../../../support/command-line.ts';
import { resultsOf } from '../../../support/real-workbench.ts';
import { noSlurm, type RunningSlurm, startSlurm } from '../../../support/slurm.ts';

const reason = noSlurm();
if (reason !== undefined) console.log(`Skipped: the tests of Slurm, because ${reason}.`);

const SETTINGS = [
  ['dataset.id', 'two-moons'],
  ['architecture.id', 'mlp'],
  ['architecture.widths', '[12,8]'],
  ['training.iterations', '20000'],
  ['training.evaluateEvery', '500'],
  ['training.engine', 'sparse'],
  ['pruning.levels', '3'],
  ['replicates.count', '3'],
].flatMap(([key, value]) => ['--set', `${key}=${value}`]);
/** A shard trains for seconds. */
const JUST_MILLISECONDS = 700;
const SWEEP = ['--sweep', 'training.optimizer.learningRate=0.001,0.002,0.003'];

describe.skipIf(reason !== undefined)('a sweep on Slurm', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-slurm-'));
  // A name that the shell, sbatch and its patterns of files would split or replace.
  const folder = path.join(scratch, 'my plan, 100 %a');
  const data = path.join(scratch, 'data');
  const local = path.join(scratch, 'local');
  let slurm: RunningSlurm;

  const ticket = async (...args: readonly string[]) => {
    const ended = await startTicket(args, slurm.environment).ended;
    if (ended.code !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`);
    return ended;
  };
  const jobs = () => ticket('jobs', folder, '--data-dir', data);

  beforeAll(async () => {
    slurm = await startSlurm(path.join(scratch, 'slurm'));
  });
  afterAll(() => {
    try {
      slurm.stop();
    } finally {
      rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
    }
  });

  /** Follows the plan as a window does, but looks more often. */
  function startLooking() {
    vi.stubEnv('SLURM_CONF', slurm.environment['SLURM_CONF']);
    const store = Store.open(databaseFile(data));
    const id = readPlan(folder).searches[0]!.id;
    const seen: ShardCounts[] = [];
    const reasons = new Set<string>();
    const errors: unknown[] = [];
    const watch = new PlanWatch({
      store,
      onChanged: () => {
        seen.push(watch.countsOfPlan(id)!);
        for (const { status, reason } of watch.find(id)?.shards ?? []) {
          if (status === 'queued') reasons.add(reason);
        }
      },
      onProblem: (problem) => errors.push(problem),
      onError: (error) => errors.push(error),
    });
    const timer = setInterval(() => {
      watch.look();
    }, 300);
    onTestFinished(async () => {
      clearInterval(timer);
      await watch.close();
      store.close();
      vi.unstubAllEnvs();
      expect(errors).toEqual([]);
    });
    return { watch, id, seen, reasons };
  }

  /** A shard that has just begun, so that it does not end meanwhile. */
  async function begun(): Promise<ShardState> {
    for (;;) {
      for (const { number } of readPlan(folder).shards) {
        const state = readState(folder, number);
        if (state?.state !== 'running' || !isAlive(state.processId)) continue;
        if (Date.now() - state.startedAt < JUST_MILLISECONDS) return state;
      }
      await wait(50);
    }
  }

  /** Until no job of ours is left. */
  async function settled(): Promise<void> {
    while (slurm.run('squeue', '--noheader').trim() !== '') await wait(500);
  }

  it('has the bits of one that ran here, whatever became of its tasks', async () => {
    await ticket(
      ...['submit', 'slurm', '--out', folder, ...SETTINGS, ...SWEEP, '--data-dir', data],
      ...['--account', 'my group #1'],
    );
    expect(slurm.run('squeue', '--noheader', '--format=%a')).toContain('my group #1');
    const { watch, id, seen, reasons } = startLooking();

    // One node process stops for a while.
    const stopped = await begun();
    process.kill(stopped.processId, 'SIGSTOP');
    await wait(2000);
    process.kill(stopped.processId, 'SIGCONT');

    // More important work takes all cores: the tasks are preempted, and queued again.
    slurm.run(
      'sbatch',
      '--partition=urgent',
      '--cpus-per-task=2',
      '--output=/dev/null',
      '--wrap=sleep 2',
    );
    await wait(3000);

    // One is killed.
    process.kill((await begun()).processId, 'SIGKILL');
    await settled();

    // A window has merged meanwhile what was published, and knows what became of each shard.
    await vi.waitFor(
      () => {
        const ended = { total: 9, done: 8, running: 0, queued: 0, failed: 1 };
        expect(watch.countsOfPlan(id)).toEqual(ended);
      },
      { timeout: 60_000 },
    );
    expect(seen.some(({ running, queued }) => running > 0 && queued > 0)).toBe(true);
    expect(reasons).toContain('Resources');
    expect(watch.find(id)?.command).toContain(' --on slurm ');
    expect(watch.find(id)?.problem).toBeUndefined();

    const lost = await jobs();
    expect(lost.stdout).toMatch(/9 shards: .*8 done/s);
    const resubmitted = await ticket('resubmit', folder, '--data-dir', data);
    expect(resubmitted.stdout).toContain('Submitted 1 shard');
    await settled();
    expect((await jobs()).stdout).toContain('9 shards: 9 done.');
    expect((await jobs()).stdout).toContain('Nothing new was merged.');
    // Twice is harmless.
    const again = await ticket('resubmit', folder, '--on', 'slurm', '--data-dir', data);
    expect(again.stderr).toContain('No shard is left');
    // What was submitted again was given what the others were.
    expect(lastProfile(folder)).toEqual({ account: 'my group #1' });

    await vi.waitFor(
      () => {
        expect(watch.countsOfPlan(id)?.done).toBe(9);
      },
      { timeout: 60_000 },
    );
    expect(readFileSync(path.join(folder, 'logs', 'merge.log'), 'utf8')).toContain('9 shards: ');
    await ticket('sweep', ...SETTINGS, ...SWEEP, '--quiet', '--data-dir', local);
    expect(historyOf(data)).toEqual(historyOf(local));
  });

  it('is written as a batch script that is queued again before its time is over', async () => {
    const out = path.join(scratch, 'dry');
    const { stdout } = await ticket(
      ...['submit', 'slurm', '--dry-run', '--out', out, ...SETTINGS, '--data-dir', data],
      ...['--time', '1:00:00', '--array-limit', '2', '--setup', 'module load gcc'],
    );
    for (const line of [
      '#SBATCH --array=0-2%2',
      '#SBATCH --time=1:00:00',
      '#SBATCH --requeue',
      '#SBATCH --signal=B:USR1@120',
      'module load gcc',
      'numbers=(1 2 3)',
    ]) {
      expect(stdout).toContain(`${line}\n`);
    }
    expect(stdout).toContain('--kill-on-invalid-dep=yes');
    expect(slurm.run('squeue', '--noheader').trim()).toBe('');
  });
});

function isAlive(processId: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${processId}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The results of every search of the only sweep, in the order of its grid. */
function historyOf(directory: string): unknown[] {
  const store = Store.open(databaseFile(directory));
  try {
    const [sweep] = store.sweeps.summaries();
    return store.sweeps
      .members(sweep!.id)
      .map(({ searchId, values }) => ({ values, results: resultsOf(store, searchId) }));
  } finally {
    store.close();
  }
}
