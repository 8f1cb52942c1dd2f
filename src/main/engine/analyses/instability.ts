import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  type ArrayNeed,
  type PathErrors,
  trainingAt,
  type TrainingPlace,
} from '../../../shared/domain/analysis.ts';
import { duration } from '../../../shared/domain/duration.ts';
import { countKept } from '../../../shared/domain/mask.ts';
import { iterationsOf } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { largest } from '../../../shared/extremes.ts';
import { rewindOf } from '../lottery/rewinds/index.ts';
import type { ParameterLayout } from '../network.ts';
import type { Score } from '../training/trainer.ts';
import { type AnalysisContext, defineAnalysis, MEASUREMENT_STEPS } from './analysis.ts';
import {
  branchesHparam,
  chosenLevels,
  firstReplicates,
  levelsHparam,
  placeName,
  replicatesHparam,
  trainingPlaces,
} from './hparams.ts';

interface Place extends TrainingPlace {
  /** The iteration k at which the two copies part. */
  readonly rewind: number;
}

/** Where the copies start from. */
type Start =
  | { readonly kind: 'stored'; readonly need: ArrayNeed & { readonly array: StartArray } }
  /** θk is not kept: the dense network is trained again as far as k. */
  | { readonly kind: 'retrained' };
type StartArray = 'initial-weights' | 'rewind-point';

/** The samples of SGD's noise that the copies see; neither is the search's own. */
const NOISES = ['instability, first copy', 'instability, second copy'] as const;

/**
 * Instability analysis (Frankle et al. 2020, "Linear Mode Connectivity", section 2): two copies of
 * the subnetwork m ⊙ θk are trained to the end in two data orders; the barrier is the largest error
 * on the line between them minus the mean of its ends. Below 2 points the network is stable.
 */
export const instability = defineAnalysis({
  id: 'instability',
  label: 'Instability',
  description:
    'Trains two copies in other data orders and measures the error on the line between them.',
  hparams: z.object({
    levels: levelsHparam.meta({
      title: 'Levels',
      description: 'Which levels; the dense network (0) and the last one if left out.',
    }),
    branches: branchesHparam,
    rewinds: z.array(duration(0)).min(1).optional().meta({
      title: 'Rewind points',
      description:
        'Iterations at which the two copies part; that of the search if left out. Masks are the search’s; branches part where they start.',
      unit: 'iterations',
    }),
    replicates: replicatesHparam,
    points: z.int().min(3).max(1000).default(30).meta({
      title: 'Points on the path',
      description: 'Evenly spaced from one copy to the other, both included.',
      unit: 'points',
    }),
    trainExamples: z.int().min(1).optional().meta({
      title: 'Training examples',
      description: 'The first so many, to measure the training error on; all if left out.',
      unit: 'examples',
    }),
  }),
  plan({ levels, branches, rewinds: given, replicates, points }, { settings }) {
    const { iterations } = settings.training;
    const chosen = chosenLevels('instability', levels ?? endsOf(settings), settings);
    const iterationsK = [...new Set(given ?? [settings.rewind.iteration])];
    for (const rewind of iterationsK) {
      if (rewind < iterations) continue;
      throw new WorkbenchError(
        'invalid-settings',
        `instability: rewinds has ${rewind}; expected below training.iterations, ${iterations}`,
      );
    }
    const places = trainingPlaces('instability', branches, chosen, settings);
    checkTrained(branches, settings);
    return firstReplicates('instability', replicates, settings).flatMap((replicate) =>
      places.flatMap((each) =>
        (each.branch === undefined ? iterationsK : [settings.rewind.iteration]).map((rewind) => {
          const place: Place = { replicate, ...each, rewind };
          const start = startOf(settings, place);
          const isRetrained = start.kind === 'retrained';
          const first = isRetrained
            ? ({ array: 'initial-weights', key: trainingAt({ replicate, level: 0 }) } as const)
            : start.need;
          return {
            name: `${placeName(place)}, rewind ${rewind}`,
            place,
            needs: [{ array: 'mask', key: trainingAt(place) }, first],
            steps:
              2 * (iterations - rewind) + (isRetrained ? rewind : 0) + points * MEASUREMENT_STEPS,
          };
        }),
      ),
    );
  },
  run({ points, trainExamples }, place, context) {
    const { level, rewind } = place;
    const { settings, layout } = context;
    const key = trainingAt(place);
    const mask = context.mask('mask', key);
    const weights = startWeights(place, context);
    const [first, second] = NOISES.map((noise) =>
      context.retrain({
        key,
        engine: context.engineOf(level),
        weights,
        mask,
        from: rewind,
        to: settings.training.iterations,
        noise,
      }),
    );
    const alphas = Float64Array.from({ length: points }, (_, index) => index / (points - 1));
    const measuredOn = context.trainIndices.subarray(0, trainExamples);
    const measurements = [...alphas].map((alpha) =>
      context.measure(interpolate(first!, second!, alpha), mask, measuredOn),
    );
    return {
      kind: 'instability',
      ...place,
      density: countKept(mask) / layout.prunableCount,
      alphas,
      train: pathErrors(measurements.map(({ train }) => train)),
      test: pathErrors(measurements.map(({ test }) => test)),
      trainExamples: measuredOn.length,
      distance: distanceBetween(first!, second!, layout),
    };
  },
});

