export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < a.length; index += 1) {
    const difference = Math.abs(a[index]! - b[index]!);
    // Written so that NaN is the largest of all.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

export function largest(values: ArrayLike<number>): number {
  return largestDifference(values, new Float64Array(values.length));
}
