import { expect, it } from 'vitest';
import type { SearchUsage } from '../../../src/shared/contract/records/storage.ts';
import { timeLeftText, totalOf } from '../../../src/renderer/views/storage/storage-rows.ts';

const usage = (name: string, weightBytes: number, sharedBytes = 0): SearchUsage => ({
  id: name,
  name,
  sweepId: undefined,
  state: 'finished',
  createdAt: 0,
  isTagged: false,
  weightBytes,
  maskBytes: 1,
  measurementBytes: 2,
  analysisBytes: 3,
  sharedBytes,
  weightsDroppedAt: undefined,
  refusal: undefined,
});

it('sums what only the search has', () => {
  expect(totalOf(usage('a', 10, 1000))).toBe(16);
});

it('says how long something stays in the trash', () => {
  const hour = 3_600_000;
  expect(timeLeftText(7 * 24 * hour, 1000)).toBe('in 7 days');
  expect(timeLeftText(30 * hour, 0)).toBe('in 1 day');
  expect(timeLeftText(23.5 * hour, 0)).toBe('in 23 hours');
  expect(timeLeftText(1.2 * hour, 0)).toBe('in 1 hour');
  expect(timeLeftText(0.5 * hour, 0)).toBe('within the hour');
  expect(timeLeftText(0, hour)).toBe('within the hour');
});
