/**
 * Results of analyses as people and their programs read them: typed arrays as lists, and replicates
 * counted from 1. Results count them from 0, in fields called `replicate`.
 */
export function plainResults(value: unknown): unknown {
  if (isNumericArray(value)) return Array.from(value);
  if (Array.isArray(value)) return value.map((each: unknown) => plainResults(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      key === 'replicate' && typeof inner === 'number' ? inner + 1 : plainResults(inner),
    ]),
  );
}

function isNumericArray(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
