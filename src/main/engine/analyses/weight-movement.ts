import { z } from 'zod';
import type { LineDescription } from '../../../shared/charts/chart-description.ts';
import { PAIR_DASH } from '../../../shared/charts/palette.ts';
import { trainingAt, type TrainingPlace } from '../../../shared/domain/analysis.ts';
import { countKept, type MaskSegment } from '../../../shared/domain/mask.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { type Group, groupBy } from '../../../shared/group-by.ts';
import { type AnalysisChart, defineAnalysis } from './analysis.ts';
import {
  branchesHparam,
  chosenLevels,
  levelsHparam,
  placeName,
  replicatesOf,
  trainingPlaces,
} from './hparams.ts';
import {
  amount,
  branchColumn,
  choiceOf,
  column,
  formatCount,
  formatDensity,
  mean,
  type RowPlace,
  rowsAt,
  spread,
  tableOf,
} from './report.ts';

/** Magnitudes of a group of weights: counts in bins of equal width, and their mean and median. */
interface Magnitudes {
  /** `[bins]` */
  readonly counts: Uint32Array;
  readonly mean: number;
  readonly median: number;
}

/** How far a group of weights moved in training. In an empty group everything is 0. */
export interface GroupMovement {
  readonly count: number;
  readonly initial: Magnitudes;
  readonly final: Magnitudes;
  /** Mean of |final − initial|. */
  readonly meanMovement: number;
  /** Fraction whose sign changed. */
  readonly signChanges: number;
  /** `[bins]`: mean |final| of the weights whose |initial| is in the bin; 0 for an empty bin. */
  readonly finalByInitial: Float64Array;
}

interface TensorMovement {
  /** `layer.kernel`; `all` for every prunable weight together. */
  readonly name: string;
  /** Bins go from 0 to this magnitude. */
  readonly largest: number;
  /** Weights that the next level keeps; for the last level and for branches, all that are kept. */
  readonly survivors: GroupMovement;
  /** Weights that this level trained and the next one prunes. */
  readonly pruned: GroupMovement;
}

export interface WeightMovementResult extends TrainingPlace {
  /** Fraction of prunable weights kept at this level. */
  readonly density: number;
  /** All weights first, then each prunable tensor. */
  readonly tensors: readonly [TensorMovement, ...TensorMovement[]];
}

/** The cost of a unit, roughly, in optimizer steps. */
const STEPS = 20;

/**
 * The weights of a level before and after training, separately for the survivors and for the
 * weights pruned next: the plane of initial and final weights of Zhou et al. 2019, section 2.
 */
