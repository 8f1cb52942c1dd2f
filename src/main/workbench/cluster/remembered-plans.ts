/**
 * The plans whose searches are in this data directory and that the window looks at: where their folders are.
 * They are kept with what windows remember, so a backup has them, too; windows can't set such keys.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Json } from '../../../shared/contract/json.ts';
import type { Store } from '../../store/store.ts';
import { type LastRun, PLACES } from './places.ts';

const PREFIX = 'workbench:plan:';

/** Older ones are forgotten: a plan that is done is of no use here. */
const MOST_PLANS = 100;

export interface RememberedPlan {
  /** Absolute. */
  readonly folder: string;
  /** Undefined if its shards were not run from here. */
  readonly lastRun?: LastRun | undefined;
}

/** A plan whose shards were not run from here is only its folder. Earlier versions named no place. */
const storedSchema = z.union([
  z.string().transform((folder): RememberedPlan => ({ folder })),
  z
    .object({
      folder: z.string(),
      on: z.enum(PLACES).default('command'),
      template: z.string().optional(),
    })
    .transform(({ folder, ...lastRun }): RememberedPlan => ({ folder, lastRun })),
]);

/** By the id of each plan's first search; the oldest first. */
export function rememberedPlans(store: Store): Map<string, RememberedPlan> {
  const all = Object.entries(store.preferences.all()).flatMap(([key, value]) => {
    if (!key.startsWith(PREFIX)) return [];
    const { data } = storedSchema.safeParse(value);
    return data ? [[key.slice(PREFIX.length), data] as const] : [];
  });
  // An id begins with the day and the time.
  return new Map(all.toSorted(([one], [other]) => one.localeCompare(other)));
}

/**
 * @param searchId of the plan's first search.
 * @param plan it replaces the one before.
 * @throws WorkbenchError `conflict` if there are too many preferences.
 */
export function rememberPlan(
  store: Store,
  searchId: string,
  { folder, lastRun }: RememberedPlan,
): void {
  const { on, template } = lastRun ?? {};
  const value: Json =
    on === undefined ? folder : { folder, on, ...(template !== undefined && { template }) };
  const key = `${PREFIX}${searchId}`;
  if (isDeepStrictEqual(store.preferences.all()[key], value)) return;
  const others = [...rememberedPlans(store).keys()].filter((id) => id !== searchId);
  for (const id of others.slice(0, Math.max(0, others.length + 1 - MOST_PLANS))) {
    forgetPlan(store, id);
  }
  store.preferences.set(key, value);
}

export function forgetPlan(store: Store, searchId: string): void {
  store.preferences.set(`${PREFIX}${searchId}`, null);
}
