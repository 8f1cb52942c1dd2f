/**
 * How a reader looks at a chart: what of it is hidden, the part that is zoomed into, its axes, its bands
 * and how smooth its curves are. The window and its files draw the same description.
 */
import type {
  AxisDescription,
  ChartDescription,
  Curve,
  LineDescription,
  LongCurve,
  WindowChart,
  WindowLine,
  WindowLines,
} from './chart-description.ts';
import { apart } from './axis-ticks.ts';
import { bandedPoints, replicatesOf } from './band-thinning.ts';
import { pointsToDraw, type Span } from './buckets.ts';
import { averagesOf, dataOf, extremesOf, smoothedValues } from './curve-data.ts';
import {
  bandInColumn,
  columnsWithin,
  curveInColumn,
  FILE_COLUMNS,
  MEAN_COLUMN,
} from './draw-budget.ts';
import { partText } from './readout-table.ts';
import { type Band, BAND_WORDS, BANDS, type BandedPoint, type ChartPoint } from './line-chart.ts';

/** What can be kept for the next chart of the same kind. */
export interface ViewSettings {
  readonly band: Band;
  /** Missing: as the chart has it. */
  readonly isXLogarithmic?: boolean;
  readonly isYLogarithmic?: boolean;
  /** How much the values before weigh in curves: 0 (nothing is smoothed) to below 1. */
  readonly smoothing: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface ChartView extends ViewSettings {
  /** The labels of lines that are not shown. */
  readonly hidden: ReadonlySet<string>;
  /** The part that is zoomed into; missing: everything. */
  readonly x?: Range;
  readonly y?: Range;
}

export const DEFAULT_SETTINGS: ViewSettings = { band: 'range', smoothing: 0 };
const WHOLE_VIEW: ChartView = { ...DEFAULT_SETTINGS, hidden: new Set() };

/** @param columns of pixels that the chart is wide; of a long curve each has at most two points. */
export function viewed(
  chart: WindowChart,
  view: ChartView = WHOLE_VIEW,
  columns = FILE_COLUMNS,
): ChartDescription {
  if (chart.kind === 'heat-map') {
    const subtitle = withPart(chart.subtitle, chart, view);
    return { ...withAxes(chart, inRange(chart.x, view.x), inRange(chart.y, view.y)), subtitle };
  }
  const isXLogarithmic = isLogarithmicX(chart, view);
  const isYLogarithmic = isLogarithmicY(chart, view);
  const { x: _zoom, ...whole } = view;
  const firstPositive = isXLogarithmic ? spanOf(chart, whole).from : 0;
  const shown = chart.lines.filter(({ label }) => !view.hidden.has(label));
  const band = bandOf(chart, view);
  const look: Look = {
    ...view,
    band,
    span: spanOf(chart, view),
    columns: Math.min(columns, columnsWithin(shown.map((line) => inColumn(line, view, band)))),
  };
  const lines = shown
    .flatMap((line) => drawnAs(line, look))
    .map((line) => (isXLogarithmic ? withPlacedEnds(line, firstPositive) : line))
    .map((line) => withoutUnplaceable(line, isXLogarithmic, isYLogarithmic));
  const x = inRange(withScale(chart.x, isXLogarithmic), view.x);
  const y = inRange(withScale(chart.y, isYLogarithmic), view.y);
  return {
    ...withAxes(chart, view.x ? withTicksOf(x, lines, view.x) : x, y),
    subtitle: withPart(subtitleOf(chart, look), chart, view),
    lines,
  };
}

function isLogarithmic(axis: AxisDescription | undefined): boolean {
  return axis?.isLogarithmic === true || axis?.logarithmicTicks !== undefined;
}

export function isLogarithmicX({ x }: WindowLines, view: ViewSettings): boolean {
  return view.isXLogarithmic ?? isLogarithmic(x);
}

export function isLogarithmicY({ y }: WindowLines, view: ViewSettings): boolean {
  return view.isYLogarithmic ?? isLogarithmic(y);
}

/** Without a part that is zoomed into which a logarithmic axis can't show: it reaches 0 or below. */
export function withPossibleZoom(chart: WindowChart, view: ChartView): ChartView {
  if (chart.kind === 'heat-map') return view;
  const { x, y, ...rest } = view;
  const isXPossible = x !== undefined && (x.from > 0 || !isLogarithmicX(chart, view));
  const isYPossible = y !== undefined && (y.from > 0 || !isLogarithmicY(chart, view));
  return { ...rest, ...(isXPossible && { x }), ...(isYPossible && { y }) };
}

/** The bands that some point has. */
export function bandsOf({ lines }: WindowLines): Band[] {
  const points = lines.flatMap((line) => (line.kind === 'banded' ? line.points : []));
  return BANDS.filter((band) => {
    if (band === 'range') return points.length > 0;
    const part = band === 'interval' ? 'lower' : 'values';
    return points.some((point) => point[part] !== undefined);
  });
}

/** What was chosen, where a point has it. */
function bandOf(chart: WindowLines, { band }: ViewSettings): Band {
  return bandsOf(chart).includes(band) ? band : 'range';
}

/** The part of the x axis that is seen. Without values it is 0 to 1. */
export function spanOf(chart: WindowLines, view: ChartView): Span {
  const logarithmic = isLogarithmicX(chart, view);
  if (view.x) return { ...view.x, isLogarithmic: logarithmic };
  let from = chart.x?.min ?? Infinity;
  let to = chart.x?.max ?? -Infinity;
  if (logarithmic && from <= 0) from = Infinity;
  for (const line of chart.lines) {
    for (const x of endsOf(line)) {
      if (!Number.isFinite(x) || (logarithmic && x <= 0)) continue;
      from = Math.min(from, x);
      to = Math.max(to, x);
    }
  }
  if (from > to) return { from: 0, to: 1, isLogarithmic: false };
  return { from, to, isLogarithmic: logarithmic };
}

/** Values of x that reach from the first to the last. */
function endsOf(line: WindowLine): number[] {
  if (line.kind === 'reference') return [];
  if (line.kind !== 'long-curve') return line.points.map(({ x }) => x);
  const { xs } = line;
  return xs.length === 0 ? [] : [xs[0]!, xs[Math.min(1, xs.length - 1)]!, xs[xs.length - 1]!];
}

interface Look extends ViewSettings {
  readonly span: Span;
  readonly columns: number;
}

function columnsOfMeans({ columns }: Look): number {
  return Math.ceil(columns / MEAN_COLUMN);
}

/** What the line draws in a column of pixels at most. */
function inColumn(line: WindowLine, { smoothing }: ViewSettings, band: Band): number {
  if (line.kind === 'long-curve') return curveInColumn(smoothing);
  return line.kind === 'banded' ? bandInColumn(band, replicatesOf(line)) : 0;
}

function drawnAs(line: WindowLine, look: Look): LineDescription[] {
  switch (line.kind) {
    case 'banded':
      return [
        {
          ...line,
          points: bandedPoints(line, look.band, look.span, columnsOfMeans(look)).map((point) =>
            asDrawn(point, look.band),
          ),
          band: look.band,
        },
      ];
    case 'curve':
      if (look.smoothing === 0) return [line];
      return [
        { ...line, points: smoothedPoints(line, look) },
        { ...line, isBehind: true },
      ];
    case 'long-curve': {
      const raw = curveOf(line, pointsOf(line, line.ys, look));
      const averages = look.smoothing === 0 ? undefined : averagesOf(line, look.smoothing);
      if (!averages) return [raw];
      return [curveOf(line, pointsOf(line, averages, look)), { ...raw, isBehind: true }];
    }
    default:
      return [line];
  }
}

/** Only what is drawn of a point, so that a file of many lines stays below its limit. */
function asDrawn(
  { x, mean, min, max, lower, upper, values }: BandedPoint,
  band: Band,
): BandedPoint {
  return {
    x,
    mean,
    min,
    max,
    ...(band === 'interval' && lower !== undefined && upper !== undefined && { lower, upper }),
    ...(band === 'replicates' && values && { values }),
  };
}

function smoothedPoints(curve: Curve, { smoothing }: Look): ChartPoint[] {
  const { xs, ys } = dataOf(curve);
  return Array.from(smoothedValues(ys, smoothing), (y, index) => ({ x: xs[index]!, y }));
}

function curveOf({ label, colour, dash }: LongCurve, points: readonly ChartPoint[]): Curve {
  return { kind: 'curve', label, points, colour, ...(dash && { dash }) };
}

function pointsOf(
  { xs, factor }: LongCurve,
  values: ArrayLike<number>,
  { span, columns }: Look,
): ChartPoint[] {
  return pointsToDraw(xs, extremesOf(values), span, columns).map((index) => ({
    x: xs[index]!,
    y: values[index]! * factor,
  }));
}

/** A level line from 0 on begins where the points do: a logarithmic axis has no 0. */
function withPlacedEnds(line: LineDescription, first: number): LineDescription {
  if (line.kind !== 'reference') return line;
  const placed = (x: number) => (x > 0 ? x : first);
  return { ...line, from: placed(line.from), to: placed(line.to) };
}

/** Without points that have no place on a logarithmic axis: those at 0 or below. */
function withoutUnplaceable(line: LineDescription, isX: boolean, isY: boolean): LineDescription {
  if (line.kind === 'reference' || (!isX && !isY)) return line;
  const isPlaced = (x: number, y: number) => !(isX && x <= 0) && !(isY && y <= 0);
  if (line.kind !== 'banded') {
    return { ...line, points: line.points.filter(({ x, y }) => isPlaced(x, y)) };
  }
  const points = line.points.filter(({ x, mean }) => isPlaced(x, mean));
  if (!isY) return { ...line, points };
  // The edge of a band that reaches 0 or below goes to its line.
  const placed = points.map((point) => ({
    ...point,
    min: point.min > 0 ? point.min : point.mean,
    ...(point.lower !== undefined && point.lower <= 0 && { lower: point.mean }),
    ...(point.values && { values: point.values.map((value) => (value > 0 ? value : Number.NaN)) }),
  }));
  return { ...line, points: placed };
}

function withAxes<Chart extends WindowChart>(
  chart: Chart,
  x: AxisDescription | undefined,
  y: AxisDescription | undefined,
): Chart {
  return { ...chart, ...(x && { x }), ...(y && { y }) };
}

function withScale(
  axis: AxisDescription | undefined,
  isToBeLogarithmic: boolean,
): AxisDescription | undefined {
  if (isLogarithmic(axis) === isToBeLogarithmic) return axis;
  const { isLogarithmic: _was, logarithmicTicks: _ticks, ...linear } = axis ?? {};
  if (!isToBeLogarithmic) return linear;
  const { min, isWhole: _isWhole, ...rest } = linear;
  return { ...rest, ...(min !== undefined && min > 0 && { min }), isLogarithmic: true };
}

function inRange(
  axis: AxisDescription | undefined,
  range: Range | undefined,
): AxisDescription | undefined {
  if (!range) return axis;
  const { suggestedMax: _suggested, ...rest } = axis ?? {};
  return { ...rest, min: range.from, max: range.to, includesBounds: false };
}

/** Zoomed in, there is room for the ticks that were too close together. */
function withTicksOf(
  axis: AxisDescription | undefined,
  lines: readonly LineDescription[],
  { from, to }: Range,
): AxisDescription | undefined {
  if (!axis?.logarithmicTicks) return axis;
  const seen = lines.flatMap(endsOf).filter((x) => x >= from && x <= to);
  const ticks = apart(seen.map((x) => Number(x.toPrecision(3))));
  return { ...axis, logarithmicTicks: ticks.length < 2 ? axis.logarithmicTicks : ticks };
}

function subtitleOf({ subtitle, lines }: WindowLines, { band, smoothing }: ViewSettings): string {
  const said = subtitle.replace(BAND_WORDS.range, BAND_WORDS[band]);
  const isSmoothed = smoothing > 0 && lines.some(isCurve);
  return isSmoothed
    ? `${said}; moving average (weight ${smoothing} of what came before), values faint behind`
    : said;
}

/** What a picture of the chart says where it is not the whole chart. */
function withPart(
  subtitle: string,
  { xTitle, yTitle }: Pick<WindowChart, 'xTitle' | 'yTitle'>,
  { x, y }: ChartView,
): string {
  const parts = [...(x ? [partText(xTitle, x)] : []), ...(y ? [partText(yTitle, y)] : [])];
  return parts.length === 0 ? subtitle : `${subtitle}; shown: ${parts.join(', ')}`;
}

export function isCurve(line: WindowLine): line is Curve | LongCurve {
  return line.kind === 'curve' || line.kind === 'long-curve';
}
