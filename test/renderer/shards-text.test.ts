import { expect, it } from 'vitest';
import { describeShards } from '../../src/renderer/shards-text.ts';

it('says how many shards are done, and what is left of them', () => {
  expect(describeShards({ total: 9, done: 3, running: 2, failed: 0 })).toBe(
    'in shards: 3 of 9 done, 2 running',
  );
  expect(describeShards({ total: 9, done: 3, running: 0, failed: 1 })).toBe(
    'in shards: 3 of 9 done, 1 needs attention',
  );
  expect(describeShards({ total: 9, done: 9, running: 0, failed: 0 })).toBe(
    'in shards: 9 of 9 done',
  );
  expect(describeShards({ total: 0, done: 0, running: 0, failed: 0 })).toBe(
    'in shards, of which nothing is known',
  );
});
