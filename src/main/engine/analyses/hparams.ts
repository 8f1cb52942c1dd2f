/** Settings that several analyses share. */
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TrainingPlace } from '../../../shared/domain/analysis.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { transferNames } from '../../../shared/domain/transfer.ts';

export const levelsHparam = z
  .array(z.int().min(0))
  .min(1)
  .refine((levels) => new Set(levels).size === levels.length, {
    error: 'a list that names each level once',
  })
  .optional()
  .meta({ title: 'Levels', description: 'Levels to analyse; 0 is dense. By default all levels.' });

/**
 * The chosen levels, ascending; all from `first` on if none are chosen.
 *
 * @throws WorkbenchError `invalid-settings` for a level that the search lacks.
 */
export function chosenLevels(
  analysis: string,
  levels: readonly number[] | undefined,
  { pruning }: Settings,
  first = 0,
): number[] {
  const every = Array.from({ length: pruning.levels + 1 - first }, (_, index) => index + first);
  if (levels === undefined) return every;
  const missing = levels.find((level) => !every.includes(level));
  if (missing === undefined) return levels.toSorted((one, other) => one - other);
  throw new WorkbenchError(
    'invalid-settings',
    `${analysis}: levels has ${missing}; expected levels from ${first} to ${pruning.levels}`,
  );
}

export function replicatesOf({ replicates }: Settings): number[] {
  return Array.from({ length: replicates.count }, (_, replicate) => replicate);
}

/** `replicate 1, level 3`, and the branch if it is not the ticket. */
export function placeName({ replicate, level, branch }: TrainingPlace): string {
  const ticket = `replicate ${replicate + 1}, level ${level}`;
  return branch === undefined ? ticket : `${ticket}, ${branch}`;
}

export const branchesHparam = z
  .array(z.string())
  .min(1)
  .refine((branches) => new Set(branches).size === branches.length, {
    error: 'a list that names each branch once',
  })
  .optional()
  .meta({
    title: 'Branches',
    description: 'Ticket or branches of the search to analyse. By default the ticket only.',
  });

/**
 * The trainings of a replicate, level by level. Most branches lack level 0, and some lack other
 * levels.
 *
 * @throws WorkbenchError `invalid-settings` for a branch that the search lacks, that trains none of
 *   the levels, or that trains another network (a transfer).
 */
export function trainingPlaces(
  analysis: string,
  branches: readonly string[] = [TICKET_BRANCH],
  levels: readonly number[],
  settings: Settings,
): Omit<TrainingPlace, 'replicate'>[] {
  const transfers = transferNames(settings);
  const known = [TICKET_BRANCH, ...branchNames(settings)].filter(
    (branch) => !transfers.includes(branch),
  );
  const planned = plannedTrainings(settings).filter(
    ({ replicate, level }) => replicate === 0 && levels.includes(level),
  );
  for (const branch of branches) {
    const isKnown = known.includes(branch);
    if (isKnown && planned.some((key) => key.branch === branch)) continue;
    throw new WorkbenchError(
      'invalid-settings',
      isKnown
        ? `${analysis}: branches has ${branch}, which trains none of the levels ${levels.join(', ')}`
        : `${analysis}: branches has ${branch}; expected one of ${known.join(', ')}`,
    );
  }
  return planned
    .filter(({ branch }) => branches.includes(branch))
    .map(({ level, branch }) => (branch === TICKET_BRANCH ? { level } : { level, branch }));
}

export const replicatesHparam = z.int().min(1).optional().meta({
  title: 'Replicates',
  description: 'Analyse only the first replicates, up to this number. By default all of them.',
});

/** @throws WorkbenchError `invalid-settings` for more replicates than the search has. */
export function firstReplicates(
  analysis: string,
  count: number | undefined,
  settings: Settings,
): number[] {
  const every = replicatesOf(settings);
  if (count === undefined || count <= every.length) return every.slice(0, count);
  throw new WorkbenchError(
    'invalid-settings',
    `${analysis}: replicates is ${count}; expected at most ${every.length}, as the search has`,
  );
}
