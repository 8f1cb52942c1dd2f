import { z } from 'zod';
import { seriesDash } from '../../../shared/charts/palette.ts';
import { rangeOf } from '../../../shared/charts/ranges.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type ArrayNeed, trainingAt, type TrainingPlace } from '../../../shared/domain/analysis.ts';
import { duration } from '../../../shared/domain/duration.ts';
import { countKept } from '../../../shared/domain/mask.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { Group } from '../../../shared/group-by.ts';
import { rewindOf } from '../lottery/rewinds/index.ts';
import { iterationsOf } from '../lottery/span.ts';
import {
  type AnalysisChart,
  type AnalysisContext,
  defineAnalysis,
  MEASUREMENT_STEPS,
} from './analysis.ts';
import {
  constantError,
  faultNotes,
  type InstabilityResult,
  networksOf,
  STABLE_BELOW,
  stabilityOf,
} from './instability-results.ts';
import { distanceBetween, errorAtEnds, interpolate, pathErrors } from './linear-path.ts';
import { findLivePaths } from './live-paths.ts';
import {
  branchesHparam,
  chosenLevels,
  firstReplicates,
  levelsHparam,
  placeName,
  replicatesHparam,
  trainingPlaces,
} from './hparams.ts';
import {
  amount,
  branchColumn,
  column,
  formatDensity,
  formatPercent,
  mean,
  rowsAt,
  spread,
  tableOf,
} from './report.ts';

interface Place extends TrainingPlace {
  /** The iteration k at which the two copies part. */
  readonly rewind: number;
}

/** The weights that the copies start from. */
type Start =
  | { readonly kind: 'stored'; readonly need: ArrayNeed & { readonly array: StartArray } }
  /** θk is not stored: the dense network is retrained up to iteration k. */
  | { readonly kind: 'retrained' };
type StartArray = 'initial-weights' | 'rewind-point';

/** The samples of SGD's noise that the two copies see; neither is the search's own. */
const NOISES = ['instability, first copy', 'instability, second copy'] as const;

/**
 * Instability analysis (Frankle et al. 2020, "Linear Mode Connectivity", section 2): two copies of
 * the subnetwork m ⊙ θk are trained to the end in two data orders; the barrier is the largest error
 * on the line between them minus the mean of its ends. Below 2 points the network is stable, unless
 * its copies answer the same for every example: between such copies there is no barrier either.
 */
