/** Parallel coordinates: a line for each search through its swept values and its metric. */
import {
  measured,
  metricText,
  type SweepQuestion,
  type SweepResult,
  wordsOf,
} from './sweep-metrics.ts';
import { indexOfValue, type SweptAxis } from './swept-axes.ts';

/** A place on an axis: the index of a swept value, or a value of the metric. */
export interface AxisStop {
  readonly at: number;
  readonly text: string;
}

export interface ParallelAxis {
  readonly title: string;
  /** The lower and the upper end. */
  readonly from: number;
  readonly to: number;
  /** Rising: where lines cross the axis. A brush begins and ends at one of them. */
  readonly stops: readonly AxisStop[];
  /** Those that are labelled. */
  readonly ticks: readonly AxisStop[];
}

export interface ParallelLine {
  readonly searchId: string;
  /** The swept values and the metric, to be read. */
  readonly text: string;
  /** By axis; undefined where the search has no metric. */
  readonly places: readonly (number | undefined)[];
}

export interface ParallelPlot {
  /** The swept settings in order, and the metric. */
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
}

/** The part of an axis that lines have to cross. */
export interface Brush {
  readonly from: number;
  readonly to: number;
}

/** By the index of the axis. */
export type Brushes = Readonly<Record<number, Brush>>;

export function parallelPlot(
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  question: SweepQuestion,
): ParallelPlot {
  const means = results.map((result) => measured(result, question)?.mean ?? NaN);
  return {
    axes: [...axes.map(settingAxis), metricAxis(means, question)],
    lines: results.map(({ searchId, label, values }, index) => {
      const mean = means[index]!;
      const isKnown = !Number.isNaN(mean);
      return {
        searchId,
        text: `${label}: ${isKnown ? metricText(question.metric, mean) : 'nothing yet'}`,
        places: [
          ...axes.map((axis, at) => indexOfValue(axis, values[at])),
          isKnown ? mean : undefined,
        ],
      };
    }),
  };
}

function metricAxis(means: readonly number[], { metric }: SweepQuestion): ParallelAxis {
  const known = [...new Set(means.filter((mean) => !Number.isNaN(mean)))];
  const stops = known
    .toSorted((one, other) => one - other)
    .map((at) => ({ at, text: metricText(metric, at) }));
  const [from, to] = [stops[0]?.at ?? 0, stops.at(-1)?.at ?? 1];
  const middle = (from + to) / 2;
  const ticks =
    stops.length < 2
      ? stops
      : [from, middle, to].map((at) => ({ at, text: metricText(metric, at) }));
  return { title: wordsOf(metric).axis, from, to, stops, ticks };
}

/** More labels than this crowd an axis. */
const MOST_TICKS = 12;

/** Values are at even distances: what counts is which value it is. */
function settingAxis({ title, texts }: SweptAxis): ParallelAxis {
  const stops = texts.map((text, at) => ({ at, text }));
  const step = Math.ceil(stops.length / MOST_TICKS);
  const ticks = stops.filter(({ at }) => at % step === 0);
  return { title, from: 0, to: Math.max(0, stops.length - 1), stops, ticks };
}

/** Where a place is between the ends of its axis, 0..1; in the middle if the axis has one place only. */
export function shareOnAxis({ from, to }: ParallelAxis, at: number): number {
  return from === to ? 0.5 : (at - from) / (to - from);
}

/** The lines that cross every brush. Without a metric, a line crosses no brush on it. */
export function remainingLines(
  lines: readonly ParallelLine[],
  brushes: Brushes,
): readonly ParallelLine[] {
  const all = Object.entries(brushes);
  return lines.filter(({ places }) =>
    all.every(([axis, { from, to }]) => {
      const place = places[Number(axis)];
      return place !== undefined && place >= from && place <= to;
    }),
  );
}

/** The brush between two places, in any order; undefined if it holds no stop. */
export function brushBetween(
  { stops }: ParallelAxis,
  one: number,
  other: number,
): Brush | undefined {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  const within = stops.filter(({ at }) => at >= from && at <= to);
  const [first] = within;
  const last = within.at(-1);
  return first && last ? { from: first.at, to: last.at } : undefined;
}

export type BrushEnd = 'from' | 'to';

/**
 * The brush with one end moved by so many stops; no end passes the other. Undefined if it covers the
 * whole axis again.
 */
export function stepped(
  axis: ParallelAxis,
  brush: Brush | undefined,
  end: BrushEnd,
  by: number,
): Brush | undefined {
  const { stops } = axis;
  const range = stopRange(axis, brush);
  const [low, high] = end === 'from' ? [0, range.to] : [range.from, stops.length - 1];
  const moved = { ...range, [end]: Math.min(high, Math.max(low, range[end] + by)) };
  if (moved.from === 0 && moved.to === stops.length - 1) return undefined;
  const [first, last] = [stops[moved.from], stops[moved.to]];
  return first && last ? { from: first.at, to: last.at } : undefined;
}

/** The first and the last stop of the brush, as indices; without a brush those of the axis. */
export function stopRange(
  { stops }: ParallelAxis,
  brush: Brush | undefined,
): { readonly from: number; readonly to: number } {
  if (!brush) return { from: 0, to: Math.max(0, stops.length - 1) };
  const from = stops.findIndex(({ at }) => at >= brush.from);
  const to = stops.findLastIndex(({ at }) => at <= brush.to);
  return { from: Math.max(0, from), to: Math.max(0, from, to) };
}

/**
 * The line nearest to a place between two axes.
 *
 * @param across in axes: 1.5 is in the middle between the second and the third one.
 * @param share from the lower end of the axes, 0..1.
 * @param reach how far the line may be away, as a share.
 */
export function lineNear(
  { axes, lines }: ParallelPlot,
  across: number,
  share: number,
  reach: number,
): ParallelLine | undefined {
  const left = Math.max(0, Math.min(axes.length - 2, Math.floor(across)));
  const part = Math.max(0, Math.min(1, across - left));
  let best: ParallelLine | undefined;
  let distance = reach;
  for (const line of lines) {
    const [one, other] = [line.places[left], line.places[left + 1]];
    if (one === undefined || other === undefined) continue;
    const [from, to] = [shareOnAxis(axes[left]!, one), shareOnAxis(axes[left + 1]!, other)];
    const own = Math.abs(from + part * (to - from) - share);
    if (own > distance) continue;
    best = line;
    distance = own;
  }
  return best;
}
