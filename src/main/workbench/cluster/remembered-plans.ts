/**
 * The plans whose searches are in this data directory and that the window looks at: where their folders are.
 * They are kept with what windows remember, so a backup has them, too; windows can't set such keys.
 */
import { statSync } from 'node:fs';
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
  /** The ids that its searches were planned with; undefined while none was here since it was last remembered. */
  readonly searchIds?: readonly string[] | undefined;
}

/** Where only the folder is known, it is a string. Earlier versions named a template without its place. */
const storedSchema = z.union([
  z.string().transform((folder): RememberedPlan => ({ folder })),
  z
    .object({
      folder: z.string(),
      on: z.enum(PLACES).optional(),
      template: z.string().optional(),
      searchIds: z.array(z.string()).optional(),
    })
    .transform(({ folder, on, template, searchIds }): RememberedPlan => {
      const place = on ?? (template === undefined ? undefined : 'command');
      return { folder, lastRun: place && { on: place, template }, searchIds };
    }),
]);

/** By the id of each plan's first search; the oldest first. */
export function rememberedPlans(store: Store): Map<string, RememberedPlan> {
  const all = Object.entries(store.preferences.all()).flatMap(([key, value]) => {
    if (!key.startsWith(PREFIX)) return [];
    const plan = planFrom(value);
    return plan ? [[key.slice(PREFIX.length), plan] as const] : [];
  });
  // An id begins with the day and the time.
  return new Map(all.toSorted(([one], [other]) => one.localeCompare(other)));
}

/** @param searchId of the plan's first search. */
export function rememberedPlan(store: Store, searchId: string): RememberedPlan | undefined {
  return planFrom(store.preferences.get(`${PREFIX}${searchId}`));
}

/**
 * @param searchId of the plan's first search.
 * @param plan it replaces the one before.
 * @throws WorkbenchError `conflict` if there are too many preferences.
 */
export function rememberPlan(store: Store, searchId: string, plan: RememberedPlan): void {
  const value = storedForm(plan);
  const key = `${PREFIX}${searchId}`;
  if (isDeepStrictEqual(store.preferences.get(key), value)) return;
  const others = [...rememberedPlans(store).keys()].filter((id) => id !== searchId);
  for (const id of others.slice(0, Math.max(0, others.length + 1 - MOST_PLANS))) {
    forgetPlan(store, id);
  }
  store.preferences.set(key, value);
}

/**
 * Remembers which searches a plan has, now that any of them is here. A plan that was forgotten meanwhile stays so.
 *
 * @param searchId of the plan's first search.
 */
export function rememberSearches(
  store: Store,
  searchId: string,
  searchIds: readonly string[],
): void {
  store.preferences.change(`${PREFIX}${searchId}`, (value) => {
    const plan = planFrom(value);
    return plan ? storedForm({ ...plan, searchIds }) : null;
  });
}

/**
 * Whether nothing of a plan is left: none of its searches is stored, not even in the trash, and they were here,
 * or its folder is gone. A plan of which nothing was here yet is not gone as long as its folder is there: its
 * shards may not have published anything.
 *
 * @param searchId of the plan's first search.
 */
export function isPlanGone(store: Store, searchId: string): boolean {
  const plan = rememberedPlan(store, searchId);
  return plan !== undefined && isGone(store, searchId, plan);
}

/**
 * Forgets a plan if it is gone.
 *
 * @param searchId of the plan's first search.
 */
export function forgetIfGone(store: Store, searchId: string): void {
  const gone = rememberedPlan(store, searchId);
  // The disk of its folder may not answer, and others can't write during a transaction.
  if (!gone || !isGone(store, searchId, gone)) return;
  store.preferences.change(`${PREFIX}${searchId}`, (value = null) => {
    // A command may have run it again meanwhile.
    const isAsBefore = isDeepStrictEqual(planFrom(value), gone);
    return isAsBefore && !isAnyStored(store, searchId, gone) ? null : value;
  });
}

export function forgetPlan(store: Store, searchId: string): void {
  store.preferences.set(`${PREFIX}${searchId}`, null);
}

function isGone(store: Store, searchId: string, plan: RememberedPlan): boolean {
  if (isAnyStored(store, searchId, plan)) return false;
  return plan.searchIds !== undefined || isFolderGone(plan.folder);
}

/** Where it is not known which searches a plan has, at least its first one is. */
const isAnyStored = (
  store: Store,
  searchId: string,
  { searchIds = [searchId] }: RememberedPlan,
): boolean => store.mergedBundles.isAnyStored(searchIds);

/** One that can't be looked at may still be there. */
function isFolderGone(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

const planFrom = (value: Json | undefined): RememberedPlan | undefined =>
  storedSchema.safeParse(value).data;

function storedForm({ folder, lastRun, searchIds }: RememberedPlan): Json {
  if (!lastRun && !searchIds) return folder;
  const { on, template } = lastRun ?? {};
  return {
    folder,
    ...(on !== undefined && { on }),
    ...(template !== undefined && { template }),
    ...(searchIds && { searchIds }),
  };
}
