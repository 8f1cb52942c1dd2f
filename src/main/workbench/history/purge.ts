import type { Store } from '../../store/store.ts';

/** How long a deleted search can be restored. */
export const DELETED_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;

/** Deletes for good what was marked as deleted long enough ago. */
export function purgeDeleted(store: Store, now: number): void {
  for (const id of store.history.deletedBefore(now - DELETED_MILLISECONDS))
    store.searches.delete(id);
}
