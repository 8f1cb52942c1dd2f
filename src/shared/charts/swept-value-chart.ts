/** A metric against a swept setting: a line for each branch, or for each value of another setting. */
import { pairedDifference } from '../domain/statistics.ts';
import { formatDensity } from '../percent-text.ts';
import { describeHeld, heldResults, type SweepChoice } from '../sweep/sweep-choice.ts';
import {
  branchesOf,
  DENSE_BRANCH,
  type Measured,
  measured,
  type SweepQuestion,
  type SweepResult,
  wordsOf,
} from '../sweep/sweep-metrics.ts';
import { describeTarget } from '../sweep/sweep-target.ts';
import { indexOfValue, type SweptAxis } from '../sweep/swept-axes.ts';
import type { AxisDescription, BandedLine, LinesDescription } from './chart-description.ts';
import type { BandedPoint, PointDifference } from './line-chart.ts';
import { seriesDash } from './palette.ts';
import { rangeOf } from './ranges.ts';
import { apart } from './axis-ticks.ts';

/** The dashes of the dense network, which is no line of its own in other charts. */
const DENSE_DASH = [2, 4];

/** @param name of the sweep. */
export function sweptValueChart(
  name: string,
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  choice: SweepChoice,
  question: SweepQuestion,
): LinesDescription {
  const axis = axes[choice.x]!;
  const shown = [choice.x, choice.by];
  const own = heldResults(axes, results, choice, shown);
  const { label, axis: yTitle } = wordsOf(question.metric);
  return {
    kind: 'lines',
    title: `${label}: ${name}`,
    subtitle: subtitleOf(axes, choice, question),
    xTitle: axis.title,
    yTitle,
    x: axisOf(axis),
    reference: DENSE_BRANCH,
    lines:
      choice.by === undefined
        ? linesOfBranches(axes, own, choice, question)
        : linesOfValues(axes, own, choice, choice.by, question),
  };
}

function subtitleOf(
  axes: readonly SweptAxis[],
  choice: SweepChoice,
  { metric, branch, target }: SweepQuestion,
): string {
  const held = describeHeld(axes, choice, [choice.x, choice.by]);
  if (metric === 'smallest-winning') return `The smallest winning ticket of each search${held}`;
  const who = choice.by === undefined ? '' : `${branch}, `;
  return `${who}${describeTarget(target)}${held}; N: replicates; line: mean, band: min to max`;
}

function linesOfBranches(
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  choice: SweepChoice,
  question: SweepQuestion,
): BandedLine[] {
  return branchesOf(results).flatMap((branch, index) => {
    const points = pointsOf(axes[choice.x]!, results, choice.x, { ...question, branch });
    if (points.length === 0) return [];
    const look =
      branch === DENSE_BRANCH
        ? { colour: 'reference' as const, dash: DENSE_DASH }
        : { colour: index, dash: seriesDash(index) };
    return [{ kind: 'banded', label: branch, points, ...look }];
  });
}

function linesOfValues(
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  { x }: SweepChoice,
  by: number,
  question: SweepQuestion,
): BandedLine[] {
  const other = axes[by]!;
  return other.texts.flatMap((text, index) => {
    const own = results.filter(({ values }) => indexOfValue(other, values[by]) === index);
    const points = pointsOf(axes[x]!, own, x, question);
    if (points.length === 0) return [];
    const label = `${other.name} = ${text}`;
    return [{ kind: 'banded', label, points, colour: index, dash: seriesDash(index) }];
  });
}

/** By rising place; searches without the metric have no point. */
function pointsOf(
  axis: SweptAxis,
  results: readonly SweepResult[],
  x: number,
  question: SweepQuestion,
): BandedPoint[] {
  return results
    .flatMap((result): BandedPoint[] => {
      const place = axis.places[indexOfValue(axis, result.values[x])];
      const found = measured(result, question);
      return place === undefined || !found ? [] : [pointOf(place, found, result, question)];
    })
    .toSorted((one, other) => one.x - other.x);
}

function pointOf(
  place: number,
  found: Measured,
  result: SweepResult,
  question: SweepQuestion,
): BandedPoint {
  const { values, mean, level, density, verdict } = found;
  const difference = differenceFromDense(found, result, question);
  return {
    x: place,
    ...rangeOf(values.filter((value) => !Number.isNaN(value))),
    mean,
    values,
    ...(difference && { difference }),
    ...(verdict !== undefined && { verdict }),
    ...(level > 0 && {
      note: `level ${level}, density ${formatDensity(density)}`,
    }),
  };
}

/** In accuracies, which is what a verdict rests on; the replicates of a search have the same seeds. */
function differenceFromDense(
  { values }: Measured,
  result: SweepResult,
  question: SweepQuestion,
): PointDifference | undefined {
  if (question.metric !== 'accuracy' || question.branch === DENSE_BRANCH) return undefined;
  const differences = measured(result, { ...question, metric: 'difference' })?.values ?? [];
  const pairs = values.flatMap((own, replicate) => {
    const difference = differences[replicate] ?? NaN;
    return Number.isFinite(difference) ? [{ own, dense: own - difference }] : [];
  });
  if (pairs.length === 0 || !result.series) return undefined;
  const { mean, lower, upper } = pairedDifference(
    pairs.map(({ dense }) => dense),
    pairs.map(({ own }) => own),
    result.series.settings.verdict.confidence,
  );
  return { mean, ...(lower !== undefined && { lower }), ...(upper !== undefined && { upper }) };
}

function axisOf({ scale, places, texts }: SweptAxis): AxisDescription {
  if (scale === 'category') {
    return {
      min: -0.5,
      max: Math.max(1, places.length) - 0.5,
      namedTicks: places.map((at) => ({ at, name: texts[at] ?? '' })),
    };
  }
  if (scale === 'logarithmic') {
    return { min: places[0]!, max: places.at(-1)!, logarithmicTicks: apart(places).toReversed() };
  }
  return {};
}
