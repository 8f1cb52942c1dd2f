/**
 * The plans whose searches are in this data directory and that the window looks at: where their folders are.
 * They are kept with what windows remember, so a backup has them, too; windows can't set such keys.
 */
import { z } from 'zod';
import type { Json } from '../../../shared/contract/json.ts';
import type { Store } from '../../store/store.ts';

const PREFIX = 'workbench:plan:';

/** Older ones are forgotten: a plan that is done is of no use here. */
const MOST_PLANS = 100;

export interface RememberedPlan {
  /** Absolute. */
  readonly folder: string;
  /** The command that its shards were last run through; undefined for other places. */
  readonly template?: string | undefined;
}

/** Without a template, and in earlier versions, it is only the folder. */
const storedSchema = z.union([
  z.string().transform((folder): RememberedPlan => ({ folder })),
  z.object({ folder: z.string(), template: z.string() }),
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
  { folder, template }: RememberedPlan,
): void {
  const known = rememberedPlans(store);
  const before = known.get(searchId);
  if (before?.folder === folder && before.template === template) return;
  const others = [...known.keys()].filter((id) => id !== searchId);
  for (const id of others.slice(0, Math.max(0, others.length + 1 - MOST_PLANS))) {
    forgetPlan(store, id);
  }
  const value: Json = template === undefined ? folder : { folder, template };
  store.preferences.set(`${PREFIX}${searchId}`, value);
}

export function forgetPlan(store: Store, searchId: string): void {
  store.preferences.set(`${PREFIX}${searchId}`, null);
}
