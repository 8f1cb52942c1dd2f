import { Worker } from 'node:worker_threads';
import type { AugmentedExamples } from '../trainer.ts';
import {
  type BatchKeys,
  BatchMaker,
  type BatchMemory,
  type BatchRecipe,
  augmentedExamples,
} from './augment.ts';
import { allocateRing, CONTROL, memoryOf, placeOf, type Ring } from './ring.ts';

export interface AssemblerSetup {
  readonly recipe: BatchRecipe;
  readonly ring: Ring;
}

/** One training whose batches are to be assembled. */
export interface Run {
  readonly number: number;
  readonly keys: BatchKeys;
  readonly from: number;
  readonly to: number;
}

/** The augmented batches of a training. */
export interface AugmentedBatches {
  /** Valid until the next call. Iterations must only increase. */
  at(iteration: number): AugmentedExamples;
}

/**
 * Assembles batches ahead of the training on another thread. If a batch is not ready in time, the
 * training makes it itself, with the same bits. So the training never waits, and its results do not
 * depend on which thread is faster.
 */
export class Assembler {
  readonly #recipe: BatchRecipe;
  readonly #ring: Ring;
  readonly #own: BatchMemory;
  readonly #thread: Worker;
  #run = 0;
  #madeHere = 0;

  constructor(recipe: BatchRecipe) {
    this.#recipe = recipe;
    this.#ring = allocateRing(recipe);
    this.#own = memoryOf(allocateRing(recipe), 0);
    const setup: AssemblerSetup = { recipe, ring: this.#ring };
    this.#thread = new Worker(new URL('assembler-worker.ts', import.meta.url), {
      workerData: setup,
      name: 'ticket-batches',
    });
    this.#thread.unref();
    // Without the thread, training is slower but otherwise the same.
    this.#thread.on('error', () => undefined);
  }

  /** How many batches were not ready in time, over all trainings. */
  get madeHere(): number {
    return this.#madeHere;
  }

  /**
   * Starts assembling the batches of iterations `from` to `to`, and stops those of the last call.
   */
  start(keys: BatchKeys, from: number, to: number): AugmentedBatches {
    this.#run += 1;
    const run: Run = { number: this.#run, keys, from, to };
    const { control } = this.#ring;
    const maker = new BatchMaker(this.#recipe, keys);
    Atomics.store(control, CONTROL.current, from);
    Atomics.store(control, CONTROL.run, run.number);
    // After the stores above: the thread skips a run whose number is not the one in `control`.
    this.#thread.postMessage(run);
    this.#signal();
    return {
      at: (iteration) => {
        Atomics.store(control, CONTROL.current, iteration);
        this.#signal();
        const place = placeOf(iteration);
        const isReady =
          Atomics.load(control, place + 1) === iteration &&
          Atomics.load(control, place) === run.number;
        if (isReady) return augmentedExamples(this.#recipe, memoryOf(this.#ring, iteration));
        this.#madeHere += 1;
        maker.make(iteration, this.#own);
        return augmentedExamples(this.#recipe, this.#own);
      },
    };
  }

  dispose(): void {
    void this.#thread.terminate();
  }

  #signal(): void {
    const { control } = this.#ring;
    Atomics.add(control, CONTROL.signal, 1);
    Atomics.notify(control, CONTROL.signal);
  }
}
