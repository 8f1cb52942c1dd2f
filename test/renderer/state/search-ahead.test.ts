import { expect, it, vi } from 'vitest';
import type { Client } from '../../../src/shared/contract/client.ts';
import type { SearchRow } from '../../../src/shared/contract/records/search-rows.ts';
import { searchAhead } from '../../../src/renderer/state/search-ahead.ts';

const row = (id: string, state: SearchRow['state'], createdAt: number) =>
  ({ id, state, createdAt }) as SearchRow;
const OWN = row('own', 'queued', 5);

/** Whose searches with these ids have begun. */
function clientWith(...begun: string[]): Pick<Client, 'call'> {
  const call = vi.fn((_name: string, { id }: { readonly id: string }) =>
    Promise.resolve({ live: begun.includes(id) ? {} : undefined }),
  );
  return { call } as unknown as Pick<Client, 'call'>;
}

it.each([
  ['nothing', [], undefined],
  ['a search that runs', [row('a', 'running', 9)], 'running'],
  ['one that was queued before', [row('a', 'queued', 1)], 'queued'],
  ['none that was queued later', [row('a', 'queued', 9)], undefined],
  ['one that is paused and has begun', [row('begun', 'paused', 9)], 'paused'],
  ['none that is paused and has not begun', [row('a', 'paused', 1)], undefined],
])('a queued search waits for %s', async (_, others, expected) => {
  expect(await searchAhead(clientWith('begun'), OWN, [OWN, ...others])).toBe(expected);
});
