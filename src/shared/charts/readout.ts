/** What the lines of a chart say at one place: the nearest x, and every line there. */
import type { ColourRole, LongCurve, Marks, WindowLine } from './chart-description.ts';
import { areEqualDensities } from '../domain/equal-densities.ts';
import { firstAtLeast, placeIn, shareOf, type Span } from './buckets.ts';
import { averagesOf, dataOf } from './curve-data.ts';
import type { BandedPoint, PointDifference } from './line-chart.ts';

/** Points this close on the axis, as a share of what is seen, are at the same place. */
const SAME_PLACE = 0.012;

/** Whether two values of x count as one place. */
type IsSamePlace = (one: number, other: number) => boolean;

export interface LineLook {
  readonly colour: ColourRole;
  readonly dash: readonly number[];
  readonly isMark: boolean;
  readonly isDiamond: boolean;
}

export interface ReadoutRow {
  readonly label: string;
  readonly look: LineLook;
  /** Where the line's own point is. */
  readonly x: number;
  /** The mean of a line with a band. */
  readonly y: number;
  /** What was measured where `y` is smoothed. */
  readonly raw?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly min?: number;
  readonly max?: number;
  readonly n?: number;
  readonly difference?: PointDifference;
  readonly verdict?: string;
  readonly notes: readonly string[];
}

export interface Readout {
  readonly x: number;
  /** In the order of the lines. */
  readonly rows: readonly ReadoutRow[];
}

/** The points of a line by rising x, without those that are nowhere. */
interface Places {
  readonly xs: ArrayLike<number>;
  /** The index of each in the line's own points; missing: the same. */
  readonly order?: Uint32Array;
}

const PLACES = new WeakMap<WindowLine, Places>();

function placesOf(line: WindowLine): Places {
  if (line.kind === 'reference') return { xs: [] };
  if (line.kind === 'long-curve') return line;
  const known = PLACES.get(line);
  if (known) return known;
  const { points } = line;
  const order = Uint32Array.from(points.keys())
    .filter((index) => isSomewhere(line, index))
    .sort((one, other) => points[one]!.x - points[other]!.x);
  const places = { xs: Float64Array.from(order, (index) => points[index]!.x), order };
  PLACES.set(line, places);
  return places;
}

type PointLine = Exclude<WindowLine, { kind: 'reference' | 'long-curve' }>;

function isSomewhere(line: PointLine, index: number): boolean {
  if (line.kind === 'banded') {
    const { x, mean } = line.points[index]!;
    return !Number.isNaN(x) && !Number.isNaN(mean);
  }
  const { x, y } = line.points[index]!;
  return !Number.isNaN(x) && !Number.isNaN(y);
}

/** A curve may have so many points without a value in a row. */
const LONGEST_GAP = 10_000;

/** The first place with a value, from `start` on in a direction; -1 if there is none. */
function valuedFrom(line: WindowLine, { xs }: Places, start: number, step: 1 | -1): number {
  for (let index = start; index >= 0 && index < xs.length; index += step) {
    if (line.kind !== 'long-curve' || !Number.isNaN(line.ys[index]!)) return index;
    if (Math.abs(index - start) >= LONGEST_GAP) return -1;
  }
  return -1;
}

/** The nearest places with values at both sides of x; x itself counts as above. */
function neighboursOf(line: WindowLine, x: number): number[] {
  const places = placesOf(line);
  const at = firstAtLeast(places.xs, x);
  return [valuedFrom(line, places, at - 1, -1), valuedFrom(line, places, at, 1)].filter(
    (index) => index !== -1,
  );
}

/** The x of the point nearest to x that is seen; undefined if there is none. */
export function nearestX(lines: readonly WindowLine[], x: number, span: Span): number | undefined {
  const inside = Math.min(Math.max(x, span.from), span.to);
  const wanted = shareOf(span, inside);
  let best: number | undefined;
  let distance = Infinity;
  for (const line of lines) {
    if (isMarkOnLine(line)) continue;
    const { xs } = placesOf(line);
    for (const index of neighboursOf(line, inside)) {
      const candidate = xs[index]!;
      const own = Math.abs(shareOf(span, candidate) - wanted);
      if (!isSeen(span, candidate) || own >= distance) continue;
      best = candidate;
      distance = own;
    }
  }
  return best;
}

/** A step with the keyboard is at least this share of what is seen: closer points look like one. */
const SHORTEST_STEP = 0.003;

/** The next x with a point in a direction, also beyond what is seen; undefined at the end. */
export function nextX(
  lines: readonly WindowLine[],
  x: number,
  direction: 'up' | 'down',
  span: Span,
): number | undefined {
  const isUp = direction === 'up';
  const bound = placeIn(span, shareOf(span, x) + (isUp ? SHORTEST_STEP : -SHORTEST_STEP));
  let best: number | undefined;
  for (const line of lines) {
    if (isMarkOnLine(line)) continue;
    const places = placesOf(line);
    const at = firstAtLeast(places.xs, bound);
    const index = isUp ? valuedFrom(line, places, at, 1) : valuedFrom(line, places, at - 1, -1);
    const candidate = places.xs[index];
    if (candidate === undefined || (span.isLogarithmic && candidate <= 0)) continue;
    if (best === undefined || (isUp ? candidate < best : candidate > best)) best = candidate;
  }
  return best;
}

