/** Statistics of replicates: their spread, and the difference between two paired sets. */

import { largest, smallest } from '../extremes.ts';

/** A quantity over replicates, in replicate order. */
export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}

/** A paired difference over replicates with its confidence interval (Student's t). */
export interface PairedDifference {
  readonly mean: number;
  /** Both undefined with a single replicate, which has no spread, and if nothing varies at all. */
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  /** Half the width of the interval that each source alone would give; undefined as `lower`. */
  readonly margins?: IntervalMargins | undefined;
}

export interface IntervalMargins {
  /** From the spread of the replicates. */
  readonly seeds: number;
  /** From the limits of the measurement: a finite test set, or evaluations at intervals. */
  readonly measurement: number;
  /** Whether the measurement's part is an upper bound. */
  readonly isBound?: boolean;
}

/**
 * Mean, minimum and maximum of at least one value; `values` keeps their order.
 *
 * @throws RangeError if there are none.
 */
export function spreadOf(values: readonly number[]): Spread {
  return { mean: mean(values), min: smallest(values), max: largest(values), values };
}

/**
 * `compared[i] − reference[i]` over replicates i: its mean and the two-sided confidence interval of
 * Student's t, mean ± t_ν · √(s²/n + e²). s is the sample deviation over n − 1 degrees of freedom, e
 * the standard error of the measurement, which all replicates share, so that more of them don't
 * reduce it. ν combines both (Welch & Satterthwaite), rounded down.
 *
 * It is at least as wide as that of the replicates alone, ± t_{n−1} · s/√n. A known e raises ν, so
 * that the interval of few replicates that happen to agree would otherwise be the narrower one.
 *
 * @param confidence of the interval, in (0, 1).
 * @param measurementError e, in the unit of the values.
 * @throws RangeError if there are no pairs or the two differ in length.
 */
export function pairedDifference(
  reference: readonly number[],
  compared: readonly number[],
  confidence: number,
  measurementError = 0,
): PairedDifference {
  const { mean, seeds, measurement, degreesOfFreedom } = spreadOfDifference(
    reference,
    compared,
    measurementError,
  );
  const standardError = Math.hypot(seeds, measurement);
  if (reference.length === 1 || standardError === 0) {
    return { mean, lower: undefined, upper: undefined };
  }
  const margins = {
    seeds: studentQuantile(confidence, reference.length - 1) * seeds,
    measurement: studentQuantile(confidence, MEASUREMENT_DEGREES) * measurement,
  };
  const both = studentQuantile(confidence, degreesOfFreedom) * standardError;
  const margin = Math.max(both, margins.seeds);
  return { mean, lower: mean - margin, upper: mean + margin, margins };
}

/**
 * The one-sided p-value of "the true difference is at most `bound`": how probable a difference as
 * large as this one, or larger, would be then. It is at most α/2 exactly if the interval of
 * confidence 1 − α lies above `bound`.
 *
 * @returns undefined where `pairedDifference` gives no interval.
 * @throws RangeError as `pairedDifference`.
 */
export function chanceOfDifference(
  reference: readonly number[],
  compared: readonly number[],
  bound: number,
  measurementError = 0,
): number | undefined {
  const { mean, seeds, measurement, degreesOfFreedom } = spreadOfDifference(
    reference,
    compared,
    measurementError,
  );
  const standardError = Math.hypot(seeds, measurement);
  if (reference.length === 1 || standardError === 0) return undefined;
  const both = upperTail((mean - bound) / standardError, degreesOfFreedom);
  return seeds === 0
    ? both
    : Math.max(both, upperTail((mean - bound) / seeds, reference.length - 1));
}

