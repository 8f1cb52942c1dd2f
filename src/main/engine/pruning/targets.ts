/** How many weights pruning keeps, per tensor or in total. It depends only on the shapes. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { smallest } from '../../../shared/extremes.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { fewestKernels } from '../network.ts';
import { layerThatCuts } from './collapse.ts';
import type { SparsityTarget } from './strategy.ts';

/** The fraction, in [0, 1), of a tensor's survivors that one round prunes. */
export type FractionOf = (parameter: ParameterSpec) => number;

/** The fewest weights that a tensor keeps. */
export type FloorOf = (parameter: ParameterSpec) => number;

const NO_FLOOR: FloorOf = () => 0;

/** One more round in each tensor separately. */
export function nextLayerwise(
  layout: ParameterLayout,
  from: SparsityTarget | undefined,
  fractionOf: FractionOf,
  floorOf: FloorOf = NO_FLOOR,
): SparsityTarget {
  const survivors = countsBefore(layout, from);
  return {
    scope: 'layer',
    counts: layout.prunable.map((parameter, index) =>
      Math.max(
        Math.min(floorOf(parameter), survivors[index]!),
        keptAfterRound(survivors[index]!, fractionOf(parameter)),
      ),
    ),
  };
}

/**
 * One more round over all tensors together.
 *
 * @param fixed weights that are never pruned; the fraction applies to the others.
 */
export function nextGlobal(
  layout: ParameterLayout,
  from: SparsityTarget | undefined,
  fraction: number,
  floors: readonly number[] = [],
  fixed = 0,
): SparsityTarget {
  const survivors = (from ? globalCount(from) : layout.prunableCount) - fixed;
  const count = Math.max(fixed + keptAfterRound(survivors, fraction), sum(floors));
  return { scope: 'global', count, ...givenFloors(floors) };
}

/**
 * The tensors after a real number n of rounds, with Σ Nₗ (1 − fₗ)ⁿ = density · N. A one-shot search
 * thus prunes to the same layer densities as an iterative one. The total is exactly `density · N`,
 * rounded. Fractions of weights are distributed by largest remainder.
 *
 * @param density fraction of all prunable weights that is kept, in (0, 1).
 * @param from what no tensor may exceed; undefined: its size.
 * @throws WorkbenchError `invalid-settings` if the floors alone keep more.
 */
export function layerwiseAtDensity(
  layout: ParameterLayout,
  density: number,
  fractionOf: FractionOf,
  floorOf: FloorOf = NO_FLOOR,
  from?: SparsityTarget,
): SparsityTarget {
  const most = countsBefore(layout, from);
  const least = layout.prunable.map((parameter, index) =>
    Math.min(floorOf(parameter), most[index]!),
  );
  const wanted = density * layout.prunableCount;
  checkFloors(sum(least), roundHalfToEven(wanted));
  return sharedOut(wanted, most, (rounds) =>
    layout.prunable.map((parameter, index) => {
      const fraction = fractionOf(parameter);
      // A fraction of 0 keeps everything. The formula fails there: 1 ** Infinity is NaN.
      const share = fraction === 0 ? parameter.size : parameter.size * (1 - fraction) ** rounds;
      return Math.min(Math.max(share, least[index]!), most[index]!);
    }),
  );
}

/** Layer densities are proportional to this number, up to 1. */
export type RawDensity = (parameter: ParameterSpec) => number;

/**
 * `count` weights in total, at layer densities proportional to `raw` where that is not above 1
 * (Evci et al. 2020, "Rigging the Lottery", appendix).
 *
 * @throws WorkbenchError `invalid-settings` if the floors alone keep more.
 */
export function proportionalTarget(
  layout: ParameterLayout,
  count: number,
  raw: RawDensity,
  floorOf: FloorOf,
  from: SparsityTarget | undefined,
): SparsityTarget {
  const most = countsBefore(layout, from);
  const least = layout.prunable.map((parameter, index) =>
    Math.min(floorOf(parameter), most[index]!),
  );
  checkFloors(sum(least), count);
  const densities = layout.prunable.map(raw);
  const full = 1 / smallest(densities);
  return sharedOut(count, most, (halvings) =>
    layout.prunable.map(({ size }, index) => {
      const share = size * densities[index]! * full * 2 ** -halvings;
      return Math.min(Math.max(share, least[index]!), most[index]!);
    }),
  );
}

/**
 * Finds the amount at which the shares, which fall as it grows, sum to `wanted`. Returns them in
 * whole weights.
 */
