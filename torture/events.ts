/** What `--json` prints. */
import { isPlainObject } from '../src/shared/contract/json.ts';

/** The names of trainings in the events of `--json`, in which replicates are counted from 1. */
export function finishedIn(stdout: string): string[] {
  return eventsIn(stdout).flatMap((event) => {
    const { key } = event;
    if (event['type'] !== 'training-finished' || !isPlainObject(key)) return [];
    return [`${Number(key['replicate']) - 1}/${String(key['level'])}/${String(key['branch'])}`];
  });
}

/** Whether a training continued from a checkpoint, and whether one was evaluated. */
export function progressIn(stdout: string): {
  readonly resumed: boolean;
  readonly evaluated: boolean;
} {
  const types = new Set(eventsIn(stdout).map(({ type }) => type));
  return { resumed: types.has('training-resumed'), evaluated: types.has('evaluation') };
}

/** As far as their lines are complete. */
function eventsIn(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
    .filter(isPlainObject);
}
