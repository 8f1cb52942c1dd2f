import { describe, expect, it } from 'vitest';
import { logEntriesOf } from '../../../../src/main/workbench/running/log-entries.ts';

const started = (trainingsTotal: number, workers: number) =>
  logEntriesOf(
    { type: 'started', id: 'a', name: 'A', workers, trainingsDone: 0, trainingsTotal },
    0,
  ).map(({ message }) => message);

describe('the log', () => {
  it('counts in the singular, too', () => {
    expect(started(1, 1)).toEqual(['Started: 1 training on 1 worker.']);
    expect(started(10, 2)).toEqual(['Started: 10 trainings on 2 workers.']);
  });

  it('calls level 0 dense, and writes times like every table', () => {
    const [entry] = logEntriesOf(
      {
        type: 'training-finished',
        key: { replicate: 0, level: 0, branch: 'ticket' },
        density: 1,
        earlyStopIteration: 300,
        testAccuracy: 0.97,
        trainingMilliseconds: 320_000,
        evaluationMilliseconds: 2000,
      },
      0,
    );
    expect(entry?.message).toBe(
      'replicate 1, level 0, dense: density 100.00 %, early stop at 300, test accuracy 97.00 %, 5 min 22 s.',
    );
  });
});
