/**
 * Learning curves with only the evaluations that can be drawn, for a window that must not hold millions:
 * in each column of pixels the lowest and the highest (buckets.ts), over the whole curve and once more over
 * the part that is zoomed into. Every evaluation that is left was measured.
 */
import { groupBy } from '../group-by.ts';
import type { TrainingKey } from '../domain/training.ts';
import { firstAtLeast, pointsToDraw, type Span } from './buckets.ts';
import { extremesOf, smoothedValues } from './curve-data.ts';
import type { CurveMeasure } from './curve-measures.ts';
import { meansOf } from './curve-means.ts';

/** Evaluations of a training, by iteration. All arrays have the same length. */
export interface CurveColumns extends Readonly<Record<CurveMeasure, Float64Array>> {
  readonly key: TrainingKey;
  readonly iterations: Uint32Array;
}

/** What is seen of learning curves. */
export interface CurvesLook {
  readonly measure: CurveMeasure;
  /** Whether the replicates of a level and branch are one line, their mean. */
  readonly isMean: boolean;
  /** How much the values before weigh in the moving average: 0 (nothing is smoothed) to below 1. */
  readonly smoothing: number;
  /** Whether the axis of iterations is logarithmic. */
  readonly isLogarithmic: boolean;
  /** The columns of pixels of each line. */
  readonly columns: number;
  /** The iterations that are zoomed into; undefined: all. */
  readonly range?: IterationRange | undefined;
}

export interface IterationRange {
  readonly from: number;
  readonly to: number;
}

/** The moving average of one measure. */
export interface CurveAverages {
  readonly measure: CurveMeasure;
  readonly weight: number;
  /** At each iteration of the curve. */
  readonly values: Float64Array;
}

type Thinned<Curve extends CurveColumns> = Curve & {
  /** Whether every evaluation is there. */
  readonly isWhole: boolean;
  /** Only of a smoothed curve that is not whole: the points that are left do not give the averages. */
  readonly averages?: CurveAverages;
};

/** What is drawn of the curves. The replicates of a mean keep the same iterations. */
export function thinned<Curve extends CurveColumns>(
  curves: readonly Curve[],
  look: CurvesLook,
): Thinned<Curve>[] {
  if (!look.isMean) return curves.map((curve) => thinnedCurve(curve, look));
  const groups = groupBy(curves, ({ key }) => `${key.level}/${key.branch}`);
  return [...groups.values()].flatMap((group) => {
    const { iterations, mean, lowest, highest } = meansOf(group, look.measure);
    const drawn = drawnOf(iterations, [mean, lowest, highest], look);
    const stops = group.flatMap((curve) =>
      earlyStopOf(curve).map((index) => curve.iterations[index]!),
    );
    const rising = risingFrom([...drawn.map((index) => iterations[index]!), ...stops]);
    return group.map((curve) => only(curve, indicesAt(curve.iterations, rising)));
  });
}

/** Every evaluation within the range, and the early stop wherever it is. */
export function within<Curve extends CurveColumns>(
  curve: Curve,
  range: IterationRange | undefined,
): Thinned<Curve> {
  if (!range) return { ...curve, isWhole: true };
  const from = firstAtLeast(curve.iterations, range.from);
  const end = firstAtLeast(curve.iterations, Math.floor(range.to) + 1, from);
  const inside = Array.from({ length: end - from }, (_, offset) => from + offset);
  return only(curve, risingFrom([...inside, ...earlyStopOf(curve)]));
}

function thinnedCurve<Curve extends CurveColumns>(curve: Curve, look: CurvesLook): Thinned<Curve> {
  const { measure, smoothing } = look;
  const values = curve[measure];
  const averages = smoothedValues(values, smoothing);
  const series = smoothing === 0 ? [values] : [values, averages];
  const rising = risingFrom([...drawnOf(curve.iterations, series, look), ...earlyStopOf(curve)]);
  const drawn = only(curve, rising);
  if (smoothing === 0 || drawn.isWhole) return drawn;
  const picked = Float64Array.from(rising, (index) => averages[index]!);
  return { ...drawn, averages: { measure, weight: smoothing, values: picked } };
}

/** What is not seen of a zoomed curve is drawn for a moment, after the zoom: a column in so many is enough. */
const COARSER = 8;

/** Indices, of the whole curve and of the part that is zoomed into. They may repeat. */
function drawnOf(
  iterations: ArrayLike<number>,
  series: readonly ArrayLike<number>[],
  { range, isLogarithmic, columns }: CurvesLook,
): number[] {
  const count = iterations.length;
  if (count === 0) return [];
  // Iteration 0 has no place on a logarithmic axis.
  const first = isLogarithmic ? Math.max(1, iterations[0]!) : iterations[0]!;
  const whole: Span = { from: first, to: iterations[count - 1]!, isLogarithmic };
  const isZoomed = range !== undefined && (!isLogarithmic || range.from > 0);
  const drawn = series.flatMap((values) => {
    const extremes = extremesOf(values);
    if (!isZoomed) return pointsToDraw(iterations, extremes, whole, columns);
    const seen = { ...range, isLogarithmic };
    return [
      ...pointsToDraw(iterations, extremes, whole, Math.ceil(columns / COARSER)),
      ...pointsToDraw(iterations, extremes, seen, columns),
    ];
  });
  return [0, ...drawn];
}

/** Without repetitions. */
function risingFrom(numbers: readonly number[]): Uint32Array {
  const sorted = new Uint32Array(numbers).sort();
  return sorted.filter((number, at) => at === 0 || number !== sorted[at - 1]);
}

/** The index of the earliest least validation loss, if there is one. */
function earlyStopOf({ validationLoss }: CurveColumns): readonly number[] {
  const { lowest } = extremesOf(validationLoss).within(0, validationLoss.length);
  return lowest === -1 ? [] : [lowest];
}

/** @param rising iterations, some of which the list may lack. */
function indicesAt(iterations: Uint32Array, rising: Uint32Array): number[] {
  const indices: number[] = [];
  let from = 0;
  for (const iteration of rising) {
    from = firstAtLeast(iterations, iteration, from);
    if (iterations[from] === iteration) indices.push(from);
  }
  return indices;
}

/** @param indices rising. */
function only<Curve extends CurveColumns>(
  curve: Curve,
  indices: ArrayLike<number>,
): Thinned<Curve> {
  // Loops: `from` with a function takes several times as long.
  const pickInto = <List extends Float64Array | Uint32Array>(picked: List, values: List): List => {
    for (let at = 0; at < picked.length; at += 1) picked[at] = values[indices[at]!]!;
    return picked;
  };
  const pick = (values: Float64Array) => pickInto(new Float64Array(indices.length), values);
  return {
    ...curve,
    isWhole: indices.length === curve.iterations.length,
    iterations: pickInto(new Uint32Array(indices.length), curve.iterations),
    validationLoss: pick(curve.validationLoss),
    validationAccuracy: pick(curve.validationAccuracy),
    testLoss: pick(curve.testLoss),
    testAccuracy: pick(curve.testAccuracy),
  };
}
