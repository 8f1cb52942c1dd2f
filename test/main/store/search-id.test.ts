import { expect, test } from 'vitest';
import { newFreeId, newSearchId } from '../../../src/main/store/search-id.ts';

const MOMENT = Date.UTC(2025, 2, 14, 15, 30, 45, 999);

test('an id is the second in UTC and four digits that are not misread', () => {
  for (let round = 0; round < 200; round += 1) {
    expect(newSearchId(MOMENT)).toMatch(/^20250314-153045-[0-9a-hjkmnp-tv-z]{4}$/);
  }
});

test('ids sort by age', () => {
  const moments = [MOMENT, MOMENT + 1000, MOMENT + 86_400_000, MOMENT + 40_000_000_000];
  const ids = moments.map(newSearchId);
  expect(ids.toSorted()).toEqual(ids);
});

test('ids of one second differ', () => {
  const ids = new Set(Array.from({ length: 50 }, () => newSearchId(MOMENT)));
  expect(ids.size).toBeGreaterThan(45);
});

test('an id is drawn until one is free', () => {
  const drawn: string[] = [];
  const id = newFreeId(MOMENT, (candidate) => drawn.push(candidate) < 3);
  expect(drawn).toHaveLength(3);
  expect(id).toBe(drawn[2]);
});
