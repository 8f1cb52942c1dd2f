/** Plain data with typed arrays as JSON text: readable in the database, and the same when read back. */

const ARRAYS = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** JSON has no words for these. */
const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

export function writeArrayJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    const found = Object.entries(ARRAYS).find(([, type]) => inner instanceof type);
    if (!found) return inner;
    const values = Array.from(inner as ArrayLike<number>, (each) =>
      Number.isFinite(each) ? each : String(each),
    );
    return { $array: found[0], values };
  });
}

export function readArrayJson(text: string): unknown {
  return JSON.parse(text, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || !('$array' in inner)) return inner;
    const { $array, values } = inner as { $array: ArrayName; values: (number | string)[] };
    const numbers = values.map((each) => (typeof each === 'number' ? each : NUMBERS[each]!));
    return new ARRAYS[$array](numbers);
  });
}
