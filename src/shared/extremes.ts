/**
 * The smallest and the largest of many numbers. `Math.min(...values)` passes every value as an
 * argument, which overflows the stack beyond some 100,000.
 */

/** NaN if any value is NaN, as in `Math.min`; Infinity if there are none. */
export function smallest(values: Iterable<number>): number {
  let found = Infinity;
  for (const value of values) found = Math.min(found, value);
  return found;
}

/** NaN if any value is NaN, as in `Math.max`; −Infinity if there are none. */
export function largest(values: Iterable<number>): number {
  let found = -Infinity;
  for (const value of values) found = Math.max(found, value);
  return found;
}
