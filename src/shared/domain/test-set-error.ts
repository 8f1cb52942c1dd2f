/** What a finite test set leaves unknown of accuracies. */

/**
 * The standard error that n test examples leave in a sum of `terms` accuracies, from the mean
 * variance of `accuracies`. One more success and one more failure keep it above 0 where all
 * examples are classified alike.
 */
export function binomialError(
  accuracies: readonly number[],
  terms: number,
  examples: number,
): number {
  const variances = accuracies.map((accuracy) => {
    const smoothed = (accuracy * examples + 1) / (examples + 2);
    return (smoothed * (1 - smoothed)) / examples;
  });
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / variances.length;
  return Math.sqrt(terms * mean);
}

/** Packed (`packMask`): bit i is 1 if the network classified test example i correctly. */
export type PairedFlags = readonly [reference: Uint8Array, compared: Uint8Array];

/**
 * The standard error that n test examples leave in the mean difference of accuracies, compared −
 * reference, over replicates that share these examples: √(Var_i(d_i) / n), where d_i is the mean over
 * the replicates of (example i correct by compared) − (correct by reference). For one replicate this
 * is McNemar's variance. One example more that only `compared` classifies correctly, and one more that
 * only `reference` does, keep it above 0 where both classify all examples alike.
 *
 * The replicates differ in d_i at random, too, so part of their spread is counted here once more. The
 * sum of both is at least the variance of the mean difference.
 *
 * @param pairs one for each replicate.
 */
export function pairedError(pairs: readonly PairedFlags[], examples: number): number {
  // d_i of every example times the number of replicates; the sums of these and of their squares.
  const differences = new Int16Array(examples);
  let sum = 0;
  let squares = 0;
  for (const [reference, compared] of pairs) {
    for (let byte = 0; byte < reference.length; byte += 1) {
      const gained = compared[byte]!;
      let differing = gained ^ reference[byte]!;
      while (differing !== 0) {
        const bit = 31 - Math.clz32(differing);
        const example = 8 * byte + bit;
        const step = (gained >>> bit) & 1 ? 1 : -1;
        squares += 2 * step * differences[example]! + 1;
        differences[example]! += step;
        sum += step;
        differing ^= 1 << bit;
      }
    }
  }
  const count = examples + 2;
  const mean = sum / pairs.length / count;
  const meanSquare = (squares / pairs.length ** 2 + 2) / count;
  return Math.sqrt((meanSquare - mean ** 2) / examples);
}
