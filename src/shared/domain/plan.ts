import { branchNames } from './branch.ts';
import type { Settings } from './settings.ts';
import { transferNames } from './transfer.ts';
import { sameTraining, TICKET_BRANCH, type TrainingKey } from './training.ts';

/**
 * Every training of a search. Tickets of one replicate follow each other, because a level's mask
 * comes from the level before; controls of a level need that mask only and run beside. Level 0 of a
 * transfer is the dense network on its target, which transferred tickets are compared with.
 */
export function plannedTrainings(settings: Settings): TrainingKey[] {
  const keys: TrainingKey[] = [];
  const branches = branchNames(settings);
  const transfers = transferNames(settings);
  for (let replicate = 0; replicate < settings.replicates.count; replicate += 1) {
    for (let level = 0; level <= settings.pruning.levels; level += 1) {
      keys.push({ replicate, level, branch: TICKET_BRANCH });
      if (level === 0) for (const branch of transfers) keys.push({ replicate, level, branch });
      if (level === 0 || settings.branchLevels?.includes(level) === false) continue;
      for (const branch of branches) keys.push({ replicate, level, branch });
    }
  }
  return keys;
}

/** Whether a training is one of `plannedTrainings`. Replicates are alike, so that one is looked at. */
export function isPlanned(settings: Settings, { replicate, level, branch }: TrainingKey): boolean {
  const { replicates } = settings;
  if (!Number.isInteger(replicate) || replicate < 0 || replicate >= replicates.count) return false;
  const ofOne = plannedTrainings({ ...settings, replicates: { ...replicates, count: 1 } });
  return ofOne.some((planned) => planned.level === level && planned.branch === branch);
}

/** The training whose end gives this one its mask; undefined for dense networks. */
export function prerequisiteOf(key: TrainingKey): TrainingKey | undefined {
  if (key.level === 0) return undefined;
  return { replicate: key.replicate, level: key.level - 1, branch: TICKET_BRANCH };
}

/** The branch that is evaluated as it is. */
export const UNTRAINED_BRANCH = 'supermask';

/** The iterations between which a training runs: from the rewind point on, or from 0. */
export function spanOf(
  settings: Settings,
  key: TrainingKey,
): { readonly from: number; readonly to: number } {
  const from = key.level === 0 ? 0 : settings.rewind.iteration;
  return { from, to: key.branch === UNTRAINED_BRANCH ? from : settings.training.iterations };
}

/** Optimizer steps of a training. */
export function iterationsOf(settings: Settings, key: TrainingKey): number {
  const { from, to } = spanOf(settings, key);
  return to - from;
}

/**
 * The training to start next: one whose mask is known, tickets before controls and low levels
 * first, since the chain of tickets is what the whole search waits for.
 */
export function nextTraining(
  waiting: readonly TrainingKey[],
  finished: readonly TrainingKey[],
): TrainingKey | undefined {
  const isReady = (key: TrainingKey): boolean => {
    const prerequisite = prerequisiteOf(key);
    return prerequisite === undefined || finished.some((done) => sameTraining(done, prerequisite));
  };
  let best: TrainingKey | undefined;
  for (const key of waiting) {
    if (!isReady(key)) continue;
    if (best === undefined || urgencyOf(key) < urgencyOf(best)) best = key;
  }
  return best;
}

/** The least goes first. */
export function urgencyOf({ level, branch }: TrainingKey): number {
  return (branch === TICKET_BRANCH ? 0 : 1_000_000) + level;
}
