/** The list of searches. */
import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import type { SearchFilter } from '../../../src/main/store/search-records.ts';
import { sampleSearch } from './samples.ts';
import { inspect, openStore } from './support.ts';

describe('the list', () => {
  function filledStore() {
    const { store, clock } = openStore();
    const names = ['First', 'Zweite Größe', 'third', '100% of it', 'fifth'];
    const ids = names.map((name) => {
      clock.now += 1000;
      return store.searches.create({ ...sampleSearch(), name }).id;
    });
    store.searches.setStatus(ids[1]!, 'finished');
    store.searches.setStatus(ids[3]!, 'finished');
    const listed = (filter: SearchFilter) => store.searches.list(filter).map(({ name }) => name);
    return { store, listed };
  }

  test('begins with the newest', () => {
    const { listed } = filledStore();
    expect(listed({})).toEqual(['fifth', '100% of it', 'third', 'Zweite Größe', 'First']);
  });

  test('comes in pages', () => {
    const { listed } = filledStore();
    expect(listed({ limit: 2 })).toEqual(['fifth', '100% of it']);
    expect(listed({ limit: 2, offset: 2 })).toEqual(['third', 'Zweite Größe']);
    expect(listed({ offset: 4 })).toEqual(['First']);
    expect(listed({ offset: 5 })).toEqual([]);
  });

  test('is filtered by status', () => {
    const { listed } = filledStore();
    expect(listed({ status: 'finished' })).toEqual(['100% of it', 'Zweite Größe']);
    expect(listed({ status: 'interrupted', limit: 1 })).toEqual(['fifth']);
    expect(listed({ status: 'failed' })).toEqual([]);
  });

  test('is filtered by words, in any case and order, taken literally', () => {
    const { listed } = filledStore();
    expect(listed({ text: 'GRÖße' })).toEqual(['Zweite Größe']);
    expect(listed({ text: 'größe zwei' })).toEqual(['Zweite Größe']);
    expect(listed({ text: '%' })).toEqual(['100% of it']);
    expect(listed({ text: 'LeNet mnist', limit: 1 })).toEqual(['fifth']);
    expect(listed({ text: '20250314', status: 'finished', offset: 1 })).toEqual(['Zweite Größe']);
    expect(listed({ text: "'; DROP TABLE searches; --" })).toEqual([]);
  });

  test('is read through an index, without sorting', () => {
    const { store, file } = openStore();
    const prepare = vi.spyOn(Database.prototype, 'prepare');
    store.searches.list({ limit: 50 });
    const sql = prepare.mock.calls.map(([text]) => text).find((text) => text.includes('LIMIT ?'))!;
    prepare.mockRestore();
    const plan = inspect(file, (database) => {
      database.function('lease_is_live', { varargs: true }, () => 0);
      return database
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(50, 0)
        .map(({ detail }) => detail);
    });
    expect(plan).toContain('SCAN searches USING INDEX searches_by_age');
    expect(plan.filter((detail) => /TEMP B-TREE|SCAN (?!searches)/.test(detail))).toEqual([]);
  });
});
