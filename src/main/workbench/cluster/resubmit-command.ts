import { usualDataDirectory } from '../data-directory.ts';
import { quoted } from './processes.ts';

/** The command that runs what is missing of a plan, where its shards were run last; ready to be copied. */
export function resubmitCommand({
  folder,
  template,
  isOnSlurm,
  directory,
}: {
  readonly folder: string;
  /** The command that shards were run through, if there was one. */
  readonly template: string | undefined;
  readonly isOnSlurm: boolean;
  /** The data directory that has the searches. */
  readonly directory: string;
}): string {
  const onSlurm = isOnSlurm ? ['--on', 'slurm'] : [];
  return [
    ...['ticket', 'resubmit', folder],
    ...(template === undefined ? onSlurm : ['--on', 'command', '--template', template]),
    ...(directory === usualDataDirectory() ? [] : ['--data-dir', directory]),
  ]
    .map(quoted)
    .join(' ');
}
