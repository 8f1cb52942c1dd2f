import { usualDataDirectory } from '../data-directory.ts';
import type { LastRun } from './places.ts';
import { quoted } from './processes.ts';

/** The command that runs what is missing of a plan, where its shards were run last; ready to be copied. */
export function resubmitCommand({
  folder,
  lastRun,
  isOnSlurm,
  directory,
}: {
  readonly folder: string;
  /** Undefined if it is not known how shards were run. */
  readonly lastRun: LastRun | undefined;
  /** Whether shards have been submitted to Slurm. */
  readonly isOnSlurm: boolean;
  /** The data directory that has the searches. */
  readonly directory: string;
}): string {
  const { on, template } = lastRun ?? { on: isOnSlurm ? 'slurm' : 'local' };
  return [
    ...['ticket', 'resubmit', folder],
    ...(on === 'local' ? [] : ['--on', on]),
    ...(template === undefined ? [] : ['--template', template]),
    ...(directory === usualDataDirectory() ? [] : ['--data-dir', directory]),
  ]
    .map(quoted)
    .join(' ');
}