/** @throws WorkbenchError `invalid-settings` for the branch that is evaluated as it is. */
function checkTrained(branches: readonly string[] | undefined, settings: Settings): void {
  const level = settings.pruning.levels;
  const untrained = branches?.find(
    (branch) => iterationsOf(settings, { replicate: 0, level, branch }) === 0,
  );
  if (untrained === undefined) return;
  throw new WorkbenchError(
    'invalid-settings',
    `instability: branches has ${untrained}, which is not trained; expected branches that are`,
  );
}

function endsOf({ pruning }: Settings): number[] {
  return [...new Set([0, pruning.levels])];
}

function startOf(settings: Settings, place: Place): Start {
  const { replicate, level, rewind } = place;
  const own = settings.rewind.iteration;
  const isOwn = level === 0 ? rewind === 0 : rewind === own;
  if (isOwn) {
    const need = { array: 'initial-weights', key: trainingAt(place) } as const;
    return { kind: 'stored', need };
  }
  if (rewind === own && !rewindOf(settings).keepsTrainedWeights) {
    return {
      kind: 'stored',
      need: { array: 'rewind-point', key: trainingAt({ replicate, level: 0 }) },
    };
  }
  return { kind: 'retrained' };
}

/** θk, whole. */
function startWeights(place: Place, context: AnalysisContext): Float32Array {
  const { replicate, rewind } = place;
  const { settings, layout } = context;
  const start = startOf(settings, place);
  if (start.kind === 'stored') return context.weights(start.need.array, start.need.key);
  const dense = trainingAt({ replicate, level: 0 });
  const initial = context.weights('initial-weights', dense);
  if (rewind === 0) return initial;
  return context.retrain({
    key: dense,
    engine: context.engineOf(0),
    weights: initial,
    mask: new Uint8Array(layout.prunableCount).fill(1),
    from: 0,
    to: rewind,
  });
}

/** (1 − α) one + α other, in double precision. */
function interpolate(one: Float32Array, other: Float32Array, alpha: number): Float32Array {
  return one.map((value, index) => (1 - alpha) * value + alpha * other[index]!);
}

function pathErrors(scores: readonly Score[]): PathErrors {
  const error = Float64Array.from(scores, ({ accuracy }) => 1 - accuracy);
  return {
    error,
    loss: Float64Array.from(scores, ({ loss }) => loss),
    barrier: barrierOf(error),
  };
}

/** The largest error on the path, its ends included, minus the mean of the two ends. */
export function barrierOf(error: ArrayLike<number>): number {
  const ends = (error[0]! + error[error.length - 1]!) / 2;
  return largest(Array.from(error)) - ends;
}

function distanceBetween(one: Float32Array, other: Float32Array, layout: ParameterLayout): number {
  let sum = 0;
  for (const { trainable, offset, size } of layout.parameters) {
    if (!trainable) continue;
    for (let index = offset; index < offset + size; index += 1) {
      sum += (one[index]! - other[index]!) ** 2;
    }
  }
  return Math.sqrt(sum);
}
