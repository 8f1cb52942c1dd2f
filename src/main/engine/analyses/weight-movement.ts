import { z } from 'zod';
import {
  type GroupMovement,
  type Magnitudes,
  type TensorMovement,
  trainingAt,
  type TrainingPlace,
} from '../../../shared/domain/analysis.ts';
import { countKept, type MaskSegment } from '../../../shared/domain/mask.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { defineAnalysis } from './analysis.ts';
import {
  branchesHparam,
  chosenLevels,
  levelsHparam,
  placeName,
  replicatesOf,
  trainingPlaces,
} from './hparams.ts';

/** Optimizer steps that a unit takes about as long as. */
const STEPS = 20;

/**
 * Where a level's weights were before training and where they ended, for those that the next level
 * keeps and those that it prunes: the plane of initial and final weights in which Zhou et al. 2019,
 * section 2, look at masks.
 */
export const weightMovement = defineAnalysis({
  id: 'weight-movement',
  label: 'Weight movement',
  description: 'Magnitudes before and after training, of the survivors and of what is pruned next.',
  hparams: z.object({
    levels: levelsHparam,
    branches: branchesHparam,
    bins: z.int().min(2).max(1000).default(50).meta({
      title: 'Bins',
      description: 'Of each histogram, from 0 to the largest magnitude of the tensor.',
      unit: 'bins',
    }),
  }),
  plan({ levels, branches }, { settings }) {
    const chosen = chosenLevels('weight-movement', levels, settings);
    const places = trainingPlaces('weight-movement', branches, chosen, settings);
    return replicatesOf(settings).flatMap((replicate) =>
      places.map((each) => {
        const place: TrainingPlace = { replicate, ...each };
        const key = trainingAt(place);
        return {
          name: placeName(place),
          place,
          needs: [
            { array: 'mask' as const, key },
            { array: 'initial-weights' as const, key },
            { array: 'final-weights' as const, key },
            ...(isPruned(place, settings) ? [{ array: 'next-mask' as const, key }] : []),
          ],
          steps: STEPS,
        };
      }),
    );
  },
  run({ bins }, place, { settings, layout, mask, weights, advance }) {
    const key = trainingAt(place);
    const kept = mask('mask', key);
    const next = isPruned(place, settings) ? mask('next-mask', key) : kept;
    const initial = weights('initial-weights', key);
    const final = weights('final-weights', key);
    const tensorOf = (name: string, parts: readonly TensorPart[]): TensorMovement => {
      const survivors = valuesWhere(parts, initial, final, (at) => next[at] === 1);
      const pruned = valuesWhere(parts, initial, final, (at) => kept[at] === 1 && next[at] === 0);
      const largest = Math.max(largestOf(survivors), largestOf(pruned));
      const edges = { bins, largest };
      return {
        name,
        largest,
        survivors: movementOf(survivors, edges),
        pruned: movementOf(pruned, edges),
      };
    };
    const all = tensorOf('all', layout.prunable);
    advance(STEPS / 2);
    return {
      kind: 'weight-movement',
      ...place,
      density: countKept(kept) / layout.prunableCount,
      tensors: [all, ...layout.prunable.map((tensor) => tensorOf(tensor.name, [tensor]))],
    };
  },
});

/** Whether a level comes after it. */
function isPruned({ level, branch }: TrainingPlace, { pruning }: Settings): boolean {
  return branch === undefined && level < pruning.levels;
}

interface TensorPart extends MaskSegment {
  /** Index of its first value in the parameter vector. */
  readonly offset: number;
}

/** The same weights before and after training. */
interface Values {
  readonly initial: Float64Array;
  readonly final: Float64Array;
}

/** @param isIn whether the weight of an entry of the mask belongs to the group. */
function valuesWhere(
  parts: readonly TensorPart[],
  initial: Float32Array,
  final: Float32Array,
  isIn: (maskIndex: number) => boolean,
): Values {
  const weights = parts.reduce((sum, { size }) => sum + size, 0);
  const before = new Float64Array(weights);
  const after = new Float64Array(weights);
  let count = 0;
  for (const { offset, maskOffset, size } of parts) {
    for (let index = 0; index < size; index += 1) {
      if (!isIn(maskOffset + index)) continue;
      before[count] = initial[offset + index]!;
      after[count] = final[offset + index]!;
      count += 1;
    }
  }
  return { initial: before.subarray(0, count), final: after.subarray(0, count) };
}

function largestOf({ initial, final }: Values): number {
  const larger = (most: number, value: number): number => Math.max(most, Math.abs(value));
  return Math.max(initial.reduce(larger, 0), final.reduce(larger, 0));
}

interface Bins {
  readonly bins: number;
  readonly largest: number;
}

/** The largest magnitude belongs to the last bin. */
function binOf(magnitude: number, { bins, largest }: Bins): number {
  return largest === 0 ? 0 : Math.min(bins - 1, Math.floor((magnitude / largest) * bins));
}

function movementOf({ initial, final }: Values, edges: Bins): GroupMovement {
  const count = initial.length;
  let movement = 0;
  let changes = 0;
  const sums = new Float64Array(edges.bins);
  for (let index = 0; index < count; index += 1) {
    const before = initial[index]!;
    const after = final[index]!;
    movement += Math.abs(after - before);
    if (Math.sign(before) !== Math.sign(after)) changes += 1;
    sums[binOf(Math.abs(before), edges)]! += Math.abs(after);
  }
  const magnitudes = magnitudesOf(initial, edges);
  return {
    count,
    initial: magnitudes,
    final: magnitudesOf(final, edges),
    meanMovement: count === 0 ? 0 : movement / count,
    signChanges: count === 0 ? 0 : changes / count,
    finalByInitial: sums.map((sum, bin) => (sum === 0 ? 0 : sum / magnitudes.counts[bin]!)),
  };
}

function magnitudesOf(values: Float64Array, edges: Bins): Magnitudes {
  const sorted = values.map(Math.abs).sort();
  const counts = new Uint32Array(edges.bins);
  for (const magnitude of sorted) counts[binOf(magnitude, edges)]! += 1;
  const count = sorted.length;
  if (count === 0) return { counts, mean: 0, median: 0 };
  const middle = Math.floor(count / 2);
  const median = count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { counts, mean: sorted.reduce((sum, value) => sum + value, 0) / count, median };
}
