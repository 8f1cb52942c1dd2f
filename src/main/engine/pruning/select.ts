/** From scores to a mask: exactly the target's number of weights, deterministically. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { countKept, countKeptBySegment, type Mask } from '../../../shared/domain/mask.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { SparsityTarget, PruningContext, PruningStrategy } from './strategy.ts';

/**
 * The mask of the next level: the survivors with the lowest scores are pruned until the target's
 * count is left, in each tensor or in all of them together.
 *
 * Among equal scores (0 and −0 are equal) the weight with the lowest index goes first, in the
 * mask's order: tensors in the layout's order, each row-major. That is the order of NumPy's
 * `argsort(kind='stable')`. Pruned weights never come back.
 *
 * @throws WorkbenchError `training-diverged` naming the tensor if a survivor's score is not a
 *   number.
 * @throws WorkbenchError `invariant-violated` naming the tensor if pruning cannot meet the target.
 */
export function nextMask(
  context: PruningContext,
  strategy: PruningStrategy,
  target: SparsityTarget,
): Mask {
  const { layout } = context;
  const mask = context.mask.slice();
  const targets = stepTargets(layout, mask, target, strategy.steps ?? 1);
  const score =
    strategy.scorer?.(context) ??
    ((current: Mask) => strategy.score({ ...context, mask: current }));
  const ranking = new Ranking(layout);
  let survivors = survivorsOf(mask);
  for (const stepTarget of targets) {
    const scores = score(mask);
    if (mask.length !== layout.prunableCount || scores.length !== layout.prunableCount) {
      throw new RangeError(
        `a mask over ${mask.length} and scores for ${scores.length} weights do not fit a layout with ${layout.prunableCount} prunable ones`,
      );
    }
    ranking.setScores(scores);
    survivors = bestOf(survivors, ranking, stepTarget);
    mask.fill(0);
    for (let place = 0; place < survivors.length; place += 1) mask[survivors[place]!] = 1;
  }
  return mask;
}

/**
 * Intermediate targets on the way to a target. Each step keeps the same fraction (Tanaka et al.
 * 2020, alg. 1).
 */
function stepTargets(
  layout: ParameterLayout,
  mask: Mask,
  target: SparsityTarget,
  steps: number,
): SparsityTarget[] {
  const between = (before: number, after: number, step: number): number =>
    before === 0 ? 0 : Math.round(before * (after / before) ** (step / steps));
  const before = countKeptBySegment(mask, layout.prunable);
  const total = before.reduce((sum, count) => sum + count, 0);
  const targets = Array.from({ length: steps - 1 }, (_, index): SparsityTarget => {
    const step = index + 1;
    return target.scope === 'layer'
      ? {
          scope: 'layer',
          counts: target.counts.map((after, tensor) => between(before[tensor]!, after, step)),
        }
      : { ...target, count: between(total, target.count, step) };
  });
  return [...targets, target];
}

/** Indices of weights in a mask, ascending. */
type Survivors = Int32Array<ArrayBuffer>;

function survivorsOf(mask: Mask): Survivors {
  const survivors = new Int32Array(countKept(mask));
  let count = 0;
  for (let index = 0; index < mask.length; index += 1) {
    if (mask[index] !== 0) survivors[count++] = index;
  }
  return survivors;
}

/** The survivors that a target keeps. Reuses the memory of the given ones. */
function bestOf(survivors: Survivors, ranking: Ranking, target: SparsityTarget): Survivors {
  const { layout } = ranking;
  if (target.scope === 'layer') {
    if (target.counts.length !== layout.prunable.length) {
      throw new WorkbenchError(
        'invariant-violated',
        `a pruning target has ${target.counts.length} counts; expected one for each of ${layout.prunable.length} tensors`,
      );
    }
    return bestOfTensors(survivors, ranking, target.counts);
  }
  if (target.floors === undefined) return ranking.best(survivors, target.count, 'the network');
  // The best weights of every tensor, up to its floor, do not compete.
  const left = bySegment(survivors, layout).map(({ length }) => length);
  const floors = target.floors.map((floor, tensor) => Math.min(floor, left[tensor]!));
  const mask = new Uint8Array(layout.prunableCount);
  const safe = bestOfTensors(survivors.slice(), ranking, floors);
  for (const index of safe) mask[index] = 1;
  const others = survivors.filter((index) => mask[index] === 0);
  for (const index of ranking.best(others, target.count - safe.length, 'the network')) {
    mask[index] = 1;
  }
  return survivorsOf(mask);
}

function bestOfTensors(
  survivors: Survivors,
  ranking: Ranking,
  counts: readonly number[],
): Survivors {
  const { layout } = ranking;
  let count = 0;
  for (const [tensor, own] of bySegment(survivors, layout).entries()) {
    const best = ranking.best(own, counts[tensor]!, layout.prunable[tensor]!.name);
    survivors.set(best, count);
    count += best.length;
  }
  return survivors.subarray(0, count);
}

