import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleSet, Features } from '../dataset.ts';
import type { NpyArray, NpyValues } from './npy.ts';

/** Where the rows of an array are written. */
export interface Destinations {
  readonly train: ExampleSet;
  readonly test: ExampleSet;
  /** For each row, its place in `train`, or ~place in `test`. */
  readonly places: Int32Array;
}

/**
 * Writes each value to its place as it is read, so that the array is never in memory twice.
 *
 * @throws WorkbenchError `invalid-data` for a value that float32 can't hold, naming its indices.
 */
export async function readFeatures(
  array: NpyArray,
  { train, test, places }: Destinations,
  channelsFirst: boolean,
): Promise<void> {
  const { shape, isFortranOrder } = array;
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const strides = stridesWithin(shape, channelsFirst);
  /** The dimensions, the one that runs fastest first. */
  const order = Array.from(shape.keys(), (_, at) => (isFortranOrder ? at : shape.length - 1 - at));
  const index = new Array<number>(shape.length).fill(0);
  let within = 0;
  await array.each((values) => {
    checkFinite(array, values, index);
    for (const value of values) {
      const place = places[index[0]!]!;
      const features: Features = place >= 0 ? train.features : test.features;
      features[(place >= 0 ? place : ~place) * size + within] = value;
      for (const dimension of order) {
        index[dimension]! += 1;
        within += strides[dimension]!;
        if (index[dimension]! < shape[dimension]!) break;
        index[dimension] = 0;
        within -= strides[dimension]! * shape[dimension]!;
      }
    }
  });
}

/** The distance between neighbours of each dimension within an example, whose channels come last. */
function stridesWithin(shape: readonly number[], channelsFirst: boolean): number[] {
  if (channelsFirst) {
    const [, channels = 1, , width = 1] = shape;
    return [0, 1, width * channels, channels];
  }
  const strides = shape.map((_, dimension) =>
    shape.slice(dimension + 1).reduce((product, length) => product * length, 1),
  );
  return [0, ...strides.slice(1)];
}

function checkFinite(array: NpyArray, values: NpyValues, first: readonly number[]): void {
  if (values instanceof Uint8Array) return;
  const bad = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (bad < 0) return;
  const { place, shape, isFortranOrder } = array;
  let rest = bad;
  const at = first.slice();
  const dimensions = isFortranOrder ? shape.keys() : [...shape.keys()].toReversed();
  for (const dimension of dimensions) {
    const sum = at[dimension]! + rest;
    at[dimension] = sum % shape[dimension]!;
    rest = Math.floor(sum / shape[dimension]!);
  }
  throw new WorkbenchError(
    'invalid-data',
    `${place}[${at.join(', ')}]: the value is ${values[bad]}; expected a number that fits 32 bits`,
    'Replace it, or leave the example out.',
  );
}