export const weightMovement = defineAnalysis({
  id: 'weight-movement',
  label: 'Weight movement',
  description:
    'Magnitudes before and after training, of the survivors and of the weights pruned next.',
  hparams: z.object({
    levels: levelsHparam,
    branches: branchesHparam,
    bins: z.int().min(2).max(1000).default(50).meta({
      title: 'Bins',
      description:
        'The number of bins of each histogram, from 0 to the tensor’s largest magnitude.',
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
  run({ bins }, place, { settings, layout, mask, weights, advance }): WeightMovementResult {
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
      ...place,
      density: countKept(kept) / layout.prunableCount,
      tensors: [all, ...layout.prunable.map((tensor) => tensorOf(tensor.name, [tensor]))],
    };
  },
  rows: (result) => result.tensors.flatMap((tensor) => rowsOf(trainingAt(result), tensor)),
  summarize(results) {
    type Row = Group<WeightMovementResult>;
    const of = (group: Row, pick: (all: TensorMovement) => number): number =>
      mean(group, ({ tensors: [all] }) => pick(all));
    const groups = [...groupBy(results, ({ level, branch = '' }) => `${level}/${branch}`).values()];
    const table = tableOf<Row>(
      [
        column('level', 'number', ([{ level }]) => level),
        ...branchColumn(results),
        column('survivors', 'significant', (group) =>
          of(group, ({ survivors }) => survivors.count),
        ),
        column('initial |w|', 'significant', (group) =>
          of(group, ({ survivors }) => survivors.initial.mean),
        ),
        column('final |w|', 'significant', (group) =>
          of(group, ({ survivors }) => survivors.final.mean),
        ),
        column('sign changes', 'percent', (group) =>
          spread(group, ({ tensors: [all] }) => all.survivors.signChanges),
        ),
        column('pruned next', 'significant', (group) => of(group, ({ pruned }) => pruned.count)),
        column('initial |w| ', 'significant', (group) =>
          of(group, ({ pruned }) => pruned.initial.mean),
        ),
        column('final |w| ', 'significant', (group) =>
          of(group, ({ pruned }) => pruned.final.mean),
        ),
      ],
      groups,
    );
    const replicates = groups[0]?.length ?? 0;
    return {
      tables: [table],
      notes: [
        `Mean magnitudes over all prunable weights and ${amount(replicates, 'replicate')}. For single tensors and histograms, use --json or "ticket export --what analyses".`,
      ],
    };
  },
  choices(results) {
    const branch = choiceOf('branch', 'Branch', results.map(branchOf), 'first');
    const tensors = results[0]?.tensors.map(({ name }) => name) ?? [];
    return [
      choiceOf(
        'level',
        'Level',
        results.map(({ level }) => level),
        'last',
      ),
      choiceOf(
        'replicate',
        'Replicate',
        results.map(({ replicate }) => replicate),
        'first',
      ),
      ...(branch.values.length > 1 ? [branch] : []),
      choiceOf('tensor', 'Weights', tensors, 'first'),
    ];
  },
  charts: [histogramChart()],
});

function branchOf(result: TrainingPlace): string {
  return trainingAt(result).branch;
}

function rowsOf(place: Omit<RowPlace, 'part'>, { name, largest, ...groups }: TensorMovement) {
  const at = { ...place, part: name };
  return (['survivors', 'pruned'] as const).flatMap((group) => {
    const { count, meanMovement, signChanges, ...moments } = groups[group];
    return [
      ...rowsAt(at, [
        [group, 'weights', count],
        [`${group}, mean movement`, 'magnitude', meanMovement],
        [`${group}, sign changes`, 'fraction of weights', signChanges],
      ]),
      ...(['initial', 'final'] as const).flatMap((moment) => {
        const { counts, mean, median } = moments[moment];
        return [
          ...rowsAt(at, [
            [`${group}, mean ${moment}`, 'magnitude', mean],
            [`${group}, median ${moment}`, 'magnitude', median],
          ]),
          ...[...counts].flatMap((value, bin) =>
            rowsAt({ ...at, at: (bin / counts.length) * largest }, [
              [`${group}, ${moment} in bin`, 'weights', value],
            ]),
          ),
        ];
      }),
    ];
  });
}

/**
 * The histograms of one training: magnitudes before and after, of survivors and of weights pruned
 * next.
 */
function histogramChart(): AnalysisChart<WeightMovementResult> {
  return {
    id: 'weight-movement',
    title: 'How far weights move in training',
    describe(results, { name, replicate = 0, branch = TICKET_BRANCH, tensor: chosen, ...options }) {
      const own = results.filter(
        (result) => result.replicate === replicate && branchOf(result) === branch,
      );
      // After the last level nothing is pruned.
      const pruning = own.filter(({ tensors: [all] }) => all.pruned.count > 0);
      const level = options.level ?? (pruning.at(-1) ?? own.at(-1))?.level;
      const result = own.find((each) => each.level === level);
      if (!result) return undefined;
      const tensor = result.tensors.find((each) => each.name === chosen) ?? result.tensors[0];
      const { largest, survivors, pruned } = tensor;
      const prefix = result.branch === undefined ? '' : `${result.branch}, `;
      const where = tensor.name === 'all' ? 'all layers' : tensor.name;
      const binWidth = Number((largest / survivors.initial.counts.length).toPrecision(2));
      return {
        kind: 'lines',
        title: `Weights before and after training: ${name}`,
        subtitle: `${prefix}level ${result.level} (${formatDensity(result.density)} density), replicate ${replicate + 1}, ${where}; N = ${formatCount(survivors.count)} survivors, ${formatCount(pruned.count)} pruned next`,
        lines: [
          ...outlines('survivors', survivors, largest, 0),
          ...(pruned.count > 0 ? outlines('pruned next', pruned, largest, 1) : []),
        ],
        xTitle: 'Magnitude of a weight',
        yTitle: `Weights per bin of ${binWidth}`,
        x: { min: 0, max: largest },
        y: { min: 0 },
      };
    },
  };
}

/** The two histograms of a group: before training dashed, after it filled. */
function outlines(
  label: string,
  { initial, final }: GroupMovement,
  largest: number,
  colour: number,
): LineDescription[] {
  const points = ({ counts }: Magnitudes) =>
    Array.from(counts, (count, bin) => ({ x: ((bin + 0.5) / counts.length) * largest, y: count }));
  return [
    {
      kind: 'outline',
      label: `${label}, initial`,
      points: points(initial),
      colour,
      dash: PAIR_DASH,
      isFilled: false,
    },
    { kind: 'outline', label: `${label}, final`, points: points(final), colour, isFilled: true },
  ];
}

/** Whether another level is pruned from this one. */
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
