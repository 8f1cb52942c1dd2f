/** What a job array of Slurm gets: options, over those of a profile file. */
import type { Command } from 'commander';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  readProfile,
  type SlurmProfile,
  slurmProfileSchema,
  WARNING_SECONDS,
} from '../../workbench/cluster/slurm.ts';
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
      'for Slurm: JSON file with any of these: {"partition": "long", "cpus": 4, "arrayLimit": 50}; by default what the plan was submitted with last',
      userPath,
    );
}

/**
 * @param last what shards of the plan were submitted with last, unless a profile file replaces it.
 * @throws WorkbenchError `invalid-argument` for a profile that can't be read, or a time limit within which a
 *   shard could do nothing.
 */
export function slurmProfile(options: SlurmOptions, last: SlurmProfile = {}): SlurmProfile {
  const { profile, ...rest } = options;
  const own = Object.fromEntries(
    Object.keys(slurmProfileSchema.shape).flatMap((key) => {
      const value = rest[key as keyof typeof rest];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const chosen = slurmProfileSchema.parse({
    ...(profile === undefined ? last : readProfile(profile)),
    ...own,
  });
  if (chosen.time !== undefined) checkTimeLimit(chosen.time);
  return chosen;
}

/** Slurm may warn a minute earlier than it is told to. A shard that is warned at once would begin again for ever. */
const LEAST_SECONDS = WARNING_SECONDS + 60;

function checkTimeLimit(limit: string): void {
  const seconds = secondsOf(limit);
  // To Slurm, 0 is no limit.
  if (seconds === undefined || seconds === 0 || seconds > LEAST_SECONDS) return;
  throw new WorkbenchError(
    'invalid-argument',
    `Slurm reads the time limit ${limit} as ${seconds} seconds; expected more than ${LEAST_SECONDS}, because a shard is told to stop ${WARNING_SECONDS} seconds before its end`,
    'Give it as HOURS:MINUTES:SECONDS, such as --time 2:00:00.',
  );
}

/**
 * A time limit as Slurm reads it; undefined for one that is no number, such as `UNLIMITED`.
 *
 * @see https://slurm.schedmd.com/sbatch.html#OPT_time
 */
function secondsOf(limit: string): number | undefined {
  const [, days, clock] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(limit) ?? [];
  if (clock === undefined) return undefined;
  const [first = 0, second = 0, third] = clock.split(':').map(Number);
  if (days !== undefined) {
    return ((Number(days) * 24 + first) * 60 + second) * 60 + (third ?? 0);
  }
  return third === undefined ? first * 60 + second : (first * 60 + second) * 60 + third;
}
