import { expect, it } from 'vitest';
import { PlanChanges, withChange } from '../../../../src/main/workbench/cluster/plan-changes.ts';
import type {
  LookedShard,
  PlanHead,
  PlanLook,
} from '../../../../src/main/workbench/cluster/plan-look.ts';

const HEAD: PlanHead = {
  id: 'search-1',
  folder: '/plan',
  isOnSlurm: false,
  isDone: false,
  refused: [],
  problem: undefined,
};

const shard = (number: number, changes: Partial<LookedShard> = {}): LookedShard => ({
  number,
  parts: [{ searchId: 'search-1', replicate: number - 1 }],
  searches: 1,
  status: 'running',
  planned: 5,
  merged: 0,
  host: 'node7',
  fraction: 0.4,
  secondsLeft: 90,
  reason: '',
  ...changes,
});

const look = (shards: PlanLook['shards'], head: Partial<PlanHead> = {}): PlanLook => ({
  head: { ...HEAD, ...head },
  shards,
});

it('of a look, only what is different is told', () => {
  const changes = new PlanChanges();
  expect(changes.of(look([shard(1), shard(2)]))).toMatchObject({
    isWhole: true,
    changed: [{ number: 1 }, { number: 2 }],
    gone: [],
  });
  expect(changes.of(look([shard(1), shard(2)]))).toBeUndefined();
  expect(changes.of(look([shard(1), shard(2, { fraction: 0.5 })]))).toEqual({
    head: HEAD,
    isWhole: false,
    changed: [shard(2, { fraction: 0.5 })],
    gone: [],
  });
  expect(changes.of(look([shard(2, { fraction: 0.5 })]))).toMatchObject({ changed: [], gone: [1] });
  const refused = [{ file: 'a', message: 'it is damaged' }];
  expect(changes.of(look([shard(2, { fraction: 0.5 })], { refused }))).toMatchObject({
    head: { refused },
    changed: [],
  });
});

it('what was known of a plan that can’t be read stays, and is not told again when it can', () => {
  const changes = new PlanChanges();
  const first = changes.of(look([shard(1)]))!;
  const problem = { code: 'not-found', message: 'it is gone' } as const;
  const second = changes.of(look(undefined, { problem }))!;
  const known = withChange(withChange(undefined, first), second);
  expect(known.head.problem).toEqual(problem);
  expect([...known.shards.values()]).toEqual([shard(1)]);
  expect(changes.of(look([shard(1)]))).toEqual({
    head: HEAD,
    isWhole: false,
    changed: [],
    gone: [],
  });
});

it('a plan that was forgotten is told as a whole when it is remembered again', () => {
  const changes = new PlanChanges();
  changes.of(look([shard(1)]));
  changes.keepOnly(new Set());
  const again = changes.of(look([shard(1)]))!;
  expect(again).toMatchObject({ changed: [{ number: 1 }] });
  // Whoever knows more forgets it.
  const before = { head: HEAD, shards: new Map([[2, shard(2)]]) };
  expect([...withChange(before, again).shards.keys()]).toEqual([1]);
});
