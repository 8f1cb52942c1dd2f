import { z } from 'zod';
import type { EarlyBirdMasks } from '../../../shared/domain/analysis.ts';
import { expectedDistance } from '../../../shared/domain/chance.ts';
import { duration } from '../../../shared/domain/duration.ts';
import { countKept, countKeptBySegment, type Mask, packMask } from '../../../shared/domain/mask.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { Movement } from '../pruning/movement.ts';
import { defineAnalysis } from './analysis.ts';
import { chosenLevels, firstReplicates, levelsHparam, replicatesHparam } from './hparams.ts';

interface Place {
  readonly replicate: number;
}

/** Masks taken if the user does not say how often: one an epoch, within these bounds. */
const FEWEST_MASKS = 20;
const MOST_MASKS = 50;

/**
 * When the mask is drawn (You et al. 2020, "Drawing Early-Bird Tickets", section 3): the dense
 * network is trained again, pruned at intervals to a level's density, and the masks are compared.
 */
export const earlyBird = defineAnalysis({
  id: 'early-bird',
  label: 'Early-bird masks',
  description:
    'Retrains the dense network, prunes it at intervals, and tells how far the masks are apart.',
  hparams: z.object({
    levels: levelsHparam.meta({
      title: 'Levels',
      description: 'At whose densities to prune, at once from dense; the last one if left out.',
    }),
    replicates: replicatesHparam,
    every: duration(1).optional().meta({
      title: 'Every',
      description:
        'Iterations between two masks; if left out an epoch, but at least 20 and at most 50 masks.',
    }),
    window: z.int().min(2).default(5).meta({
      title: 'Window',
      description: 'How many masks in a row have to agree.',
      unit: 'masks',
    }),
    threshold: z.number().gt(0).lt(1).default(0.1).meta({
      title: 'Threshold',
      description: 'The distance (fraction of weights, 0..1) below which two masks agree.',
    }),
  }),
  plan({ levels, replicates }, { settings }) {
    // Whether the levels are there is to be known now.
    chosenLevels('early-bird', levels, settings, 1);
    return firstReplicates('early-bird', replicates, settings).map((replicate) => ({
      name: `replicate ${replicate + 1}`,
      place: { replicate },
      needs: [{ array: 'initial-weights', key: { replicate, level: 0, branch: TICKET_BRANCH } }],
      steps: settings.training.iterations,
    }));
  },
  run({ levels, every, window, threshold }, { replicate }: Place, context) {
    const { settings, layout, targets, strategy } = context;
    const { iterations, batchSize, evaluateEvery } = settings.training;
    const chosen = chosenLevels('early-bird', levels ?? [settings.pruning.levels], settings, 1);
    const interval = every ?? defaultInterval(iterations, context.trainIndices.length / batchSize);
    const key = { replicate, level: 0, branch: TICKET_BRANCH };
    const initial = context.weights('initial-weights', key);
    const dense: Mask = new Uint8Array(layout.prunableCount).fill(1);
    const movement = strategy.followsMovement === true ? new Movement(initial) : undefined;
    const taken: number[] = [];
    const masks = chosen.map((): Mask[] => []);
    context.retrain({
      key,
      engine: context.engineOf(0),
      weights: initial,
      mask: dense,
      from: 0,
      to: iterations,
      onIteration(iteration, parameters) {
        // As the search looks at weights for strategies that follow their movement.
        const isLast = iteration === iterations;
        if (iteration % evaluateEvery === 0 || isLast) movement?.advance(parameters());
        if (iteration % interval !== 0 && !isLast) return;
        const trained = parameters();
        const from = { mask: dense, trained, initial, rewindPoint: initial };
        taken.push(iteration);
        for (const [index, level] of chosen.entries()) {
          const pruned = { ...from, movement: movement?.sum };
          masks[index]!.push(context.prune(key, pruned, targets[level - 1]!));
        }
      },
    });
    return {
      kind: 'early-bird',
      replicate,
      iterations: Uint32Array.from(taken),
      levels: chosen.map((level, index): EarlyBirdMasks => {
        const drawn = masks[index]!;
        const distances = distancesBetween(drawn);
        const settled = settledAt(distances, drawn.length, window, threshold);
        const last = drawn.at(-1)!;
        const kept = countKeptBySegment(last, layout.prunable);
        return {
          level,
          density: countKept(last) / layout.prunableCount,
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
});

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
