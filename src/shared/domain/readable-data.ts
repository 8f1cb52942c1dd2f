/**
 * Data for people and their programs, such as results of analyses and events: replicates are
 * counted from 1, and typed arrays become lists. Internally, replicates are counted from 0, in
 * fields called `replicate`.
 */
export function readableData(value: unknown): unknown {
  if (isNumericArray(value)) return Array.from(value);
  if (Array.isArray(value)) return value.map((each: unknown) => readableData(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      key === 'replicate' && typeof inner === 'number' ? inner + 1 : readableData(inner),
    ]),
  );
}

function isNumericArray(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
