import { z } from 'zod';
import type { LineDescription } from '../../../shared/charts/chart-description.ts';
import type { HeatCell } from '../../../shared/charts/heat-map.ts';
import { largest } from '../../../shared/extremes.ts';
import { PAIR_DASH } from '../../../shared/charts/palette.ts';
import { rangeOf } from '../../../shared/charts/ranges.ts';
import { expectedDistance } from '../../../shared/domain/chance.ts';
import { duration } from '../../../shared/domain/duration.ts';
import { countKept, countKeptBySegment, type Mask, packMask } from '../../../shared/domain/mask.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { Movement } from '../pruning/movement.ts';
import { type AnalysisChart, defineAnalysis } from './analysis.ts';
import { chosenLevels, firstReplicates, levelsHparam, replicatesHparam } from './hparams.ts';
import { hasLivePath } from './live-paths.ts';
import { amount, choiceOf, column, formatDensity, NO_PATH, rowsAt, tableOf } from './report.ts';

/** The masks that pruning the dense network at different iterations would give, at one density. */
interface EarlyBirdMasks {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /**
   * Whether the last mask leaves a live path from input to output. Earlier versions did not look.
   */
  readonly hasLivePath?: boolean;
  /** `[masks, masks]`, row-major: fraction of prunable weights that two masks disagree on. */
  readonly distances: Float64Array;
  /** The mean distance of random masks that keep as many weights in every tensor. */
  readonly expected: number;
  /** The first iteration whose mask has settled (You et al. 2020); undefined if none has. */
  readonly earlyBird: number | undefined;
}

export interface EarlyBirdResult {
  readonly replicate: number;
  /** `[masks]`: the iterations at which masks were taken. */
  readonly iterations: Uint32Array;
  readonly levels: readonly EarlyBirdMasks[];
}

interface Place {
  readonly replicate: number;
  readonly levels: readonly number[];
}

/** Bounds on the number of masks when it is set by default, to one per epoch. */
const FEWEST_MASKS = 20;
const MOST_MASKS = 50;

/**
 * How early the mask of a level settles (You et al. 2020, "Drawing Early-Bird Tickets", section 3).
 * The dense network is retrained and pruned at intervals to the level's density. The masks are then
 * compared.
 */
