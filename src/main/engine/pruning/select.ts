/** From scores to a mask: exactly the target's number of weights, the same ones every time. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { countKept, countKeptBySegment } from '../../../shared/domain/mask.ts';
import type { ParameterLayout, ParameterSpec } from '../network.ts';
import { checkNoCollapse } from './collapse.ts';
import type { KeepTarget, Mask, PruningContext, PruningStrategy } from './strategy.ts';

/**
 * The mask of the next level: of the survivors, those with the lowest scores are pruned until the
 * target's count is left, in each tensor or in all of them together.
 *
 * Among equal scores (0 and −0 are equal) the weight with the lowest index goes first, in the mask's
 * order: tensors in the layout's order, each row-major. That is the order of NumPy's
 * `argsort(kind='stable')`. Pruned weights never come back.
 *
 * @throws WorkbenchError `training-diverged` naming the tensor if a survivor's score is not a number.
 * @throws WorkbenchError `invariant-violated` naming the tensor if the target cannot be met by
 *   pruning, or leaves a tensor without a weight.
 */
export function nextMask(
  context: PruningContext,
  strategy: PruningStrategy,
  target: KeepTarget,
): Mask {
  const { layout } = context;
  let { mask } = context;
  for (const stepTarget of stepTargets(layout, mask, target, strategy.steps ?? 1)) {
    mask = pruneOnce({ ...context, mask }, strategy, stepTarget);
  }
  checkNoCollapse(layout, mask);
  return mask;
}