function isSeen({ from, to }: Span, x: number): boolean {
  const margin = 1e-9 * Math.max(Math.abs(from), Math.abs(to));
  return x >= from - margin && x <= to + margin;
}

interface ReadoutOptions {
  /** As in the view that is seen. Default: 0. */
  readonly smoothing?: number;
  /** Whether x is a density, of which those that count as the same are at one place. Default: no. */
  readonly isDensity?: boolean;
}

export function readoutAt(
  lines: readonly WindowLine[],
  x: number,
  span: Span,
  { smoothing = 0, isDensity = false }: ReadoutOptions = {},
): Readout {
  const isSamePlace: IsSamePlace = isDensity
    ? areEqualDensities
    : (one, other) => Math.abs(shareOf(span, one) - shareOf(span, other)) <= SAME_PLACE;
  const marks = lines.filter(isMarkOnLine);
  const rows = lines.flatMap((line) => {
    if (isMarkOnLine(line)) return [];
    return rowsOf(line, x, isSamePlace, smoothing).map((row) => {
      const notes = notesOnLine(marks, line, row.x, span);
      return notes.length === 0 ? row : { ...row, notes };
    });
  });
  return { x, rows };
}

/** The notes of marks on the line of which the point at x is the nearest, or beside which it is. */
function notesOnLine(
  marks: readonly Marks[],
  line: WindowLine,
  x: number,
  span: Span,
): readonly string[] {
  const own = marks.filter(({ label }) => label === line.label);
  return own.flatMap(({ points }) =>
    points.flatMap((point) => {
      if (point.note === undefined || !isSeen(span, point.x)) return [];
      const isBeside = Math.abs(shareOf(span, point.x) - shareOf(span, x)) <= SAME_PLACE;
      return isBeside || nearestX([line], point.x, span) === x ? [point.note] : [];
    }),
  );
}

export function isMarkOnLine(line: WindowLine): line is Marks {
  return line.kind === 'marks' && line.isOnLine === true;
}

/** None where the line has no point; several only of marks. */
function rowsOf(
  line: WindowLine,
  x: number,
  isSamePlace: IsSamePlace,
  smoothing: number,
): ReadoutRow[] {
  if (line.kind === 'reference') {
    const { label, y, from, to } = line;
    const isThere = x >= Math.min(from, to) * 0.999 && x <= Math.max(from, to) * 1.001;
    return isThere ? [{ look: lookOf(line), label, x, y, notes: [] }] : [];
  }
  const { xs, order } = placesOf(line);
  const isThere = (index: number) => isSamePlace(xs[index]!, x);
  if (line.kind === 'marks') {
    return placesAround(xs, x, isThere).map((place) => {
      const point = line.points[order![place]!]!;
      const notes = point.note === undefined ? [] : [point.note];
      return { look: lookOf(line), label: line.label, x: point.x, y: point.y, notes };
    });
  }
  const nearest = neighboursOf(line, x)
    .filter(isThere)
    .sort((one, other) => Math.abs(xs[one]! - x) - Math.abs(xs[other]! - x))[0];
  if (nearest === undefined) return [];
  const index = order ? order[nearest]! : nearest;
  const values =
    line.kind === 'banded'
      ? bandedValues(line.points[index]!)
      : { ...valuesOf(line, index, smoothing), notes: [] };
  return [{ look: lookOf(line), label: line.label, x: xs[nearest]!, ...values }];
}

function placesAround(
  xs: ArrayLike<number>,
  x: number,
  isNear: (index: number) => boolean,
): number[] {
  const found: number[] = [];
  const at = firstAtLeast(xs, x);
  for (let index = at - 1; index >= 0 && isNear(index); index -= 1) found.unshift(index);
  for (let index = at; index < xs.length && isNear(index); index += 1) found.push(index);
  return found;
}

function bandedValues({ x: _x, mean, values: _values, note, ...rest }: BandedPoint) {
  return { y: mean, ...rest, notes: note === undefined ? [] : [note] };
}

function valuesOf(
  line: Exclude<PointLine, { kind: 'banded' }> | LongCurve,
  index: number,
  smoothing: number,
): { y: number; raw?: number } {
  if (line.kind !== 'curve' && line.kind !== 'long-curve') return { y: line.points[index]!.y };
  const { ys, factor } = dataOf(line);
  const raw = ys[index]! * factor;
  const averages = smoothing === 0 ? undefined : averagesOf(line, smoothing);
  return averages ? { y: averages[index]! * factor, raw } : { y: raw };
}

/** How a line is told from others, in the legend and where it is read. */
export function lookOf(line: WindowLine): LineLook {
  if (line.kind === 'reference') {
    const { colour = 'reference', dash = [2, 4] } = line;
    return { colour, dash, isMark: false, isDiamond: false };
  }
  const isMark = line.kind === 'marks';
  return {
    colour: line.colour,
    dash: isMark ? [] : (line.dash ?? []),
    isMark,
    isDiamond: isMark && line.isDiamond === true,
  };
}
