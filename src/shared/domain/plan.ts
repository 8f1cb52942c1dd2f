/** The trainings of a search, and the order in which they can run. */
import { branchNames } from './branch.ts';
import type { Settings } from './settings.ts';
import { transferNames } from './transfer.ts';
import { TICKET_BRANCH, type TrainingKey } from './training.ts';

/**
 * Every training of a search. The tickets of one replicate run one after another, because a level's
 * mask comes from the previous level. Branches of a level need only that mask, so they can run in
 * parallel. Level 0 of a transfer is the dense network on its target, with which its tickets are
 * compared.
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

/** How many `plannedTrainings` there are, without listing them: a bundle may plan a million. */
export function countPlanned(settings: Settings): number {
  const { replicates, pruning, branchLevels } = settings;
  const isPruned = (level: number): boolean => level > 0 && level <= pruning.levels;
  const branchedLevels = branchLevels
    ? new Set(branchLevels.filter(isPruned)).size
    : pruning.levels;
  const tickets = pruning.levels + 1;
  const branches = transferNames(settings).length + branchedLevels * branchNames(settings).length;
  return replicates.count * (tickets + branches);
}

/** Whether a training is one of `plannedTrainings`. All replicates are alike, so only one is checked. */
export function isPlanned(settings: Settings, { replicate, level, branch }: TrainingKey): boolean {
  const { replicates } = settings;
  if (!Number.isInteger(replicate) || replicate < 0 || replicate >= replicates.count) return false;
  const ofOne = plannedTrainings({ ...settings, replicates: { ...replicates, count: 1 } });
  return ofOne.some((planned) => planned.level === level && planned.branch === branch);
}

/** The training that provides this one's mask; undefined for dense networks. */
export function prerequisiteOf(key: TrainingKey): TrainingKey | undefined {
  if (key.level === 0) return undefined;
  return { replicate: key.replicate, level: key.level - 1, branch: TICKET_BRANCH };
}

/** The iteration at which trainings of a level start: 0 for dense networks, else the rewind point. */
export function firstIteration({ rewind }: Settings, level: number): number {
  return level === 0 ? 0 : rewind.iteration;
}

/** How urgent a training is; the lowest value goes first. Everything waits for the tickets. */
export function urgencyOf({ level, branch }: TrainingKey): number {
  return (branch === TICKET_BRANCH ? 0 : 1_000_000) + level;
}
