import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { countKeptPacked } from '../../shared/domain/mask.ts';
import { isPlanned } from '../../shared/domain/plan.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import {
  describeTraining,
  type Evaluation,
  leastValidationLoss,
} from '../../shared/domain/training.ts';
import type { StoredTraining } from '../../shared/domain/training-record.ts';

const ON_VALIDATION = [
  'iteration',
  'validationLoss',
  'validationAccuracy',
] as const satisfies readonly (keyof Evaluation)[];
const ON_TEST = ['testLoss', 'testAccuracy'] as const satisfies readonly (keyof Evaluation)[];

/** A training whose weights may have been dropped. */
export type CheckedTraining = Omit<StoredTraining, 'initialWeights' | 'finalWeights'> &
  Partial<Pick<StoredTraining, 'initialWeights' | 'finalWeights'>>;

/**
 * Rejects a training that the search did not plan, or that does not fit its network.
 *
 * @throws WorkbenchError `invalid-data`.
 */
export function checkTraining(
  searchId: string,
  settings: Settings,
  layout: ParameterLayout,
  training: CheckedTraining,
): void {
  const { key, keptCounts, evaluations, mask, nextMask, rewindPoint } = training;
  const { initialWeights, finalWeights } = training;
  const reject = (problem: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${describeTraining(key)} of the search ${searchId} can't be saved: ${problem}`,
    );
  };
  const checkLength = (what: string, length: number, expected: number): void => {
    if (length !== expected) reject(`${what} has ${length} entries, expected ${expected}`);
  };

  if (!isPlanned(settings, key)) reject('it is not part of the search');
  const maskBytes = Math.ceil(layout.prunableCount / 8);
  checkLength('the packed mask', mask.length, maskBytes);
  for (const [what, weights] of [
    ['the initial weights', initialWeights],
    ['the final weights', finalWeights],
    ['the rewind point', rewindPoint],
  ] as const) {
    if (weights) checkLength(what, weights.length, layout.parameterCount);
  }
  checkLength('the kept counts', keptCounts.length, layout.prunable.length);
  if (nextMask) checkLength('the next packed mask', nextMask.length, maskBytes);
  for (const { iteration, weights } of training.captured ?? []) {
    checkLength(`the weights of iteration ${iteration}`, weights.length, layout.parameterCount);
  }

  const kept = keptCounts.reduce((sum, count) => sum + count, 0);
  const inMask = countKeptPacked(mask);
  if (kept !== inMask) reject(`its counts keep ${kept} weights, but its mask keeps ${inMask}`);

  if (evaluations.length === 0) reject('it has no evaluations');
  const stopsAt = leastValidationLoss(evaluations).iteration;
  const endsAt = evaluations.at(-1)?.iteration;
  let previous = -1;
  for (const evaluation of evaluations) {
    const { iteration } = evaluation;
    if (iteration <= previous) reject(`iteration ${iteration} comes after iteration ${previous}`);
    previous = iteration;
    const isTested = ON_TEST.some((measure) => evaluation[measure] !== undefined);
    for (const measure of isTested ? [...ON_VALIDATION, ...ON_TEST] : ON_VALIDATION) {
      const value = evaluation[measure];
      if (!Number.isFinite(value)) reject(`${measure} is ${value} at iteration ${iteration}`);
    }
    // The verdict needs both.
    if (isTested) continue;
    if (iteration === stopsAt)
      reject(`its early stop, iteration ${iteration}, has no test accuracy`);
    if (iteration === endsAt) reject(`its end, iteration ${iteration}, has no test accuracy`);
  }
}
