/** `[count]`: 0, 1, …, count − 1. */
export function everyIndex(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
