import { rng, shuffleInPlace } from '../../../shared/rng.ts';

export interface Split {
  /** Ascending indices into the training examples. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
}

/**
 * Takes `validation` examples out of the training set, drawn by the search's seed: the same split
 * for every replicate, so that all of them are judged on the same examples.
 */
export function splitTraining(examples: number, validation: number, seed: number): Split {
  const order = Int32Array.from({ length: examples }, (_, index) => index);
  shuffleInPlace(order, rng(seed, 'validation-split'));
  return {
    validationIndices: order.slice(0, validation).sort(),
    trainIndices: order.slice(validation).sort(),
  };
}
