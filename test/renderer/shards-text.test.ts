import { expect, it } from 'vitest';
import { describeShards } from '../../src/renderer/shards-text.ts';

const NONE = { total: 9, done: 0, running: 0, queued: 0, failed: 0 };

it('says how many shards are done, and what is left of them', () => {
  expect(describeShards({ ...NONE, done: 3, running: 2 })).toBe(
    'in shards: 3 of 9 done, 2 running',
  );
  expect(describeShards({ ...NONE, done: 3, queued: 5, failed: 1 })).toBe(
    'in shards: 3 of 9 done, 5 queued, 1 needs attention',
  );
  expect(describeShards({ ...NONE, done: 9 })).toBe('in shards: 9 of 9 done');
  expect(describeShards({ ...NONE, total: 0 })).toBe('in shards, of which nothing is known');
});
