/** Small trainings to judge. */
import type { Evaluation, TrainingOutcome } from '../../../src/shared/domain/training.ts';

export interface OutcomeOptions {
  readonly replicate?: number;
  readonly level?: number;
  readonly branch?: string;
  readonly density?: number;
  /** The iteration of minimum validation loss. */
  readonly stop?: number;
  /** Test accuracy there; it is 0.1 before training and 0.5 everywhere else. */
  readonly accuracy?: number;
  readonly iterations?: number;
}

/** A training evaluated every 10 iterations whose validation loss is lowest, 0.1, at `stop`. */
export function outcome({
  replicate = 0,
  level = 0,
  branch = 'ticket',
  density = 1,
  stop = 300,
  accuracy = 0.97,
  iterations = 1000,
}: OutcomeOptions): TrainingOutcome {
  const evaluations: Evaluation[] = [];
  for (let iteration = 0; iteration <= iterations; iteration += 10) {
    const isStop = iteration === stop;
    evaluations.push({
      iteration,
      validationLoss: isStop ? 0.1 : 0.1 + Math.abs(iteration - stop) / 1000,
      validationAccuracy: 0.9,
      testLoss: 0.2,
      testAccuracy: isStop ? accuracy : iteration === 0 ? 0.1 : 0.5,
    });
  }
  return { key: { replicate, level, branch }, density, evaluations };
}
