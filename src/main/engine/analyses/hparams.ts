/** Settings that several analyses share. */
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Settings } from '../../../shared/domain/settings.ts';

export const levelsHparam = z
  .array(z.int().min(0))
  .min(1)
  .refine((levels) => new Set(levels).size === levels.length, {
    error: 'a list that names each level once',
  })
  .optional()
  .meta({ title: 'Levels', description: 'Which levels; every one if left out. 0 is dense.' });

/**
 * The levels asked for, ascending; all from `first` on if none were named.
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

/** `replicate 1, level 3` */
export function placeName({ replicate, level }: { replicate: number; level: number }): string {
  return `replicate ${replicate + 1}, level ${level}`;
}

export const replicatesHparam = z.int().min(1).optional().meta({
  title: 'Replicates',
  description: 'The first so many; all of them if left out.',
});

/** @throws WorkbenchError `invalid-settings` for more than the search has. */
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
