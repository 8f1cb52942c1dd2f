/** Learning curves: every evaluation of every training, by iteration, or their means over replicates. */
import { TICKET_BRANCH, type TrainingKey } from '../domain/training.ts';
import { largest } from '../extremes.ts';
import { type Group, groupBy } from '../group-by.ts';
import { formatDensity } from '../percent-text.ts';
import type { ColourRole, Marks, WindowLine, WindowLines } from './chart-description.ts';
import { CURVE_MEASURE_LABELS, type CurveMeasure } from './curve-measures.ts';
import { longestOf, valueAt } from './curve-means.ts';
import type { CurveAverages } from './curve-thinning.ts';
import { type BandedPoint, describeReplicates } from './line-chart.ts';
import { seriesDash } from './palette.ts';
import { extentOf, rangeOf } from './ranges.ts';
import { readable } from './readout-table.ts';
import { testedPoints } from './tested-points.ts';

/** A curve, which may still be growing. Its values are NaN where the test set was not evaluated. */
export interface DrawableCurve extends Readonly<Record<CurveMeasure, ArrayLike<number>>> {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept; undefined while it is not known. */
  readonly density: number | undefined;
  readonly iterations: ArrayLike<number>;
  /** Whether every evaluation is there, and not only what can be drawn (curve-thinning.ts). */
  readonly isWhole: boolean;
  readonly averages?: Averages | undefined;
}

type Averages = Omit<CurveAverages, 'values'> & { readonly values: ArrayLike<number> };

export interface LearningCurvesOptions {
  readonly name: string;
  readonly measure: CurveMeasure;
  /** The number of levels of the search: colours are spread over them. */
  readonly levels: number;
  /** In order; each branch has its own dashes. */
  readonly branches: readonly string[];
  /** The end of the axis while curves are still growing. */
  readonly iterations?: number | undefined;
  /** One line for the replicates of a level and branch: their mean with a band. Default: one for each. */
  readonly isMean?: boolean;
}

/** One search: a line for each training, or for the replicates of each level and branch. */
export function learningCurvesChart(
  curves: readonly DrawableCurve[],
  options: LearningCurvesOptions,
): WindowLines {
  const look = lookFor(curves, options);
  const groups = options.isMean
    ? [...groupBy(curves, ({ key }) => `${key.level}/${key.branch}`).values()]
    : curves.map((curve): Group<DrawableCurve> => [curve]);
  return curvesChart(
    groups.map((group) => ({ ...look(group[0]), curves: group })),
    options,
  );
}

/** A line of a chart of learning curves. */
export interface CurveLine extends Look {
  /** One, or the replicates that the line is the mean of. */
  readonly curves: Group<DrawableCurve>;
}

type CurvesOptions = Pick<LearningCurvesOptions, 'name' | 'measure' | 'isMean' | 'iterations'>;

/** The frame of figure 3 of Frankle & Carbin 2019: losses on a logarithmic axis, early stops marked. */
export function curvesChart(described: readonly CurveLine[], options: CurvesOptions): WindowLines {
  const { name, measure, isMean = false } = options;
  const isLoss = measure.endsWith('Loss');
  const label = CURVE_MEASURE_LABELS[measure];
  const lines = described.flatMap(({ curves, ...own }): WindowLine[] => {
    const line = isMean ? meanLine(curves, measure, own) : curveLine(curves[0], measure, own);
    return [...stopOf(curves, measure, own), line];
  });
  return {
    kind: 'lines',
    title: `${label}: ${name}`,
    subtitle: subtitleOf(described, measure, isMean),
    lines,
    xTitle: 'Iteration (optimizer steps from initialisation)',
    yTitle: `${label} (${isLoss ? 'nats' : '%'})`,
    x: {
      min: 0,
      ...(options.iterations !== undefined && { suggestedMax: options.iterations }),
      mostTicks: 9,
    },
    ...(isLoss && { y: { isLogarithmic: true } }),
  };
}

function subtitleOf(lines: readonly CurveLine[], measure: CurveMeasure, isMean: boolean): string {
  const count = lines.reduce((sum, { curves }) => sum + curves.length, 0);
  const trainings = `N = ${count} training${count === 1 ? '' : 's'}`;
  const onTest = isOnTest(measure) ? ' on the test set' : '';
  const stops = 'mark: early stop';
  if (!isMean) return `${trainings}, one line each; every evaluation${onTest} is a point; ${stops}`;
  const replicates = largest(lines.map(({ curves }) => curves.length));
  return `${trainings}, up to ${describeReplicates(Math.max(0, replicates))} a line; line: mean, band: min to max${onTest}; ${stops}`;
}

