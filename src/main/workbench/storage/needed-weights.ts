/** Whether what is asked of a search needs weights of it that were dropped. */
import type { AnalysisUnit } from '../../../shared/domain/analysis.ts';
import { prerequisiteOf } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { nameOfTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import { branchDefinition } from '../../engine/lottery/branches/index.ts';
import { rewindOf } from '../../engine/lottery/rewinds/index.ts';
import { droppedError } from '../../store/dropped-weights.ts';
import type { Store } from '../../store/store.ts';

/** @throws WorkbenchError `not-found` if a unit reads weights that were dropped. */
export function checkUnitsHaveWeights(
  store: Store,
  searchId: string,
  analysis: string,
  units: readonly AnalysisUnit[],
): void {
  const at = store.droppedWeights.at(searchId);
  if (at === undefined) return;
  const stored = store.trainings.storedArrays(searchId);
  const isDropped = ({ key, array }: AnalysisUnit['needs'][number]): boolean => {
    const arrays = stored.get(nameOfTraining(key));
    return arrays !== undefined && array !== 'next-mask' && !arrays.has(array);
  };
  if (!units.some(({ needs }) => needs.some(isDropped))) return;
  throw droppedError(`the weights that ${analysis} needs`, at);
}

/**
 * Branches that begin at the initial weights, and other replicates, follow from masks and seeds. All
 * other trainings that are added begin where an earlier one ended.
 *
 * @throws WorkbenchError `not-found` if such weights were dropped.
 */
export function checkTrainingsHaveWeights(
  store: Store,
  searchId: string,
  settings: Settings,
  added: readonly TrainingKey[],
): void {
  const at = store.droppedWeights.at(searchId);
  if (at === undefined) return;
  const stored = store.trainings.storedArrays(searchId);
  const isBlocked = (key: TrainingKey): boolean => {
    const before = prerequisiteOf(key);
    const arrays = before && stored.get(nameOfTraining(before));
    if (!arrays || arrays.has('final-weights')) return false;
    return !arrays.has('next-mask') || beginsAtTrained(settings, key);
  };
  const blocked = added.find(isBlocked);
  if (!blocked) return;
  throw droppedError(
    `the weights that level ${blocked.level} of branch ${blocked.branch} begins with`,
    at,
    'Add replicates, which follow from their seeds, or run the search again with these settings.',
  );
}

function beginsAtTrained(settings: Settings, key: TrainingKey): boolean {
  return (
    settings.rewind.iteration > 0 ||
    rewindOf(settings).keepsTrainedWeights ||
    branchDefinition(settings, key.branch)?.needsTrainedWeights === true
  );
}
