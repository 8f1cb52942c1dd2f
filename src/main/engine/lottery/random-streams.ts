import { rng, type Rng, type RngKey } from '../../../shared/rng.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import type { BatchKeys } from '../training/augmentation/augment.ts';

/**
 * All randomness of a search. Each stream of random numbers has its own key, made of the search's
 * seed, the replicate and the stream's purpose. So a training gets the same numbers on every
 * worker, whatever was trained before it.
 *
 * The keys must never change. Otherwise the same settings, with the same hash, would give other
 * results.
 */
export class RandomStreams {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The initial weights of a replicate. */
  initialization({ replicate }: TrainingKey): Rng {
    return rng(...this.#key(replicate, 'initialization'));
  }

  /** What a branch draws when it starts from a level's mask. */
  branch({ replicate, level, branch }: TrainingKey): Rng {
    return rng(...this.#key(replicate, 'branch'), branch, level);
  }

  /** What a strategy draws when it prunes. */
  pruning({ replicate, level }: TrainingKey): Rng {
    return rng(...this.#key(replicate, 'pruning'), level);
  }

  /**
   * Seeds the dropout of a training.
   *
   * @param noise selects another sample.
   */
  dropoutSeed({ replicate, level, branch }: TrainingKey, ...noise: RngKey): number {
    // A transfer's dense network equals, bit by bit, the dense network of a search on its target.
    const trainedAs = level === 0 ? TICKET_BRANCH : branch;
    return rng(...this.#key(replicate, 'dropout'), trainedAs, level, ...noise).uint32();
  }

  /**
   * The order and the augmentation of a training's batches. All trainings of a replicate see the
   * same batches.
   *
   * @param noise selects another sample.
   */
  batches({ replicate }: TrainingKey, ...noise: RngKey): BatchKeys {
    return {
      order: [...this.#key(replicate, 'batch-order'), ...noise],
      augmentation: [...this.#key(replicate, 'augmentation'), ...noise],
    };
  }

  #key(replicate: number, purpose: string): RngKey {
    return [this.#seed, 'replicate', replicate, purpose];
  }
}