/** P(T > t) for Student's T. */
function upperTail(t: number, degreesOfFreedom: number): number {
  const tail = (1 - centralProbability(Math.abs(t), degreesOfFreedom)) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/** The error of a measurement is taken as known about as well as from so many replicates. */
export const MEASUREMENT_DEGREES = 1000;

interface DifferenceSpread {
  readonly mean: number;
  /** Standard errors of the mean. */
  readonly seeds: number;
  readonly measurement: number;
  readonly degreesOfFreedom: number;
}

function spreadOfDifference(
  reference: readonly number[],
  compared: readonly number[],
  measurement: number,
): DifferenceSpread {
  if (reference.length !== compared.length) {
    throw new RangeError(
      `${reference.length} values cannot be paired with ${compared.length}; expected as many of each`,
    );
  }
  const differences = compared.map((value, index) => value - reference[index]!);
  const center = mean(differences);
  const count = differences.length;
  if (count === 1) return { mean: center, seeds: 0, measurement, degreesOfFreedom: 1 };
  const squares = differences.reduce((sum, difference) => sum + (difference - center) ** 2, 0);
  const seeds = Math.sqrt(squares / (count - 1) / count);
  const total = seeds ** 2 + measurement ** 2;
  const weighted = seeds ** 4 / (count - 1) + measurement ** 4 / MEASUREMENT_DEGREES;
  const degreesOfFreedom =
    weighted === 0 ? count - 1 : Math.max(count - 1, Math.floor(total ** 2 / weighted));
  return { mean: center, seeds, measurement, degreesOfFreedom };
}

/**
 * The t with P(−t ≤ T ≤ t) = `confidence` for Student's T: the two-sided quantile.
 *
 * It is found by bisection down to neighbouring doubles, so it is as exact as `centralProbability`.
 * That series has only positive terms and loses nothing to cancellation: 14 digits up to 50 degrees
 * of freedom and a confidence of 0.95, 12 digits up to 999 and 0.999.
 *
 * @param confidence in (0, 1).
 * @param degreesOfFreedom a whole number of at least 1.
 * @throws RangeError outside those ranges.
 */
export function studentQuantile(confidence: number, degreesOfFreedom: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`the confidence is ${confidence}; expected above 0 and below 1`);
  }
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(
      `there are ${degreesOfFreedom} degrees of freedom; expected a whole number of at least 1`,
    );
  }
  const name = `${confidence} ${degreesOfFreedom}`;
  const known = QUANTILES.get(name);
  if (known !== undefined) return known;
  const quantile = findQuantile(confidence, degreesOfFreedom);
  if (QUANTILES.size >= MOST_QUANTILES) QUANTILES.clear();
  QUANTILES.set(name, quantile);
  return quantile;
}

/** Quantiles found before, by confidence and degrees of freedom: a sweep asks for the same again. */
const QUANTILES = new Map<string, number>();
const MOST_QUANTILES = 10_000;

function findQuantile(confidence: number, degreesOfFreedom: number): number {
  let below = 0;
  let above = 1;
  while (centralProbability(above, degreesOfFreedom) < confidence) {
    below = above;
    above *= 2;
  }
  for (;;) {
    const middle = (below + above) / 2;
    if (middle <= below || middle >= above) return above;
    if (centralProbability(middle, degreesOfFreedom) < confidence) below = middle;
    else above = middle;
  }
}

/**
 * P(−t ≤ T ≤ t) for t ≥ 0 and whole degrees of freedom ν, which is all that replicates need. The
 * regularised incomplete beta function is then a finite series in θ = arctan(t / √ν) (Abramowitz &
 * Stegun 1964, 26.7.3 for odd and 26.7.4 for even ν).
 */
function centralProbability(t: number, degreesOfFreedom: number): number {
  const root = Math.sqrt(degreesOfFreedom);
  const hypotenuse = Math.hypot(t, root);
  const sine = t / hypotenuse;
  const cosine = root / hypotenuse;
  const isOdd = degreesOfFreedom % 2 === 1;

  let term = isOdd ? cosine : 1;
  let series = degreesOfFreedom === 1 ? 0 : term;
  for (let factor = isOdd ? 2 : 1; factor <= degreesOfFreedom - 3; factor += 2) {
    term *= (factor / (factor + 1)) * cosine * cosine;
    series += term;
  }
  if (!isOdd) return sine * series;
  return (2 / Math.PI) * (Math.atan2(t, root) + sine * series);
}

/** Measured from the first value, so equal values have exactly that mean. */
export function mean(values: readonly number[]): number {
  const [first] = values;
  if (first === undefined) throw new RangeError('an empty list has no mean');
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}