export const earlyBird = defineAnalysis({
  id: 'early-bird',
  label: 'Early-bird masks',
  description:
    'Retrains the dense network, prunes it at intervals, and measures how far the masks are apart.',
  hparams: z.object({
    levels: levelsHparam.meta({
      title: 'Levels',
      description:
        'Each mask is pruned in one shot to the density of these levels. By default the last level.',
    }),
    replicates: replicatesHparam,
    every: duration(1).optional().meta({
      title: 'Interval',
      description:
        'Iterations between two masks. By default one epoch, adjusted to give 20 to 50 masks.',
    }),
    window: z.int().min(2).default(5).meta({
      title: 'Window size',
      description: 'The number of consecutive masks that must agree.',
      unit: 'masks',
    }),
    threshold: z.number().gt(0).lt(1).default(0.1).meta({
      title: 'Threshold',
      description: 'Two masks agree if their distance (fraction of weights, 0..1) is below this.',
    }),
  }),
  plan({ levels, replicates }, { settings }) {
    const chosen = chosenLevels('early-bird', levels ?? [settings.pruning.levels], settings, 1);
    return firstReplicates('early-bird', replicates, settings).map((replicate) => ({
      name: `replicate ${replicate + 1}`,
      place: { replicate, levels: chosen },
      needs: [{ array: 'initial-weights', key: { replicate, level: 0, branch: TICKET_BRANCH } }],
      steps: settings.training.iterations,
    }));
  },
  run({ every, window, threshold }, { replicate, levels }: Place, context): EarlyBirdResult {
    const { settings, layout, targets, strategy } = context;
    const { iterations, batchSize, evaluateEvery } = settings.training;
    const interval = every ?? defaultInterval(iterations, context.trainIndices.length / batchSize);
    const key = { replicate, level: 0, branch: TICKET_BRANCH };
    const initial = context.weights('initial-weights', key);
    const dense: Mask = new Uint8Array(layout.prunableCount).fill(1);
    const movement = strategy.followsMovement === true ? new Movement(initial) : undefined;
    const taken: number[] = [];
    const masks = levels.map((): Mask[] => []);
    context.retrain({
      key,
      engine: context.engineOf(0),
      weights: initial,
      mask: dense,
      from: 0,
      to: iterations,
      onIteration(iteration, parameters) {
        // Strategies that follow movement read the weights at the same iterations as in the search.
        const isLast = iteration === iterations;
        if (iteration % evaluateEvery === 0 || isLast) movement?.advance(parameters());
        if (iteration % interval !== 0 && !isLast) return;
        const trained = parameters();
        const from = { mask: dense, trained, initial, rewindPoint: initial };
        taken.push(iteration);
        for (const [index, level] of levels.entries()) {
          const pruned = { ...from, movement: movement?.sum };
          masks[index]!.push(context.prune(key, pruned, targets[level - 1]!));
        }
      },
    });
    return {
      replicate,
      iterations: Uint32Array.from(taken),
      levels: levels.map((level, index): EarlyBirdMasks => {
        const drawn = masks[index]!;
        const distances = distancesBetween(drawn);
        const settled = settledAt(distances, drawn.length, window, threshold);
        const last = drawn.at(-1)!;
        const kept = countKeptBySegment(last, layout.prunable);
        return {
          level,
          density: countKept(last) / layout.prunableCount,
          hasLivePath: hasLivePath(context.network, layout, last),
          distances,
          expected: expectedDistance(
            layout.prunable.map(({ size }, tensor) => ({
              size,
              one: kept[tensor]!,
              other: kept[tensor]!,
            })),
          ),
          earlyBird: settled === undefined ? undefined : taken[settled],
        };
      }),
    };
  },
  rows: ({ replicate, iterations, levels }) =>
    levels.flatMap(({ level, density, expected, earlyBird: settled, distances }) => {
      const place = { replicate, level, part: 'all' };
      const count = iterations.length;
      return [
        ...rowsAt(place, [
          ['density', 'fraction kept', density],
          ['expected distance', 'fraction of weights', expected],
        ]),
        ...(settled === undefined ? [] : rowsAt(place, [['settled', 'iteration', settled]])),
        ...[...iterations].flatMap((at, mask) => {
          const toLast = distances[mask * count + count - 1]!;
          const toBefore = mask === 0 ? undefined : distances[mask * count + mask - 1]!;
          return [
            ...rowsAt({ ...place, at }, [['distance to last mask', 'fraction of weights', toLast]]),
            ...(toBefore === undefined
              ? []
              : rowsAt({ ...place, at }, [
                  ['distance to mask before', 'fraction of weights', toBefore],
                ])),
          ];
        }),
      ];
    }),
  summarize(results) {
    const rows = results
      .flatMap(({ levels, ...result }) => levels.map((masks) => ({ ...result, ...masks })))
      .toSorted((one, other) => one.level - other.level);
    const table = tableOf<EarlyBirdMasks & Omit<EarlyBirdResult, 'levels'>>(
      [
        column('level', 'number', ({ level }) => level),
        column('density', 'percent', ({ density }) => density),
        column('replicate', 'replicate', ({ replicate }) => replicate),
        column('masks', 'number', ({ iterations }) => iterations.length),
        column(
          'first to last',
          'percent',
          ({ distances, iterations }) => distances[iterations.length - 1]!,
        ),
        column('by chance', 'percent', ({ expected }) => expected),
        column('settled at iteration', 'number', ({ earlyBird: settled }) => settled ?? 'never'),
      ],
      rows,
    );
    return {
      tables: [table],
      notes: [
        'Distance: the fraction of prunable weights on which two masks disagree.',
        ...rows
          .filter((row) => row.hasLivePath === false)
          .map(
            ({ level, replicate }) =>
              `Level ${level}, replicate ${replicate + 1}: ${NO_PATH} under the last mask, so that masks which settle there are of no use.`,
          ),
      ],
    };
  },
  choices(results) {
    const levels = results.flatMap((result) => result.levels.map(({ level }) => level));
    const level = choiceOf('level', 'Level', levels, 'last');
    return level.values.length > 1 ? [level] : [];
  },
  charts: [distancesOverTraining(), distancesOfAll()],
});

/** For every level: the distance to the final mask, and (dashed) to the previous mask. */
function distancesOverTraining(): AnalysisChart<EarlyBirdResult> {
  return {
    id: 'early-bird',
    title: 'How early masks settle',
    describe(results, { name }) {
      const iterations = [...(results[0]?.iterations ?? [])];
      const count = iterations.length;
      const last = iterations.at(-1) ?? 1;
      const byLevel = groupBy(
        results.flatMap(({ levels }) => levels),
        ({ level }) => level,
      );
      const lines = [...byLevel.values()].flatMap((group, index): LineDescription[] => {
        const [{ level, density, expected }] = group;
        const along = (first: number, other: (mask: number) => number) =>
          iterations.slice(first).map((iteration, place) => {
            const mask = place + first;
            const at = mask * count + other(mask);
            return { x: iteration, ...rangeOf(group.map(({ distances }) => distances[at]! * 100)) };
          });
        const at = `level ${level} (${formatDensity(density)} density)`;
        const settled = group.flatMap(({ earlyBird: iteration }) => iteration ?? []);
        const drawn =
          settled.length === 0
            ? 'not settled'
            : `settled at ${Math.round(rangeOf(settled).mean)} in ${settled.length} of ${group.length}`;
        return [
          {
            kind: 'banded',
            label: `to the final mask, ${at}: ${drawn}`,
            points: along(0, () => count - 1),
            colour: index,
          },
          {
            kind: 'line',
            label: `to the previous mask, ${at}`,
            points: along(1, (mask) => mask - 1).map(({ x, mean }) => ({ x, y: mean })),
            colour: index,
            dash: PAIR_DASH,
            isMinor: true,
          },
          {
            kind: 'reference',
            label: `by chance, level ${level}`,
            y: expected * 100,
            from: 0,
            to: last,
          },
        ];
      });
      return {
        kind: 'lines',
        title: `Masks of the dense network over training: ${name}`,
        subtitle: `N = ${amount(results.length, 'replicate')}, ${amount(count, 'mask')} each; line: mean, band: min to max; each pruned from dense in one shot`,
        lines,
        xTitle: 'Iteration (optimizer steps from initialisation)',
        yTitle: 'Distance between masks (% of weights)',
        x: { min: 0, max: last },
        y: { min: 0 },
      };
    },
  };
}

