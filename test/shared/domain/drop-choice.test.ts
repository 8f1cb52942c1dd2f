import { expect, it } from 'vitest';
import { chosenSearches } from '../../../src/shared/domain/drop-choice.ts';

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const search = (id: string, daysAgo: number, changes: object = {}) => ({
  id,
  createdAt: NOW - daysAgo * DAY,
  isTagged: false,
  refusal: undefined,
  ...changes,
});
const SEARCHES = [
  search('old', 100),
  search('tagged', 95, { isTagged: true }),
  search('running', 90, { refusal: 'it is running' }),
  search('week', 7),
  search('today', 0),
];

it('chooses by age, to the day', () => {
  expect(chosenSearches(SEARCHES, { olderThanDays: 95 }, NOW)).toEqual(['tagged', 'old']);
  expect(chosenSearches(SEARCHES, { olderThanDays: 7 }, NOW)).toContain('week');
  expect(chosenSearches(SEARCHES, { olderThanDays: 8 }, NOW)).not.toContain('week');
});

it('keeps the newest of those that could be dropped', () => {
  expect(chosenSearches(SEARCHES, { keepLatest: 3 }, NOW)).toEqual(['old']);
});

it('leaves tagged searches out where it is asked to, and always those that need their weights', () => {
  expect(chosenSearches(SEARCHES, { isUntagged: true }, NOW)).toEqual(['today', 'week', 'old']);
  expect(chosenSearches(SEARCHES, {}, NOW)).not.toContain('running');
});
