/** What keeps a queued search from starting. */
import type { Client } from '../../shared/contract/client.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';

/** The one that has begun, where there are several. */
export type SearchAhead = 'running' | 'queued' | 'paused';

/**
 * @param active the searches of the queue. A paused one that has begun keeps its place; one that has not
 *   begun lets others pass.
 * @returns undefined if nothing is ahead.
 */
export async function searchAhead(
  client: Pick<Client, 'call'>,
  row: SearchRow,
  active: readonly SearchRow[],
): Promise<SearchAhead | undefined> {
  const others = active.filter(({ id }) => id !== row.id);
  if (others.some(({ state }) => state === 'running')) return 'running';
  for (const { id, state } of others) {
    if (state === 'paused' && (await client.call('search.get', { id })).live) return 'paused';
  }
  const isEarlier = ({ state, createdAt }: SearchRow): boolean =>
    state === 'queued' && createdAt <= row.createdAt;
  return others.some(isEarlier) ? 'queued' : undefined;
}