interface Look {
  readonly label: string;
  readonly colour: ColourRole;
  readonly dash: readonly number[];
}

/** Levels have ordered colours. Branches have the colours of the density chart. */
function lookFor(
  curves: readonly DrawableCurve[],
  { levels, branches, isMean = false }: LearningCurvesOptions,
): (curve: DrawableCurve) => Look {
  const differ = (pick: (key: TrainingKey) => unknown) =>
    new Set(curves.map(({ key }) => pick(key))).size > 1;
  const areLevelsMixed = differ(({ level }) => level);
  const areBranchesMixed = differ(({ branch }) => branch);
  const withReplicate = !isMean && differ(({ replicate }) => replicate);
  const order = [TICKET_BRANCH, ...branches];
  return ({ key, density }) => {
    const branch = Math.max(0, order.indexOf(key.branch));
    const other = areBranchesMixed || isMean ? branch : key.replicate;
    return {
      label: labelOf(key, density, withReplicate),
      colour: areLevelsMixed ? { ordered: levels === 0 ? 0 : key.level / levels } : other,
      dash: seriesDash(branch),
    };
  };
}

function labelOf(key: TrainingKey, density: number | undefined, withReplicate: boolean): string {
  const kept = density === undefined ? '' : ` (${formatDensity(density)} density)`;
  const replicate = withReplicate ? `replicate ${key.replicate + 1}, ` : '';
  if (key.level > 0) return `${replicate}level ${key.level}, ${key.branch}${kept}`;
  return `${replicate}dense${key.branch === TICKET_BRANCH ? '' : `, ${key.branch}`}`;
}

function isOnTest(measure: CurveMeasure): boolean {
  return measure.startsWith('test');
}

function factorOf(measure: CurveMeasure): number {
  return measure.endsWith('Accuracy') ? 100 : 1;
}

function curveLine(curve: DrawableCurve, measure: CurveMeasure, look: Look): WindowLine {
  const { iterations, isWhole, averages } = curve;
  const pointsOf = (values: ArrayLike<number>) =>
    isOnTest(measure) ? testedPoints(iterations, values) : { xs: iterations, ys: values };
  const known = averages?.measure === measure && {
    weight: averages.weight,
    values: pointsOf(averages.values).ys,
  };
  return {
    kind: 'long-curve',
    ...look,
    ...pointsOf(curve[measure]),
    factor: factorOf(measure),
    ...(!isWhole && { thinned: known ? { averages: known } : {} }),
  };
}

function meanLine(group: Group<DrawableCurve>, measure: CurveMeasure, look: Look): WindowLine {
  const factor = factorOf(measure);
  const longest = longestOf(group);
  const points = Array.from(longest.iterations).flatMap((x, index): BandedPoint[] => {
    if (Number.isNaN(longest[measure][index]!)) return [];
    const values = group.map((curve) => valueAt(curve, measure, x, index) * factor);
    return [{ x, ...rangeOf(values.filter((value) => !Number.isNaN(value))), values }];
  });
  return { kind: 'banded', ...look, points };
}

interface Stop {
  readonly iteration: number;
  readonly value: number;
}

/** Where the trainings stopped early, on average: none while one of them still runs. */
function stopOf(group: Group<DrawableCurve>, measure: CurveMeasure, look: Look): Marks[] {
  const stops = group.flatMap((curve): Stop[] => {
    // A training that still runs has no density yet.
    const index = curve.density === undefined ? -1 : earliestMinimum(curve.validationLoss);
    const value = curve[measure][index];
    if (value === undefined || Number.isNaN(value)) return [];
    return [{ iteration: curve.iterations[index]!, value: value * factorOf(measure) }];
  });
  if (stops.length === 0 || stops.length < group.length) return [];
  const iterations = extentOf(stops.map(({ iteration }) => iteration));
  const { mean: y } = extentOf(stops.map(({ value }) => value));
  const { mean: x, min, max } = iterations;
  const note =
    stops.length === 1
      ? `early stop at iteration ${readable(x)}`
      : `early stop at iteration ${readable(Math.round(x))} on average (${readable(min)} to ${readable(max)})`;
  const { label, colour } = look;
  return [{ kind: 'marks', label, colour, points: [{ x, y, note }], isOnLine: true }];
}

/** -1 if no value is a number. */
function earliestMinimum(values: ArrayLike<number>): number {
  let best = -1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (best === -1 ? !Number.isNaN(value) : value < values[best]!) best = index;
  }
  return best;
}
