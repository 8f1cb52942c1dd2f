/** How many weights a pruning keeps, tensor by tensor or in all: from the shapes alone. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ParameterLayout, ParameterSpec } from '../network.ts';
import type { KeepTarget } from './strategy.ts';

/** The fraction, in (0, 1), of a tensor's survivors that one round prunes. */
export type FractionOf = (parameter: ParameterSpec) => number;

/** One more round in each tensor on its own. */
export function nextLayerwise(
  layout: ParameterLayout,
  from: KeepTarget | undefined,
  fractionOf: FractionOf,
): KeepTarget {
  const survivors = from ? layerCounts(from) : layout.prunable.map(({ size }) => size);
  return {
    scope: 'layer',
    counts: layout.prunable.map((parameter, index) =>
      keptAfterRound(survivors[index]!, fractionOf(parameter)),
    ),
  };
}

/** One more round over all tensors together. */
export function nextGlobal(
  layout: ParameterLayout,
  from: KeepTarget | undefined,
  fraction: number,
): KeepTarget {
  const survivors = from ? globalCount(from) : layout.prunableCount;
  return { scope: 'global', count: keptAfterRound(survivors, fraction) };
}

/**
 * The tensors at the density that a real number n of rounds comes to, Σ Nₗ (1 − fₗ)ⁿ = density · N:
 * a one-shot search then prunes to the same shape of network as an iterative one. The total is
 * exactly `density · N`, rounded; the fractions of weights are dealt out by largest remainder.
 *
 * @param density fraction of all prunable weights that is kept, in (0, 1).
 */
export function layerwiseAtDensity(
  layout: ParameterLayout,
  density: number,
  fractionOf: FractionOf,
): KeepTarget {
  const sharesAfter = (rounds: number): number[] =>
    layout.prunable.map((parameter) => parameter.size * (1 - fractionOf(parameter)) ** rounds);
  const wanted = density * layout.prunableCount;

  let fewer = 0;
  let more = 1;
  while (sum(sharesAfter(more)) > wanted) {
    fewer = more;
    more *= 2;
  }
  for (;;) {
    const middle = (fewer + more) / 2;
    if (middle <= fewer || middle >= more) break;
    if (sum(sharesAfter(middle)) > wanted) fewer = middle;
    else more = middle;
  }
  return { scope: 'layer', counts: dealOut(sharesAfter(more), roundHalfToEven(wanted)) };
}

/** All tensors together at a density in (0, 1). */
export function globalAtDensity(layout: ParameterLayout, density: number): KeepTarget {
  return { scope: 'global', count: roundHalfToEven(density * layout.prunableCount) };
}

/** How many weights a target keeps in all. */
export function totalKept(target: KeepTarget): number {
  return target.scope === 'layer' ? sum(target.counts) : target.count;
}

/**
 * Finds out before any training what a target would do to the network.
 *
 * @param from what was kept before; undefined: everything.
 * @param subject of the error's sentence: what the user set and where that leads.
 * @throws WorkbenchError `invalid-settings` naming the layer that would be left without a weight, or
 *   saying that nothing would be pruned.
 */
export function checkTarget(
  layout: ParameterLayout,
  from: KeepTarget | undefined,
  target: KeepTarget,
  subject: string,
): void {
  if (target.scope === 'layer') {
    const collapsed = layout.prunable.find((_, index) => target.counts[index]! < 1);
    if (collapsed) {
      throw new WorkbenchError(
        'invalid-settings',
        `${subject} would keep none of the ${collapsed.size} weights of ${collapsed.name}; expected at least 1 in every layer`,
        'Prune less: fewer levels, a smaller fraction, or a higher target density.',
      );
    }
  } else if (target.count < layout.prunable.length) {
    throw new WorkbenchError(
      'invalid-settings',
      `${subject} would keep ${target.count} weights, which cannot be shared by ${layout.prunable.length} layers; expected at least 1 in each`,
      'Prune less: fewer levels, a smaller fraction, or a higher target density.',
    );
  }
  const before = from ? totalKept(from) : layout.prunableCount;
  if (totalKept(target) >= before) {
    throw new WorkbenchError(
      'invalid-settings',
      `${subject} would prune none of the ${before} weights that are left; expected at least 1`,
      'The fraction of them rounds to 0: take fewer levels or prune more.',
    );
  }
}

/**
 * Survivors minus `fraction · survivors` rounded as `np.round` does, which is what the code of the
 * paper rounds with.
 */
function keptAfterRound(survivors: number, fraction: number): number {
  return survivors - roundHalfToEven(fraction * survivors);
}

/**
 * The nearest whole number, and halfway between two the even one: 0.5 → 0, 1.5 → 2, 2.5 → 2. What
 * counts is the product as a double: 0.1 · 25 is exactly 2.5 there, and gives 2.
 */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Whole numbers that sum to `total`: every share rounded down, and what is missing given one by one
 * to the largest remainders, the earlier share first among equals.
 */
function dealOut(shares: readonly number[], total: number): number[] {
  const counts = shares.map(Math.floor);
  const missing = total - sum(counts);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .toSorted((one, other) => other.remainder - one.remainder || one.index - other.index);
  for (const { index } of byRemainder.slice(0, missing)) counts[index]! += 1;
  return counts;
}

function layerCounts(target: KeepTarget): readonly number[] {
  if (target.scope === 'layer') return target.counts;
  throw new Error('a layerwise strategy cannot go on from a global target');
}

function globalCount(target: KeepTarget): number {
  if (target.scope === 'global') return target.count;
  throw new Error('a global strategy cannot go on from a layerwise target');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
