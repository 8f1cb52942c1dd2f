/** Which trainings a search consists of, and in which order they can run. */
import { branchNames } from './branch.ts';
import type { Settings } from './settings.ts';
import { transferNames } from './transfer.ts';
import { sameTraining, TICKET_BRANCH, type TrainingKey } from './training.ts';

/**
 * Every training of a search. The tickets of one replicate follow each other, because a level's mask
 * comes from the level before. Controls of a level need only that mask and run beside. Level 0 of a
 * transfer is the dense network on its target, which its tickets are compared with.
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

/** The training that leaves this one its mask; undefined for dense networks. */
export function prerequisiteOf(key: TrainingKey): TrainingKey | undefined {
  if (key.level === 0) return undefined;
  return { replicate: key.replicate, level: key.level - 1, branch: TICKET_BRANCH };
}

/** The iteration at which trainings of a level start: 0 for dense networks, else the rewind point. */
export function firstIteration({ rewind }: Settings, level: number): number {
  return level === 0 ? 0 : rewind.iteration;
}

/**
 * The training to start next: one whose mask is known, tickets before controls, low levels first.
 * Everything waits for the chain of tickets.
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

/** The lowest value goes first. */
export function urgencyOf({ level, branch }: TrainingKey): number {
  return (branch === TICKET_BRANCH ? 0 : 1_000_000) + level;
}