function sharedOut(
  wanted: number,
  most: readonly number[],
  sharesAfter: (amount: number) => number[],
): SparsityTarget {
  let fewer = 0;
  let more = 1;
  while (sum(sharesAfter(more)) > wanted && Number.isFinite(more)) {
    fewer = more;
    more *= 2;
  }
  for (;;) {
    const middle = (fewer + more) / 2;
    if (middle <= fewer || middle >= more) break;
    if (sum(sharesAfter(middle)) > wanted) fewer = middle;
    else more = middle;
  }
  return { scope: 'layer', counts: dealOut(sharesAfter(more), roundHalfToEven(wanted), most) };
}

/**
 * All tensors together at a density in (0, 1).
 *
 * @throws WorkbenchError `invalid-settings` if the floors alone keep more.
 */
export function globalAtDensity(
  layout: ParameterLayout,
  density: number,
  floors: readonly number[] = [],
): SparsityTarget {
  const count = roundHalfToEven(density * layout.prunableCount);
  checkFloors(sum(floors), count);
  return { scope: 'global', count, ...givenFloors(floors) };
}

function givenFloors(floors: readonly number[]): { readonly floors?: readonly number[] } {
  return floors.some((floor) => floor > 0) ? { floors } : {};
}

function checkFloors(least: number, count: number): void {
  if (least <= count) return;
  throw new WorkbenchError(
    'invalid-settings',
    `the target keeps ${count} weights, but the layer floor and the excluded layers keep ${least}`,
    'Raise the target density, lower pruning.strategy.layerFloor or exclude fewer layers.',
  );
}

/** How many weights a target keeps in total. */
export function totalKept(target: SparsityTarget): number {
  return target.scope === 'layer' ? sum(target.counts) : target.count;
}

/**
 * Checks before any training what a target would do to the network.
 *
 * @param from what was kept before; undefined: everything.
 * @param subject the start of the error: what the user set and what it leads to.
 * @throws WorkbenchError `invalid-settings` naming the layer whose lack of weights would cut the
 *   network off, or saying that nothing would be pruned.
 */
export function checkTarget(
  network: NetworkSpec,
  layout: ParameterLayout,
  from: SparsityTarget | undefined,
  target: SparsityTarget,
  subject: string,
): void {
  if (target.scope === 'layer') {
    const emptied = layout.prunable.filter((_, index) => target.counts[index]! < 1);
    const collapsed = layerThatCuts(network, emptied);
    if (collapsed) {
      throw new WorkbenchError(
        'invalid-settings',
        `${subject} would keep none of the ${collapsed.size} weights of ${collapsed.name}; expected at least 1 in every layer`,
        'Prune less: fewer levels, a smaller fraction, or a higher target density.',
      );
    }
  } else {
    const least = fewestKernels(network.layers);
    if (target.count < least) {
      const way = least < layout.prunable.length ? ' on the shortest way through the network' : '';
      throw new WorkbenchError(
        'invalid-settings',
        `${subject} would keep ${target.count} weights, which are too few for ${least} layers${way}; expected at least 1 in each`,
        'Prune less: fewer levels, a smaller fraction, or a higher target density.',
      );
    }
  }
  const before = from ? totalKept(from) : layout.prunableCount;
  if (totalKept(target) >= before) {
    throw new WorkbenchError(
      'invalid-settings',
      `${subject} would prune none of the ${before} weights that are left; expected at least 1`,
      'The fraction to prune rounds to 0 weights: use fewer levels or a larger fraction.',
    );
  }
}

/** Survivors minus `fraction · survivors`, rounded like `np.round`, which the paper's code uses. */
export function keptAfterRound(survivors: number, fraction: number): number {
  return survivors - roundHalfToEven(fraction * survivors);
}

/**
 * Rounds to the nearest whole number, and halves to the even one: 0.5 → 0, 1.5 → 2, 2.5 → 2. The
 * argument is the product as a double: 0.1 · 25 is exactly 2.5 there, and gives 2.
 */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Whole numbers that sum to `total`. Every share is rounded down. The rest is given one by one to
 * the largest remainders (the earlier share first among equals), never beyond `most`.
 */
function dealOut(shares: readonly number[], total: number, most: readonly number[]): number[] {
  const counts = shares.map(Math.floor);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .toSorted((one, other) => other.remainder - one.remainder || one.index - other.index);
  let missing = total - sum(counts);
  while (missing > 0) {
    const before = missing;
    for (const { index } of byRemainder) {
      if (missing === 0 || counts[index]! >= most[index]!) continue;
      counts[index]! += 1;
      missing -= 1;
    }
    if (missing === before) break;
  }
  return counts;
}

function countsBefore(
  layout: ParameterLayout,
  from: SparsityTarget | undefined,
): readonly number[] {
  if (from === undefined) return layout.prunable.map(({ size }) => size);
  if (from.scope === 'layer') return from.counts;
  throw new Error('a layerwise strategy cannot continue from a global target');
}

function globalCount(target: SparsityTarget): number {
  if (target.scope === 'global') return target.count;
  throw new Error('a global strategy cannot continue from a layerwise target');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
