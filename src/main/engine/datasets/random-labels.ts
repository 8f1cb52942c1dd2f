import { rng, shuffleInPlace } from '../../../shared/rng.ts';
import { alignedIntegers } from '../kernels/memory.ts';

/**
 * Replaces a share of the labels at `indices` by random ones. Every class with an example is
 * equally likely, also the true one: Zhang et al. 2017, "Understanding deep learning requires rethinking generalization",
 * section 2.1. The paper replaces each label with a probability; here the number of labels is exact. A
 * larger share replaces all labels that a smaller one replaces, by the same random labels.
 *
 * @param classes that have an example anywhere, ascending.
 * @param indices ascending, of the examples that are trained on. Other labels stay as they are.
 * @param share in [0, 1], rounded to whole examples.
 */
export function randomizeLabels(
  labels: Int32Array,
  classes: Int32Array,
  indices: Int32Array,
  share: number,
  seed: number,
): Int32Array {
  const random = rng(seed, 'random-labels');
  const order = shuffleInPlace(indices.slice(), random);
  const randomized = alignedIntegers(labels.length);
  randomized.set(labels);
  for (const index of order.subarray(0, Math.round(share * order.length))) {
    randomized[index] = classes[random.below(classes.length)]!;
  }
  return randomized;
}
