/**
 * The plans whose searches are in this data directory and that the window looks at: where their folders are.
 * They are kept with what windows remember, so a backup has them, too; windows can't set such keys.
 */
import type { Store } from '../../store/store.ts';

const PREFIX = 'workbench:plan:';

/** Older ones are forgotten: a plan that is done is of no use here. */
const MOST_PLANS = 100;

/** The folders, by the id of each plan's first search; the oldest first. */
export function rememberedPlans(store: Store): Map<string, string> {
  const all = Object.entries(store.preferences.all()).flatMap(([key, value]) =>
    key.startsWith(PREFIX) && typeof value === 'string'
      ? [[key.slice(PREFIX.length), value] as const]
      : [],
  );
  // An id begins with the day and the time.
  return new Map(all.toSorted(([one], [other]) => one.localeCompare(other)));
}

/** @param searchId of the plan's first search. @param folder absolute; it replaces the one before. */
export function rememberPlan(store: Store, searchId: string, folder: string): void {
  const known = rememberedPlans(store);
  if (known.get(searchId) === folder) return;
  const others = [...known.keys()].filter((id) => id !== searchId);
  for (const id of others.slice(0, Math.max(0, others.length + 1 - MOST_PLANS))) {
    forgetPlan(store, id);
  }
  store.preferences.set(`${PREFIX}${searchId}`, folder);
}

export function forgetPlan(store: Store, searchId: string): void {
  store.preferences.set(`${PREFIX}${searchId}`, null);
}