export const instability = defineAnalysis({
  id: 'instability',
  label: 'Instability',
  description:
    'Trains two copies in different data orders and measures the error on the line between them.',
  measures: true,
  hparams: z.object({
    levels: levelsHparam.meta({
      title: 'Levels',
      description: 'Levels to analyse. By default the dense network (0) and the last level.',
    }),
    branches: branchesHparam,
    rewinds: z.array(duration(0)).min(1).optional().meta({
      title: 'Rewind points',
      description:
        'Iterations at which the two copies part. By default the search’s own rewind point. Masks are those of the search. Copies of a branch part where the branch starts.',
      unit: 'iterations',
    }),
    replicates: replicatesHparam,
    points: z.int().min(3).max(1000).default(30).meta({
      title: 'Points on the path',
      description: 'Evenly spaced points from one copy to the other, both included.',
      unit: 'points',
    }),
    trainExamples: z.int().min(1).optional().meta({
      title: 'Training examples',
      description:
        'The training error is measured on this many training examples, starting from the first. By default all.',
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
  run({ points, trainExamples }, place, context): InstabilityResult {
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
      ...place,
      density: countKept(mask) / layout.prunableCount,
      effectiveDensity:
        countKept(findLivePaths(context.network, layout, mask).effective) / layout.prunableCount,
      testSet: context.testSet,
      alphas,
      train: pathErrors(measurements.map(({ train }) => train)),
      test: pathErrors(measurements.map(({ test }) => test)),
      trainExamples: measuredOn.length,
      distance: distanceBetween(first!, second!, layout),
    };
  },
  rows(result) {
    const { replicate, level, rewind } = result;
    const place = { replicate, level, branch: trainingAt(result).branch, rewind, part: 'all' };
    return [
      ...rowsAt(place, [
        ['density', 'fraction kept', result.density],
        ...(result.effectiveDensity === undefined
          ? []
          : [['effective density', 'fraction kept', result.effectiveDensity] as const]),
        ...(result.testSet === undefined
          ? []
          : [
              [
                'test error of a constant',
                'fraction of examples',
                constantError(result.testSet),
              ] as const,
            ]),
        ['distance', 'Euclidean', result.distance],
      ]),
      ...(['train', 'test'] as const).flatMap((set) => {
        const { barrier, error, loss } = result[set];
        return [
          ...rowsAt(place, [[`${set} barrier`, 'fraction of examples', barrier]]),
          ...[...result.alphas].flatMap((at, point) =>
            rowsAt({ ...place, at }, [
              [`${set} error`, 'fraction of examples', error[point]!],
              [`${set} loss`, 'nats', loss[point]!],
            ]),
          ),
        ];
      }),
    ];
  },
  summarize(results) {
    const [first] = results;
    const groups = networksOf(results);
    const replicates = groups[0]?.length ?? 0;
    const table = tableOf<Group<InstabilityResult>>(
      [
        column('level', 'number', ([{ level }]) => level),
        ...branchColumn(results),
        column('density', 'percent', (group) => mean(group, ({ density }) => density)),
        column('rewind', 'number', ([{ rewind }]) => rewind),
        column('test error at the ends', 'percent', (group) =>
          spread(group, ({ test }) => errorAtEnds(test.error)),
        ),
        column('test barrier', 'percent', (group) => spread(group, ({ test }) => test.barrier)),
        column('train barrier', 'percent', (group) => spread(group, ({ train }) => train.barrier)),
        column('stable', 'text', stabilityOf),
      ],
      groups,
    );
    return {
      tables: [table],
      notes: [
        `Barrier: the largest error on the line between two copies minus the mean of its ends; stable below ${formatPercent(STABLE_BELOW, 0)}.`,
        `${first.alphas.length} points on each line; mean [min, max] over ${amount(replicates, 'replicate')}.`,
        ...groups.flatMap(faultNotes),
      ],
    };
  },
  charts: [
    barrierChart('barrier', 'Test error between two data orders', 'test'),
    barrierChart('train-barrier', 'Training error between two data orders', 'train'),
  ],
});

/**
 * Error along the line between the copies (figure 1 of Frankle et al. 2020): a line for every level,
 * rewind point and branch, with the barrier, in points of error, in the legend.
 */
function barrierChart(
  id: string,
  title: string,
  measuredOn: 'test' | 'train',
): AnalysisChart<InstabilityResult> {
  const set = measuredOn === 'test' ? 'Test' : 'Training';
  return {
    id,
    title,
    describe(results, { name }) {
      const replicates = new Set(results.map(({ replicate }) => replicate)).size;
      return {
        kind: 'lines',
        title: `${set} error between two copies: ${name}`,
        subtitle: `N = ${amount(replicates, 'replicate')}; line: mean, band: min to max; barrier: largest error minus the mean of the ends, in points`,
        lines: networksOf(results).map((group, index) => {
          const [{ level, density, rewind, alphas, branch }] = group;
          const barrier = mean(group, (result) => result[measuredOn].barrier * 100);
          const stability = stabilityOf(group);
          const fault = stability === 'yes' || stability === 'no' ? '' : ` (${stability})`;
          const subnetwork =
            level === 0 ? 'dense' : `level ${level} (${formatDensity(density)} density)`;
          return {
            kind: 'banded',
            label: `${branch === undefined ? '' : `${branch}, `}${subnetwork}, from iteration ${rewind}: barrier ${barrier.toFixed(2)}${fault}`,
            points: [...alphas].map((alpha, point) => ({
              x: alpha,
              ...rangeOf(group.map((result) => result[measuredOn].error[point]! * 100)),
            })),
            colour: index,
            dash: seriesDash(index),
          };
        }),
        xTitle: 'α: position on the line from the first copy (0) to the second (1)',
        yTitle: `${set} error (%)`,
        x: { min: 0, max: 1 },
        y: { min: 0 },
      };
    },
  };
}

/** @throws WorkbenchError `invalid-settings` for a branch that is not trained. */
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

/** θk, the whole parameter vector. */
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
