/** What a job array of Slurm gets: options, over those of a profile file. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { type SlurmProfile, slurmProfileSchema } from '../../workbench/cluster/slurm.ts';
import { userPath, wholeNumber } from './options.ts';

export interface SlurmOptions {
  readonly partition?: string;
  readonly time?: string;
  readonly cpus?: number;
  readonly mem?: string;
  readonly constraint?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly arrayLimit?: number;
  readonly setup?: string;
  readonly profile?: string;
}

export const SLURM_OPTIONS: readonly (keyof SlurmOptions)[] = [
  'profile',
  ...slurmProfileSchema.keyof().options,
];

export function withSlurmOptions(command: Command): Command {
  return command
    .option('--partition <name>', 'for Slurm: the partition')
    .option(
      '--time <limit>',
      'for Slurm: the time limit of a shard, 2:00:00; before it ends, the shard is queued again',
    )
    .option('--cpus <n>', 'for Slurm: cores of a shard', (text) => wholeNumber(text, 1))
    .option('--mem <size>', 'for Slurm: memory of a shard, 4G')
    .option('--constraint <features>', 'for Slurm: features of the nodes')
    .option('--account <name>', 'for Slurm: the account that pays')
    .option('--qos <name>', 'for Slurm: the quality of service')
    .option('--array-limit <n>', 'for Slurm: shards that run at the same time', (text) =>
      wholeNumber(text, 1),
    )
    .option('--setup <commands>', 'for Slurm: shell commands before each shard: "module load gcc"')
    .option(
      '--profile <file>',
      'for Slurm: JSON file with any of these: {"partition": "long", "cpus": 4, "arrayLimit": 50}',
      userPath,
    );
}

/** @throws WorkbenchError `invalid-argument` for a profile that can't be read. */
export function slurmProfile(options: SlurmOptions): SlurmProfile {
  const { profile, ...rest } = options;
  const own = Object.fromEntries(
    Object.keys(slurmProfileSchema.shape).flatMap((key) => {
      const value = rest[key as keyof typeof rest];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  return slurmProfileSchema.parse({
    ...(profile === undefined ? {} : readProfile(profile)),
    ...own,
  });
}

function readProfile(file: string): SlurmProfile {
  try {
    return slurmProfileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-argument',
      `the profile ${file} can't be read: ${messageOf(cause)}`,
      `Expected JSON with any of ${Object.keys(slurmProfileSchema.shape).join(', ')}.`,
      { cause },
    );
  }
}
