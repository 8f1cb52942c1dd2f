/** Where values are in a plot, and which part of an axis it shows. */
import { placeIn, shareOf, type Span } from './buckets.ts';
import type { Range } from './chart-view.ts';

/** An axis as it is drawn: what it shows, and the pixels of its lower and higher end. */
export interface AxisGeometry extends Span {
  readonly fromPixel: number;
  readonly toPixel: number;
}

export interface PlotGeometry {
  readonly x: AxisGeometry;
  readonly y: AxisGeometry;
}

export function pixelAt(axis: AxisGeometry, value: number): number {
  return axis.fromPixel + shareOf(axis, value) * (axis.toPixel - axis.fromPixel);
}

export function valueAt(axis: AxisGeometry, pixel: number): number {
  return placeIn(axis, (pixel - axis.fromPixel) / (axis.toPixel - axis.fromPixel));
}

/** The part between two pixels, in any order, as far as the axis reaches. */
export function rangeBetween(axis: AxisGeometry, one: number, other: number): Range {
  const [from, to] = [one, other]
    .map((pixel) => (pixel - axis.fromPixel) / (axis.toPixel - axis.fromPixel))
    .map((share) => Math.min(1, Math.max(0, share)))
    .sort((first, second) => first - second) as [number, number];
  return { from: placeIn(axis, from), to: placeIn(axis, to) };
}

/**
 * A part of `factor` times the length, in which `centre` stays where it is.
 *
 * @param whole what the axis shows without a zoom. Undefined is returned instead of all of it.
 */
export function zoomed(seen: Span, whole: Span, centre: number, factor: number): Range | undefined {
  const at = shareOf(seen, centre);
  const from = placeIn(seen, at - at * factor);
  const to = placeIn(seen, at + (1 - at) * factor);
  // There and back again is everything, whatever was rounded.
  if (shareOf(whole, from) < 1e-6 && shareOf(whole, to) > 1 - 1e-6) return undefined;
  return { from: Math.max(from, whole.from), to: Math.min(to, whole.to) };
}

/** The part moved, by no more than is needed, so that it shows the value with a margin around it. */
export function movedTo(seen: Span, value: number): Range {
  const at = shareOf(seen, value);
  const margin = 0.05;
  const by = at < margin ? at - margin : at > 1 - margin ? at - 1 + margin : 0;
  return { from: placeIn(seen, by), to: placeIn(seen, 1 + by) };
}
