import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { drawApart } from './split.ts';

export interface HeldOut {
  /** Ascending indices. */
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Draws a test set from the examples with these labels. Both sets keep the order of the examples, and
 * every class keeps a training example if there is room for that.
 *
 * @param what names the examples in a message.
 * @param fraction in (0, 1), rounded to whole examples.
 * @throws WorkbenchError `invalid-data` if one of the two sets would be empty.
 */
export function holdOut(what: string, labels: Int32Array, fraction: number, seed: number): HeldOut {
  const count = labels.length;
  const test = Math.round(count * fraction);
  if (test < 1 || test >= count) {
    throw new WorkbenchError(
      'invalid-data',
      `${what}: a fraction of ${fraction} of ${count} examples is ${test} for testing; expected from 1 to ${count - 1}`,
      'Change dataset.testFraction, or give more examples.',
    );
  }
  const { drawn, kept } = drawApart(labels, test, [seed, 'held-out-test-set']);
  return { test: drawn, train: kept };
}