/** The way to a target in steps that each keep the same fraction (Tanaka et al. 2020, alg. 1). */
function stepTargets(
  layout: ParameterLayout,
  mask: Mask,
  target: KeepTarget,
  steps: number,
): KeepTarget[] {
  const between = (before: number, after: number, step: number): number =>
    before === 0 ? 0 : Math.round(before * (after / before) ** (step / steps));
  const before = countKeptBySegment(mask, layout.prunable);
  const total = before.reduce((sum, count) => sum + count, 0);
  const targets = Array.from({ length: steps - 1 }, (_, index): KeepTarget => {
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

function pruneOnce(context: PruningContext, strategy: PruningStrategy, target: KeepTarget): Mask {
  const { layout, mask } = context;
  const scores = strategy.score(context);
  if (mask.length !== layout.prunableCount || scores.length !== layout.prunableCount) {
    throw new RangeError(
      `a mask over ${mask.length} and scores for ${scores.length} weights do not fit a layout with ${layout.prunableCount} prunable ones`,
    );
  }
  return pruneTo(layout, mask, scores, target);
}

function pruneTo(
  layout: ParameterLayout,
  mask: Mask,
  scores: Float32Array,
  target: KeepTarget,
): Mask {
  const ranking = new Ranking(scores, layout);
  if (target.scope === 'layer' || target.floors === undefined) {
    const next = mask.slice();
    for (const range of rangesOf(layout, target)) ranking.prune(next, range);
    return next;
  }
  // The best of every tensor, up to its floor, stay out of the competition.
  const safe = mask.slice();
  for (const [index, { name, maskOffset, size }] of layout.prunable.entries()) {
    const [start, end] = [maskOffset, maskOffset + size];
    const keep = Math.min(target.floors[index]!, countKept(mask.subarray(start, end)));
    ranking.prune(safe, { name, start, end, keep });
  }
  const rest = mask.map((kept, index) => kept - safe[index]!);
  const keep = target.count - countKept(safe);
  ranking.prune(rest, { name: 'the network', start: 0, end: layout.prunableCount, keep });
  return rest.map((kept, index) => kept + safe[index]!);
}

/** Weights that are ranked against each other, as a range of the mask. */
interface Range {
  readonly name: string;
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  readonly keep: number;
}

function rangesOf(layout: ParameterLayout, target: KeepTarget): Range[] {
  if (target.scope === 'global') {
    return [{ name: 'the network', start: 0, end: layout.prunableCount, keep: target.count }];
  }
  if (target.counts.length !== layout.prunable.length) {
    throw new WorkbenchError(
      'invariant-violated',
      `a pruning target has ${target.counts.length} counts; expected one for each of ${layout.prunable.length} tensors`,
    );
  }
  return layout.prunable.map(({ name, maskOffset, size }, index) => ({
    name,
    start: maskOffset,
    end: maskOffset + size,
    keep: target.counts[index]!,
  }));
}

/** The highest score that is pruned, and how many of the weights that have exactly it. */
interface Threshold {
  readonly key: number;
  readonly ties: number;
}

const HALF_KEYS = 2 ** 16;

/**
 * Ranks by a key: the bits of the float32 score rearranged so that the keys, as int32, have the
 * order of the scores. The threshold is found by counting keys, first by their upper and then by their lower
 * half, which takes time proportional to the weights where sorting would not.
 */
class Ranking {
  readonly #bits: Int32Array;
  readonly #layout: ParameterLayout;
  readonly #counts = new Uint32Array(HALF_KEYS);

  constructor(scores: Float32Array, layout: ParameterLayout) {
    this.#bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
    this.#layout = layout;
  }

  /** Clears the lowest-ranking survivors of a range of the mask, in place. */
  prune(mask: Mask, range: Range): void {
    const { name, start, end, keep } = range;
    const survivors = countKept(mask.subarray(start, end));
    if (!Number.isInteger(keep) || keep < 0 || keep > survivors) {
      throw new WorkbenchError(
        'invariant-violated',
        `the next mask cannot keep ${keep} weights of ${name}, where ${survivors} are left`,
      );
    }
    this.#checkNumbers(mask, range);
    if (keep === survivors) return;

    const threshold = this.#threshold(mask, range, survivors - keep);
    const bits = this.#bits;
    let ties = threshold.ties;
    for (let index = start; index < end; index += 1) {
      const key = keyOf(bits[index]!);
      if (key > threshold.key || mask[index] === 0) continue;
      if (key === threshold.key) {
        if (ties === 0) continue;
        ties -= 1;
      }
      mask[index] = 0;
    }
  }

  #threshold(mask: Mask, { start, end }: Range, pruned: number): Threshold {
    const bits = this.#bits;
    const counts = this.#counts.fill(0);
    // A pruned weight counts 0, which is faster than to ask.
    for (let index = start; index < end; index += 1) {
      counts[(keyOf(bits[index]!) >> 16) + HALF_KEYS / 2]! += mask[index]!;
    }
    const upper = rankIn(counts, pruned);
    const upperKey = upper.half - HALF_KEYS / 2;

    counts.fill(0);
    for (let index = start; index < end; index += 1) {
      const key = keyOf(bits[index]!);
      if (key >> 16 === upperKey) counts[key & 0xffff]! += mask[index]!;
    }
    const lower = rankIn(counts, upper.rank);
    return { key: upperKey * HALF_KEYS + lower.half, ties: lower.rank };
  }

  #checkNumbers(mask: Mask, { start, end }: Range): void {
    const bits = this.#bits;
    for (let index = start; index < end; index += 1) {
      if ((bits[index]! & MAGNITUDE) <= INFINITY || mask[index] === 0) continue;
      const { name, maskOffset } = tensorAt(this.#layout, index);
      throw new WorkbenchError(
        'training-diverged',
        `the pruning score of weight ${index - maskOffset} of ${name} is not a number`,
        'The training diverged: a lower learning rate usually helps.',
      );
    }
  }
}

/** The sign bit of a float32, which alone is −0, and all its other bits. */
const SIGN = -(2 ** 31);
const MAGNITUDE = 2 ** 31 - 1;
/** The bits of infinity; larger magnitudes are not numbers. */
const INFINITY = 0x7f800000;

/** Positive scores by their bits, negative ones in reverse; −0 ranks as 0. */
function keyOf(bits: number): number {
  if (bits >= 0) return bits;
  return bits === SIGN ? 0 : bits ^ MAGNITUDE;
}

/** The bin that holds the `rank`th of what was counted (from 1), and its rank within the bin. */
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
