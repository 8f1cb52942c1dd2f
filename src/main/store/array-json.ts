/** Plain data with typed arrays as JSON text: readable in the database, and the same when read back. */
import { isPlainObject } from '../../shared/contract/json.ts';
import { DecodingError } from './columns.ts';

const ARRAYS = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array } as const;

/** The numbers that JSON cannot write. */
const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

export function writeArrayJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    for (const [name, type] of Object.entries(ARRAYS)) {
      if (!(inner instanceof type)) continue;
      const values = Array.from(inner, (each) => (Number.isFinite(each) ? each : String(each)));
      return { $array: name, values };
    }
    return inner;
  });
}

/** @throws DecodingError for text that `writeArrayJson` cannot have written. */
export function readArrayJson(text: string): unknown {
  try {
    return JSON.parse(text, (_key, inner: unknown) => {
      if (!isPlainObject(inner) || !('$array' in inner)) return inner;
      return arrayOf(inner['$array'], inner['values']);
    });
  } catch (error) {
    if (error instanceof SyntaxError) throw new DecodingError('a value: it is not JSON');
    throw error;
  }
}

function arrayOf(name: unknown, values: unknown): unknown {
  const type = Object.entries(ARRAYS).find(([each]) => each === name)?.[1];
  if (!type || !Array.isArray(values)) {
    throw new DecodingError(`a value: it has an array of the type ${JSON.stringify(name)}`);
  }
  const numbers = values.map((each: unknown) => {
    const number = typeof each === 'number' ? each : NUMBERS.get(each);
    if (number !== undefined) return number;
    throw new DecodingError(`a value: its ${type.name} has the entry ${JSON.stringify(each)}`);
  });
  return new type(numbers);
}
