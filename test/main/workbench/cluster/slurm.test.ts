import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  batchArguments,
  lastProfile,
  mergeArguments,
  slurmBatches,
  type SlurmRequest,
  submitToSlurm,
  submittedJobs,
} from '../../../../src/main/workbench/cluster/slurm.ts';
import { temporaryFolder } from '../../store/samples.ts';

const REQUEST: SlurmRequest = {
  folder: '/shared/plan',
  name: 'LeNet: 3 rates',
  numbers: [1, 2, 5],
  profile: {},
  dataDirectory: '/home/me/my data',
};

const MANY = Array.from({ length: 25 }, (_, index) => index + 1);

const textOf = (changes: Partial<SlurmRequest> = {}): string =>
  slurmBatches({ ...REQUEST, ...changes }, 1001)
    .map(({ text }) => text)
    .join('\n');

describe('the batch scripts of shards', () => {
  it('run each shard as a task of an array', () => {
    const text = textOf();
    expect(text).toContain('#SBATCH --array=0-2\n');
    expect(text).toContain('numbers=(1 2 5)\n');
    expect(text).toContain('#SBATCH --job-name=ticket-LeNet-3-rates\n');
    expect(text).toMatch(/run-shard \/shared\/plan "\$number" --workers/);
  });

  it('are cut into arrays that the cluster allows', () => {
    const batches = slurmBatches({ ...REQUEST, numbers: MANY }, 11);
    expect(batches.map((batch) => batch.numbers.length)).toEqual([10, 10, 5]);
    expect(batches.flatMap((batch) => batch.numbers)).toEqual(MANY);
    expect(new Set(batches.map(({ script }) => script)).size).toBe(3);
  });

  it('share how many shards run at the same time', () => {
    const limited = (arrayLimit: number) =>
      slurmBatches({ ...REQUEST, numbers: MANY, profile: { arrayLimit } }, 11);
    const arraysOf = (arrayLimit: number) =>
      limited(arrayLimit).map(({ text, after }) => [/--array=(.*)/.exec(text)?.[1], after]);
    expect(arraysOf(10)).toEqual([
      ['0-9%3', undefined],
      ['0-9%3', undefined],
      ['0-4%3', undefined],
    ]);
    // Fewer than there are arrays.
    expect(arraysOf(2)).toEqual([
      ['0-9%1', undefined],
      ['0-9%1', undefined],
      ['0-4%1', 0],
    ]);
    const last = limited(2)[2]!;
    expect(batchArguments(last, ['12', '13'])).toEqual([
      '--parsable',
      '--dependency=afterany:12',
      '--kill-on-invalid-dep=yes',
      last.script,
    ]);
  });

  it('end with what to do where Slurm has no arrays', () => {
    expect(() => slurmBatches(REQUEST, 0)).toThrow(/allows no job arrays/);
  });

  it('quote folders for the shell and values for sbatch, and refuse line breaks', () => {
    expect(textOf({ folder: '/my plans/it’s' })).toContain(`run-shard '/my plans/it’s' "$number"`);
    expect(textOf({ profile: { account: 'my "group" #1' } })).toContain(
      '#SBATCH "--account=my \\"group\\" #1"\n',
    );
    expect(() => textOf({ profile: { partition: 'long\nrm -rf' } })).toThrow(/line break/);
  });

  it('stop the task if its setup fails', () => {
    expect(textOf({ profile: { setup: 'module load gcc' } })).toContain(
      '{ module load gcc\n} || exit 1\n',
    );
  });

  it('are followed by a job that merges, however they ended', () => {
    const profile = { time: '1:00:00', mem: '4G', constraint: 'fast&large', cpus: 4 };
    const given = mergeArguments({ ...REQUEST, profile }, ['12', '13']);
    // Some clusters refuse jobs without them.
    for (const key of ['time', 'mem', 'constraint'] as const) {
      expect(given).toContain(`--${key}=${profile[key]}`);
    }
    expect(given).toContain('--dependency=afterany:12:13');
    expect(given).toContain('--kill-on-invalid-dep=yes');
    expect(given.at(-1)).toContain("--data-dir '/home/me/my data'");
  });
});

describe('shards that are submitted', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** A Slurm with arrays of at most ten tasks, and what its sbatch was given, one line a call. */
  function fakeSlurm(sbatch: string): () => string[] {
    const programs = temporaryFolder();
    const calls = path.join(programs, 'calls');
    for (const [name, text] of [
      ['scontrol', 'echo "MaxArraySize = 11"'],
      ['sbatch', `echo "$@" >> ${calls}\n${sbatch.replace('CALLS', calls)}`],
    ] as const) {
      writeFileSync(path.join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    vi.stubEnv('PATH', `${programs}${path.delimiter}${process.env['PATH'] ?? ''}`);
    return () => readFileSync(calls, 'utf8').trim().split('\n');
  }

  const profile = { partition: 'long', mem: '4G', arrayLimit: 2 };

  it('are one job an array, and one that merges; what they were given is kept for the next time', () => {
    const calls = fakeSlurm('echo $((100 + $(wc -l < CALLS)))');
    const folder = temporaryFolder();
    const jobs = submitToSlurm({ ...REQUEST, folder, numbers: MANY, profile });
    expect(jobs).toEqual(['101', '102', '103', '104']);
    expect(calls()).toEqual([
      expect.stringMatching(/^--parsable .*shards-1-10-10\.sh$/),
      expect.stringMatching(/^--parsable .*shards-11-20-10\.sh$/),
      expect.stringMatching(/^--parsable --dependency=afterany:101 .*shards-21-25-5\.sh$/),
      expect.stringContaining('--dependency=afterany:101:102:103 '),
    ]);
    expect(submittedJobs(folder).map(({ isMerge }) => isMerge)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(lastProfile(folder)).toEqual(profile);
  });

  it('are kept as far as Slurm took them, with what to do next', () => {
    fakeSlurm(`[ $(wc -l < CALLS) = 1 ] && echo 12 || { echo 'QOS limit' >&2; exit 1; }`);
    const folder = temporaryFolder();
    expect(() => submitToSlurm({ ...REQUEST, folder, numbers: MANY, profile })).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        message: expect.stringContaining('QOS limit') as string,
        hint: expect.stringContaining(`ticket resubmit ${folder} --on slurm`) as string,
      }),
    );
    expect(submittedJobs(folder)).toMatchObject([{ job: '12', numbers: MANY.slice(0, 10) }]);
    expect(lastProfile(folder)).toEqual(profile);
  });
});
