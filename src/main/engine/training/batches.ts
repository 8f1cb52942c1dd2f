import { rng, type RngKey, shuffleInPlace } from '../../../shared/rng.ts';

/**
 * The order of the training examples: one random permutation per epoch, cut into batches. A batch
 * may span two epochs, so every batch is full. The order depends only on the key and the iteration.
 * So a training from a rewind point sees the batches that the dense network saw from there on.
 */
export class BatchOrder {
  readonly #examples: Int32Array;
  readonly #key: RngKey;
  readonly #permutation: Int32Array;
  #epoch = -1;

  constructor(examples: Int32Array, key: RngKey) {
    this.#examples = examples;
    this.#key = key;
    this.#permutation = new Int32Array(examples.length);
  }

  /** Writes the batch of one iteration, counted from 0, into `batch`. */
  fill(iteration: number, batch: Int32Array): void {
    const { length } = this.#examples;
    let position = iteration * batch.length;
    let filled = 0;
    while (filled < batch.length) {
      const within = position % length;
      const taken = Math.min(batch.length - filled, length - within);
      this.#useEpoch(Math.floor(position / length));
      batch.set(this.#permutation.subarray(within, within + taken), filled);
      filled += taken;
      position += taken;
    }
  }

  #useEpoch(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#permutation.set(this.#examples);
    shuffleInPlace(this.#permutation, rng(...this.#key, epoch));
    this.#epoch = epoch;
  }
}
