/**
 * The smallest and the largest of many numbers. `Math.min(...values)` passes every value as an
 * argument, and overflows the stack from some 100,000 on.
 */

/** NaN if any value is NaN, as `Math.min` has it; Infinity if there are none. */
export function smallest(values: Iterable<number>): number {
  let found = Infinity;
  for (const value of values) found = Math.min(found, value);
  return found;
}

/** NaN if any value is NaN, as `Math.max` has it; −Infinity if there are none. */
export function largest(values: Iterable<number>): number {
  let found = -Infinity;
  for (const value of values) found = Math.max(found, value);
  return found;
}
