import { describe, expect, it } from 'vitest';
import {
  countFilters,
  EMPTY_FILTER,
  historyQueryFrom,
  historyQueryToJson,
} from '../../../src/renderer/state/history-query.ts';
import { shownColumns } from '../../../src/shared/history/columns.ts';

describe('what the history shows', () => {
  it('comes back as it was kept', () => {
    const query = {
      filter: { ...EMPTY_FILTER, text: 'lenet', states: ['finished' as const], tags: ['paper'] },
      sort: { column: 'verdict' as const, direction: 'ascending' as const },
    };
    expect(historyQueryFrom(historyQueryToJson(query))).toEqual(query);
  });

  it('comes back sorted by a setting', () => {
    const sort = {
      column: 'setting:training.batchSize' as const,
      direction: 'ascending' as const,
    };
    expect(historyQueryFrom(historyQueryToJson({ filter: EMPTY_FILTER, sort })).sort).toEqual(sort);
  });

  it.each([
    {},
    { sort: { column: "setting:a'; DROP" } },
    { filter: 3, sort: [] },
    { filter: { states: ['lost', 7] }, sort: { column: 'colour' } },
  ])('is everything, newest first, where what was kept makes no sense: %j', (kept) => {
    expect(historyQueryFrom(kept)).toEqual({
      filter: EMPTY_FILTER,
      sort: { column: 'created', direction: 'descending' },
    });
  });

  it('counts what narrows it down', () => {
    expect(countFilters(EMPTY_FILTER)).toBe(0);
    expect(countFilters({ ...EMPTY_FILTER, tags: ['a', 'b'], archived: 'only' })).toBe(2);
  });
});

it('the column that the history is sorted by at first is in sight, beside the names', () => {
  const shown = shownColumns([]);
  expect(shown.slice(0, 2).map(({ id }) => id)).toEqual(['name', 'created']);
  // In rem: 1440 px without the side bar and the spaces around the table.
  expect(shown.reduce((sum, { width }) => sum + width, 2.4)).toBeLessThan(81.2);
});