/** The most rows of a heat map that the eye can tell apart. */
const MOST_ROWS = 60;

/**
 * The distance of every mask to every other (You et al. 2020, figure 2) as a mean over replicates,
 * at the density of the chosen level. Default: the last level.
 */
function distancesOfAll(): AnalysisChart<EarlyBirdResult> {
  return {
    id: 'early-bird-distances',
    title: 'Distance between masks over training',
    describe(results, { name, level }) {
      const iterations = [...(results[0]?.iterations ?? [])];
      const count = iterations.length;
      const all = results.flatMap(({ levels }) => levels);
      const chosen = level ?? largest(all.map((masks) => masks.level));
      const group = all.filter((masks) => masks.level === chosen);
      const [first] = group;
      if (!first) return undefined;

      const every = Math.ceil(count / MOST_ROWS);
      // Counting from the end keeps the final mask.
      const shown = iterations
        .map((_, mask) => mask)
        .filter((mask) => (count - 1 - mask) % every === 0);
      const edges = edgesBetween(shown.map((mask) => iterations[mask]!));
      const cells = shown.flatMap((one, column) =>
        shown.map((other, row): HeatCell => ({
          x: iterations[one]!,
          y: iterations[other]!,
          left: edges[column]!,
          right: edges[column + 1]!,
          bottom: edges[row]!,
          top: edges[row + 1]!,
          value: rangeOf(group.map(({ distances }) => distances[one * count + other]! * 100)).mean,
        })),
      );
      const masks = every === 1 ? `${count} masks` : `${shown.length} of ${count} masks`;
      const axis = { min: edges[0]!, max: edges.at(-1)!, isWhole: true, includesBounds: false };
      return {
        kind: 'heat-map',
        title: `Pairwise distances between masks of the dense network: ${name}`,
        subtitle: `level ${chosen} (${formatDensity(first.density)} density); N = ${amount(group.length, 'replicate')}, mean; ${masks}, each pruned from dense in one shot; by chance ${formatDensity(first.expected)}`,
        cells,
        valueTitle: 'Distance between masks (% of weights)',
        xTitle: 'Iteration of one mask (optimizer steps from initialisation)',
        yTitle: 'Iteration of the other mask',
        x: axis,
        y: axis,
      };
    },
  };
}

/** Halfway between neighbours, and as far beyond the first and the last. */
function edgesBetween(values: readonly number[]): number[] {
  const inner = values.slice(1).map((value, index) => (values[index]! + value) / 2);
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  const [firstHalf, lastHalf] =
    inner.length === 0 ? [0.5, 0.5] : [inner[0]! - first, last - inner.at(-1)!];
  return [first - firstHalf, ...inner, last + lastHalf];
}

function defaultInterval(iterations: number, iterationsPerEpoch: number): number {
  const longest = iterations / FEWEST_MASKS;
  const shortest = iterations / MOST_MASKS;
  return Math.max(1, Math.round(Math.min(longest, Math.max(shortest, iterationsPerEpoch))));
}

/** `[masks, masks]`, row-major: the fraction of weights that two masks disagree on. */
export function distancesBetween(masks: readonly Mask[]): Float64Array {
  const packed = masks.map(wordsOf);
  const weights = masks[0]?.length ?? 0;
  const distances = new Float64Array(masks.length ** 2);
  for (let one = 0; one < masks.length; one += 1) {
    for (let other = one + 1; other < masks.length; other += 1) {
      const distance = countDifferent(packed[one]!, packed[other]!) / weights;
      distances[one * masks.length + other] = distance;
      distances[other * masks.length + one] = distance;
    }
  }
  return distances;
}

/** Index of the first mask that is closer than `threshold` to each of the `window` − 1 before it. */
export function settledAt(
  distances: Float64Array,
  masks: number,
  window: number,
  threshold: number,
): number | undefined {
  for (let mask = window - 1; mask < masks; mask += 1) {
    const before = distances.subarray(mask * masks + mask - window + 1, mask * masks + mask);
    if (before.every((distance) => distance < threshold)) return mask;
  }
  return undefined;
}

function wordsOf(mask: Mask): Uint32Array {
  const bytes = packMask(mask);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return new Uint32Array(padded.buffer);
}

function countDifferent(one: Uint32Array, other: Uint32Array): number {
  let count = 0;
  for (let index = 0; index < one.length; index += 1) count += bitsSet(one[index]! ^ other[index]!);
  return count;
}

/** Warren, Hacker's Delight, figure 5-2. */
function bitsSet(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
