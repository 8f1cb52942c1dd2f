import { rng, shuffleInPlace } from '../../../shared/rng.ts';
import { alignedIntegers } from '../kernels/memory.ts';

/**
 * The labels with a share of those at `indices` drawn anew, every class being equally likely, the
 * true one too: Zhang et al. 2017, "Understanding deep learning requires rethinking
 * generalization", section 2.1. There each label is drawn with a probability; here the number is
 * exact. A larger share draws the same labels anew as a smaller one, and more.
 *
 * @param indices ascending, of the examples that are trained on; the labels of others are as given.
 * @param share in [0, 1], rounded to whole examples.
 */
export function randomizeLabels(
  labels: Int32Array,
  classes: number,
  indices: Int32Array,
  share: number,
  seed: number,
): Int32Array {
  const random = rng(seed, 'random-labels');
  const order = shuffleInPlace(indices.slice(), random);
  const randomized = alignedIntegers(labels.length);
  randomized.set(labels);
  for (const index of order.subarray(0, Math.round(share * order.length))) {
    randomized[index] = random.below(classes);
  }
  return randomized;
}
