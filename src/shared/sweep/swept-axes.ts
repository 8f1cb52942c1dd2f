/** The swept settings as axes of charts: their values in order, as texts and as places. */
import type { Json } from '../contract/json.ts';
import { epochsOf, isEpochs } from '../domain/duration.ts';
import { shortNames, shortTexts, type SweepAxis } from '../domain/sweep.ts';

export interface SweptAxis {
  readonly path: string;
  /** The path, shortened as far as it stays distinct. */
  readonly name: string;
  /** The name, with the unit if there is one. */
  readonly title: string;
  /** Numbers by size, other values as they were written. */
  readonly values: readonly Json[];
  /** One for each value. */
  readonly texts: readonly string[];
  /** Where each value is on the axis of a line chart; of a category it is its index. */
  readonly places: readonly number[];
  readonly scale: 'linear' | 'logarithmic' | 'category';
}

export function sweptAxes(axes: readonly SweepAxis[]): SweptAxis[] {
  const names = shortNames(axes.map(({ path }) => path));
  return axes.map(({ path, values }) => {
    const name = names.get(path) ?? path;
    const numbers = numbersOf(values);
    const inOrder = numbers
      ? [...values.keys()]
          .toSorted((one, other) => numbers[one]! - numbers[other]!)
          .map((index) => values[index]!)
      : values;
    const places = numbers?.toSorted((one, other) => one - other) ?? [];
    const scale = scaleOf(places);
    const isInEpochs = numbers !== undefined && values.some(isEpochs);
    return {
      path,
      name,
      title: isInEpochs && scale !== 'category' ? `${name} (epochs)` : name,
      values: inOrder,
      texts: inOrder.map(shortTexts(values)),
      places: scale === 'category' ? [...inOrder.keys()] : places,
      scale,
    };
  });
}

/** The place of a value among those of its axis; -1 if it is none of them. */
export function indexOfValue({ values }: SweptAxis, value: Json | undefined): number {
  const text = JSON.stringify(value);
  return values.findIndex((other) => JSON.stringify(other) === text);
}

/** Iterations or epochs, or other numbers; undefined if one of the values is none. */
function numbersOf(values: readonly Json[]): number[] | undefined {
  if (values.every(isEpochs)) return values.map(epochsOf);
  return values.every((value) => typeof value === 'number') ? [...values] : undefined;
}

/** Values over a decade or more may be on a logarithmic axis. */
const DECADE = 10;
/** Values closer than this share of their axis can't be told apart. */
const CLOSEST = 0.02;

/**
 * Values over decades are on a logarithmic axis if that keeps them farther apart. Values that no axis of
 * numbers keeps apart, such as 0 with decades above it, are categories, and so is everything else.
 *
 * @param places rising.
 */
function scaleOf(places: readonly number[]): SweptAxis['scale'] {
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined) return 'category';
  const linear = closest(places);
  const isOverDecades = first > 0 && last / first >= DECADE;
  const logarithmic = isOverDecades ? closest(places.map(Math.log)) : 0;
  if (Math.max(linear, logarithmic) < CLOSEST) return 'category';
  return logarithmic >= linear ? 'logarithmic' : 'linear';
}

/** The smallest distance between neighbours, as a share of the whole. */
function closest(places: readonly number[]): number {
  const extent = places.at(-1)! - places[0]!;
  if (extent === 0) return 1;
  return (
    places.reduce(
      (least, place, index) => (index === 0 ? least : Math.min(least, place - places[index - 1]!)),
      extent,
    ) / extent
  );
}
