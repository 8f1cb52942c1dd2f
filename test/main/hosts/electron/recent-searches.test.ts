import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient } from '../../../../src/shared/contract/client.ts';
import { RecentSearches } from '../../../../src/main/hosts/electron/recent-searches.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function recentSearches() {
  const asked: unknown[] = [];
  let rows: readonly { id: string; name: string }[] = [];
  let isLost = false;
  const client = createClient({
    invoke: (name, input) => {
      asked.push([name, input]);
      return Promise.resolve(
        isLost
          ? { ok: false, error: { code: 'unavailable', message: 'it is away' } }
          : { ok: true, value: { rows, total: rows.length } },
      );
    },
    subscribe: () => () => undefined,
  });
  const onChange = vi.fn();
  return {
    recent: new RecentSearches(client, onChange),
    asked,
    onChange,
    setRows: (names: readonly string[]) => {
      rows = names.map((name) => ({ id: name, name }));
    },
    lose: () => {
      isLost = true;
    },
  };
}

it('reads the newest searches once for a burst of changes', async () => {
  const { recent, asked, onChange, setRows } = recentSearches();
  setRows(['b', 'a']);
  for (let change = 0; change < 5; change += 1) recent.readSoon();
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toEqual([['search.list', { limit: 10 }]]);
  expect(recent.rows.map(({ name }) => name)).toEqual(['b', 'a']);
  expect(onChange).toHaveBeenCalledTimes(1);
});

it('tells of a change of names or order, and of nothing else', async () => {
  const { recent, onChange, setRows } = recentSearches();
  setRows(['a']);
  await recent.read();
  await recent.read();
  expect(onChange).toHaveBeenCalledTimes(1);
  setRows(['b', 'a']);
  await recent.read();
  expect(onChange).toHaveBeenCalledTimes(2);
});

it('keeps the list while the workbench is away, and reads it again later', async () => {
  const { recent, asked, setRows, lose } = recentSearches();
  setRows(['a']);
  await recent.read();
  lose();
  recent.readSoon();
  await vi.advanceTimersByTimeAsync(500);
  expect(recent.rows.map(({ name }) => name)).toEqual(['a']);
  recent.readSoon();
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toHaveLength(3);
});
