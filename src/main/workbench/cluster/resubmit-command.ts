import { usualDataDirectory } from '../data-directory.ts';
import type { LastRun } from './places.ts';
import { plugInWords, quoted } from './processes.ts';

/** The command that runs what is missing of a plan; ready to be copied. */
export function resubmitCommand({
  folder,
  lastRun: { on, template },
  directory,
}: {
  readonly folder: string;
  readonly lastRun: LastRun;
  /** The data directory that has the searches. */
  readonly directory: string;
}): string {
  return [
    ...['ticket', ...plugInWords(), 'resubmit', folder],
    ...(on === 'local' ? [] : ['--on', on]),
    ...(template === undefined ? [] : ['--template', template]),
    ...(directory === usualDataDirectory() ? [] : ['--data-dir', directory]),
  ]
    .map(quoted)
    .join(' ');
}
