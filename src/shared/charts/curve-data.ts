/** The points of a curve as lists, with what was computed of them before. */
import type { Curve, LongCurve } from './chart-description.ts';
import { BlockExtremes } from './buckets.ts';
import { smoothed } from './smoothing.ts';

export interface CurveData {
  readonly xs: ArrayLike<number>;
  /** Times `factor`, they are in the unit of the axis. */
  readonly ys: ArrayLike<number>;
  readonly factor: number;
}

const LISTS = new WeakMap<Curve, CurveData>();

export function dataOf(curve: Curve | LongCurve): CurveData {
  if (curve.kind === 'long-curve') return curve;
  const known = LISTS.get(curve);
  if (known) return known;
  const data = {
    xs: Float64Array.from(curve.points, ({ x }) => x),
    ys: Float64Array.from(curve.points, ({ y }) => y),
    factor: 1,
  };
  LISTS.set(curve, data);
  return data;
}

const EXTREMES = new WeakMap<object, BlockExtremes>();

export function extremesOf(values: ArrayLike<number>): BlockExtremes {
  const known = EXTREMES.get(values);
  if (known) return known;
  const extremes = new BlockExtremes(values);
  EXTREMES.set(values, extremes);
  return extremes;
}

interface Smoothed {
  readonly weight: number;
  readonly values: Float64Array;
}

const SMOOTHED = new WeakMap<object, Smoothed>();

/** The values, or their moving average. A list that has grown is smoothed anew. */
export function smoothedValues(values: ArrayLike<number>, weight: number): ArrayLike<number> {
  if (weight === 0) return values;
  const known = SMOOTHED.get(values);
  if (known?.weight === weight && known.values.length === values.length) return known.values;
  const averages = smoothed(values, weight);
  SMOOTHED.set(values, { weight, values: averages });
  return averages;
}

/**
 * The moving average of a curve, times the curve's factor in the unit of the axis. Undefined for a thinned
 * curve, until the one of this weight is known.
 *
 * @param weight above 0.
 */
export function averagesOf(
  curve: Curve | LongCurve,
  weight: number,
): ArrayLike<number> | undefined {
  if (curve.kind === 'curve' || !curve.thinned) return smoothedValues(dataOf(curve).ys, weight);
  const { averages } = curve.thinned;
  return averages?.weight === weight ? averages.values : undefined;
}