/** The survivors of every tensor. */
function bySegment(survivors: Survivors, layout: ParameterLayout): Survivors[] {
  let start = 0;
  return layout.prunable.map(({ maskOffset, size }) => {
    const end = firstAtLeast(survivors, maskOffset + size);
    const own = survivors.subarray(start, end);
    start = end;
    return own;
  });
}

function firstAtLeast(ascending: Int32Array, value: number): number {
  let [start, end] = [0, ascending.length];
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (ascending[middle]! < value) start = middle + 1;
    else end = middle;
  }
  return start;
}

/** The highest pruned score, and how many of the weights with exactly this score are pruned. */
interface Threshold {
  readonly key: number;
  readonly ties: number;
}

const HALF_KEYS = 2 ** 16;

/**
 * Ranks by a key: the bits of the float32 score, rearranged so that the keys, as int32, sort like
 * the scores. The threshold is found by counting keys, first by their upper and then by their lower
 * half. That takes linear time, which sorting would not.
 */
class Ranking {
  readonly layout: ParameterLayout;
  readonly #keys: Int32Array;
  readonly #counts = new Uint32Array(HALF_KEYS);
  #bits: Int32Array = new Int32Array(0);

  constructor(layout: ParameterLayout) {
    this.layout = layout;
    this.#keys = new Int32Array(layout.prunableCount);
  }

  setScores(scores: Float32Array): void {
    this.#bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  }

  /** The highest-ranking survivors, in the same memory. */
  best(survivors: Survivors, keep: number, name: string): Survivors {
    const { length } = survivors;
    if (!Number.isInteger(keep) || keep < 0 || keep > length) {
      throw new WorkbenchError(
        'invariant-violated',
        `the next mask cannot keep ${keep} weights of ${name}, where ${length} are left`,
      );
    }
    const keys = this.#keysOf(survivors);
    if (keep === length) return survivors;

    const threshold = this.#threshold(keys, length - keep);
    let count = 0;
    let { ties } = threshold;
    for (let place = 0; place < length; place += 1) {
      const key = keys[place]!;
      if (key < threshold.key) continue;
      if (key === threshold.key && ties > 0) {
        ties -= 1;
        continue;
      }
      survivors[count++] = survivors[place]!;
    }
    return survivors.subarray(0, count);
  }

  /** @throws WorkbenchError `training-diverged` if a score is not a number. */
  #keysOf(survivors: Survivors): Int32Array {
    const bits = this.#bits;
    const keys = this.#keys.subarray(0, survivors.length);
    for (let place = 0; place < keys.length; place += 1) {
      const own = bits[survivors[place]!]!;
      if ((own & MAGNITUDE) > INFINITY) throw this.#notANumber(survivors[place]!);
      keys[place] = keyOf(own);
    }
    return keys;
  }

  #notANumber(index: number): WorkbenchError {
    const { name, maskOffset } = tensorAt(this.layout, index);
    return new WorkbenchError(
      'training-diverged',
      `the pruning score of weight ${index - maskOffset} of ${name} is not a number`,
      'The training diverged: a lower learning rate usually helps.',
    );
  }

  #threshold(keys: Int32Array, pruned: number): Threshold {
    const counts = this.#counts.fill(0);
    for (let place = 0; place < keys.length; place += 1) {
      counts[(keys[place]! >> 16) + HALF_KEYS / 2]! += 1;
    }
    const upper = rankIn(counts, pruned);
    const upperKey = upper.half - HALF_KEYS / 2;

    counts.fill(0);
    for (let place = 0; place < keys.length; place += 1) {
      const key = keys[place]!;
      if (key >> 16 === upperKey) counts[key & 0xffff]! += 1;
    }
    const lower = rankIn(counts, upper.rank);
    return { key: upperKey * HALF_KEYS + lower.half, ties: lower.rank };
  }
}

/** The sign bit of a float32, which alone is −0. */
const SIGN = -(2 ** 31);
const MAGNITUDE = 2 ** 31 - 1;
/** The bits of infinity; larger magnitudes are not numbers. */
const INFINITY = 0x7f800000;

/** Orders positive scores by their bits and negative ones in reverse; −0 ranks as 0. */
function keyOf(bits: number): number {
  if (bits >= 0) return bits;
  return bits === SIGN ? 0 : bits ^ MAGNITUDE;
}

/**
 * The bin that contains the `rank`th counted item (from 1), and the item's rank within that bin.
 */
function rankIn(counts: Uint32Array, rank: number): { half: number; rank: number } {
  let left = rank;
  let half = 0;
  while (left > counts[half]!) {
    left -= counts[half]!;
    half += 1;
  }
  return { half, rank: left };
}

function tensorAt(layout: ParameterLayout, index: number): ParameterSpec {
  return layout.prunable.findLast(({ maskOffset }) => maskOffset <= index)!;
}
