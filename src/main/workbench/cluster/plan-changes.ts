/** What is different in a look at a plan from the one before: of ten thousand shards, few change in half a minute. */
import { isDeepStrictEqual } from 'node:util';
import type { LookedShard, PlanHead, PlanLook } from './plan-look.ts';

export interface PlanChange {
  readonly head: PlanHead;
  /** Whether nothing was known before, and `changed` has all shards. */
  readonly isWhole: boolean;
  /** Shards that are new or other than before. */
  readonly changed: readonly LookedShard[];
  /** The numbers of shards of which no search is here any more. */
  readonly gone: readonly number[];
}

/** A plan, as it was last looked at. */
export interface KnownPlan {
  readonly head: PlanHead;
  /** By number. What was known of a plan that can't be read any more is still there. */
  readonly shards: ReadonlyMap<number, LookedShard>;
}

/** Remembers the last look at each plan. */
export class PlanChanges {
  /** By the ids under which plans are remembered. */
  readonly #known = new Map<string, KnownPlan>();

  /** Undefined if the look is as the one before. */
  of(look: PlanLook): PlanChange | undefined {
    const { head } = look;
    const before = this.#known.get(head.id);
    const change = changeFrom(before, look);
    const isSame =
      change.changed.length + change.gone.length === 0 && isDeepStrictEqual(before?.head, head);
    if (isSame) return undefined;
    this.#known.set(head.id, withChange(before, change));
    return change;
  }

  /** Forgets all plans but these. */
  keepOnly(ids: { has(id: string): boolean }): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }
}

function changeFrom(before: KnownPlan | undefined, { head, shards }: PlanLook): PlanChange {
  if (!shards) return { head, isWhole: false, changed: [], gone: [] };
  const numbers = new Set(shards.map(({ number }) => number));
  return {
    head,
    isWhole: before === undefined,
    changed: shards.filter((shard) => !isDeepStrictEqual(before?.shards.get(shard.number), shard)),
    gone: [...(before?.shards.keys() ?? [])].filter((number) => !numbers.has(number)),
  };
}

export function withChange(
  before: KnownPlan | undefined,
  { head, isWhole, changed, gone }: PlanChange,
): KnownPlan {
  const shards = new Map(isWhole ? undefined : before?.shards);
  for (const shard of changed) shards.set(shard.number, shard);
  for (const number of gone) shards.delete(number);
  return { head, shards };
}
