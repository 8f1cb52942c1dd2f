import { largest, smallest } from '../../shared/extremes.ts';

export interface SparklinePath {
  readonly path: string;
  readonly firstY: number;
  readonly lastX: number;
  readonly lastY: number;
}

/** A line scaled from its lowest to its highest value; undefined if no value is finite. */
export function sparklinePath(
  values: ArrayLike<number>,
  width: number,
  height: number,
): SparklinePath | undefined {
  const finite = Array.from(values).filter((value) => Number.isFinite(value));
  if (finite.length === 0) return undefined;
  const least = smallest(finite);
  const span = largest(finite) - least;
  const margin = 3;
  const x = (index: number) =>
    finite.length === 1 ? margin : margin + (index / (finite.length - 1)) * (width - 2 * margin);
  const y = (value: number) =>
    span === 0 ? height / 2 : height - margin - ((value - least) / span) * (height - 2 * margin);
  const points = finite.map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`);
  return {
    path: `M${points.join('L')}`,
    firstY: y(finite[0]!),
    lastX: x(finite.length - 1),
    lastY: y(finite.at(-1)!),
  };
}
