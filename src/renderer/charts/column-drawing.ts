/**
 * Draws lines of many points in columns of pixels: one rectangle in each, from the highest to the lowest place
 * that the line has there. Without a graphics card, stroking such a line takes fifty times as long.
 */
import type { ChartPoint } from '../../shared/charts/line-chart.ts';

/** Where columns are, in pixels of the page. */
export interface ColumnFrame {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  /** How wide a column is: a whole number of the screen's pixels. */
  readonly step: number;
  readonly count: number;
}

/**
 * From values to pixels of the page; not finite for a value that is not. What is 0 or below has no place on a
 * logarithmic axis and is left out before, because Chart.js puts 0 at its lower end.
 */
export interface Places {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** `[columns]` each: what a line covers. Where it covers nothing, top is infinite. */
export interface Covered {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

export function columnFrame(
  area: Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>>,
  pixelRatio: number,
): ColumnFrame {
  const step = Math.max(1, Math.round(pixelRatio)) / pixelRatio;
  const left = Math.floor(area.left * pixelRatio) / pixelRatio;
  const count = Math.max(1, Math.ceil((area.right - left) / step));
  return { left, top: area.top, bottom: area.bottom, step, count };
}

/** What the line through the points covers. A point without a place breaks it. */
export function coveredBy(
  points: readonly ChartPoint[],
  { x: placeOfX, y: placeOfY }: Places,
  { left, step, count }: ColumnFrame,
): Covered {
  const top = new Float64Array(count).fill(Infinity);
  const bottom = new Float64Array(count).fill(-Infinity);
  let [fromX, fromY] = [Number.NaN, Number.NaN];
  for (const point of points) {
    const x = (placeOfX(point.x) - left) / step;
    const y = placeOfY(point.y);
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      fromX = Number.NaN;
      continue;
    }
    if (Number.isNaN(fromX)) cover(x, y, x, y);
    else if (fromX <= x) cover(fromX, fromY, x, y);
    else cover(x, y, fromX, fromY);
    [fromX, fromY] = [x, y];
  }
  return { top, bottom };

  /** From left to right, in columns. */
  function cover(x: number, y: number, toX: number, toY: number): void {
    if (toX < 0 || x > count) return;
    const slope = toX > x ? (toY - y) / (toX - x) : 0;
    const last = Math.min(count - 1, Math.floor(toX));
    for (let column = Math.max(0, Math.min(Math.floor(x), last)); column <= last; column += 1) {
      const one = column <= x ? y : y + (column - x) * slope;
      const other = column + 1 >= toX ? toY : y + (column + 1 - x) * slope;
      top[column] = Math.min(top[column]!, one, other);
      bottom[column] = Math.max(bottom[column]!, one, other);
    }
  }
}

/** What lies between two lines: nothing where one of them covers nothing. */
export function between(one: Covered, other: Covered): Covered {
  const isOpen = (column: number) => one.top[column] === Infinity || other.top[column] === Infinity;
  return {
    top: one.top.map((value, column) =>
      isOpen(column) ? Infinity : Math.min(value, other.top[column]!),
    ),
    bottom: one.bottom.map((value, column) =>
      isOpen(column) ? -Infinity : Math.max(value, other.bottom[column]!),
    ),
  };
}

export interface ColumnLook {
  readonly colour: string;
  /** In pixels; 0 for an area. */
  readonly width: number;
  /** Lengths of strokes and gaps in pixels, along x. */
  readonly dash: readonly number[];
}

/** What lies in a gap between dashes is faint, so that no value is hidden. */
const IN_GAP = 0.25;

export function drawColumns(
  pen: CanvasRenderingContext2D,
  { top, bottom }: Covered,
  { colour, width, dash }: ColumnLook,
  frame: ColumnFrame,
): void {
  // As Chart.js draws lines, one at the edge of the plot is as wide as elsewhere.
  const [highest, lowest] = [frame.top - width / 2, frame.bottom + width / 2];
  pen.save();
  pen.fillStyle = colour;
  for (let column = 0; column < frame.count; column += 1) {
    const from = Math.max(highest, top[column]! - width / 2);
    const to = Math.min(lowest, bottom[column]! + width / 2);
    if (!(to > from)) continue;
    pen.globalAlpha = isInGap(dash, column * frame.step) ? IN_GAP : 1;
    pen.fillRect(frame.left + column * frame.step, from, frame.step, to - from);
  }
  pen.restore();
}

/** @param at pixels from the start of the first stroke. */
export function isInGap(dash: readonly number[], at: number): boolean {
  const whole = dash.reduce((sum, length) => sum + length, 0);
  if (whole === 0) return false;
  let left = at % whole;
  const index = dash.findIndex((length) => {
    left -= length;
    return left < 0;
  });
  return index % 2 === 1;
}
