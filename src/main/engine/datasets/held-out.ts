import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { rng, shuffleInPlace } from '../../../shared/rng.ts';

export interface HeldOut {
  /** Ascending indices. */
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Draws a test set from `count` examples. Both sets keep the order of the examples.
 *
 * @param what names the examples in a message.
 * @param fraction in (0, 1), rounded to whole examples.
 * @throws WorkbenchError `invalid-data` if one of the two sets would be empty.
 */
export function holdOut(what: string, count: number, fraction: number, seed: number): HeldOut {
  const test = Math.round(count * fraction);
  if (test < 1 || test >= count) {
    throw new WorkbenchError(
      'invalid-data',
      `${what}: a fraction of ${fraction} of ${count} examples is ${test} for testing; expected from 1 to ${count - 1}`,
      'Change dataset.testFraction, or give more examples.',
    );
  }
  const order = Int32Array.from({ length: count }, (_, index) => index);
  shuffleInPlace(order, rng(seed, 'held-out-test-set'));
  return { test: order.slice(0, test).sort(), train: order.slice(test).sort() };
}
