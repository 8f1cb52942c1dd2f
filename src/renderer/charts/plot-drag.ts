/** A drag over a plot: the box that is drawn meanwhile, and the part of the axes that it chooses. */
import type { Range } from '../../shared/charts/chart-view.ts';
import { type AxisGeometry, type PlotGeometry, rangeBetween } from '../../shared/charts/zoom.ts';

/** In pixels from the left and the top of the plot. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Drag {
  readonly from: Place;
  readonly to: Place;
}

export interface Box {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly height: number;
}

/** Shorter drags are clicks. */
const SHORTEST_DRAG = 6;
/** A drag that is at least this high zooms into the y axis as well. */
const LOWEST_BOX = 24;

const isHigh = ({ from, to }: Drag) => Math.abs(to.y - from.y) >= LOWEST_BOX;

/** The pixels of an axis, from the smaller to the larger. */
export function endsOf({ fromPixel, toPixel }: AxisGeometry): [number, number] {
  return [Math.min(fromPixel, toPixel), Math.max(fromPixel, toPixel)];
}

export function boxOf(drag: Drag, { x, y }: PlotGeometry): Box {
  const [left, right] = within(x, drag.from.x, drag.to.x);
  const [top, bottom] = isHigh(drag) ? within(y, drag.from.y, drag.to.y) : endsOf(y);
  return { left, width: right - left, top, height: bottom - top };
}

/** Undefined for a click; otherwise each axis that the drag chooses a part of. */
export function rangesOf(
  drag: Drag,
  { x, y }: PlotGeometry,
): { readonly x?: Range; readonly y?: Range } | undefined {
  const { from, to } = drag;
  const isWide = Math.abs(to.x - from.x) >= SHORTEST_DRAG;
  if (!isWide && !isHigh(drag)) return undefined;
  return {
    ...(isWide && { x: rangeBetween(x, from.x, to.x) }),
    ...(isHigh(drag) && { y: rangeBetween(y, from.y, to.y) }),
  };
}

/** Two pixels in order, no farther than the axis reaches. */
function within(axis: AxisGeometry, one: number, other: number): [number, number] {
  const [low, high] = endsOf(axis);
  const limited = (pixel: number) => Math.min(high, Math.max(low, pixel));
  return [limited(Math.min(one, other)), limited(Math.max(one, other))];
}
