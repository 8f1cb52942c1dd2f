import { describe, expect, it } from 'vitest';
import {
  mergeArguments,
  slurmBatches,
  type SlurmRequest,
} from '../../../../src/main/workbench/cluster/slurm.ts';

const REQUEST: SlurmRequest = {
  folder: '/shared/plan',
  name: 'LeNet: 3 rates',
  numbers: [1, 2, 5],
  profile: {},
  dataDirectory: '/home/me/my data',
};

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
    const numbers = Array.from({ length: 25 }, (_, index) => index + 1);
    const batches = slurmBatches({ ...REQUEST, numbers }, 11);
    expect(batches.map((batch) => batch.numbers.length)).toEqual([10, 10, 5]);
    expect(batches.flatMap((batch) => batch.numbers)).toEqual(numbers);
    expect(new Set(batches.map(({ script }) => script)).size).toBe(3);
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
    const given = mergeArguments(REQUEST, ['12', '13']);
    expect(given).toContain('--dependency=afterany:12:13');
    expect(given).toContain('--kill-on-invalid-dep=yes');
    expect(given.at(-1)).toContain("--data-dir '/home/me/my data'");
  });
});
