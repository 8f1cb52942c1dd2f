/** What `--json` prints. */
import { isPlainObject } from '../src/shared/contract/json.ts';

/** The names of trainings in the events of `--json`, in which replicates are counted from 1. */
export function finishedIn(stdout: string): string[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const event: unknown = JSON.parse(line);
      if (!isPlainObject(event) || event['type'] !== 'training-finished') return [];
      const { key } = event;
      if (!isPlainObject(key)) return [];
      return [`${Number(key['replicate']) - 1}/${String(key['level'])}/${String(key['branch'])}`];
    });
}
