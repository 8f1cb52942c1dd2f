import type { TrainingRow } from '../../shared/contract/records.ts';
import type { TimedTraining } from '../../shared/domain/training-cost.ts';

/** The finished ones of a search's trainings, with what they took. */
export function timedTrainings(rows: readonly TrainingRow[]): TimedTraining[] {
  return rows.flatMap(({ key, outcome }) => (outcome ? [{ key, ...outcome }] : []));
}
