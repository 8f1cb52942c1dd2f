import { Worker } from 'node:worker_threads';
import type { AugmentedExamples } from '../trainer.ts';
import {
  type BatchKeys,
  BatchMaker,
  type BatchMemory,
  type BatchRecipe,
  augmentedExamples,
} from './augment.ts';
import { allocateRing, CONTROL, type Ring, SLOTS } from './ring.ts';

export interface AssemblerSetup {
  readonly recipe: BatchRecipe;
  readonly ring: Ring;
}

/** A training whose batches are wanted. */
export interface Run {
  readonly number: number;
  readonly keys: BatchKeys;
  readonly from: number;
  readonly to: number;
}

/** The changed examples of a training's iterations. */
export interface AugmentedBatches {
  /** Valid until it is called again; iterations only go up. */
  at(iteration: number): AugmentedExamples;
}

/**
 * Has batches made ahead on a thread beside the training. A batch that is not there when it is
 * needed is made on the spot: it has the same bits, so that nothing ever waits, and nothing depends
 * on which thread was faster.
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
    this.#own = allocateRing(recipe).slots[0]!;
    const setup: AssemblerSetup = { recipe, ring: this.#ring };
    this.#thread = new Worker(new URL('assembler-worker.ts', import.meta.url), {
      workerData: setup,
      name: 'ticket-batches',
    });
    this.#thread.unref();
    // Without the thread training is slower, and nothing else.
    this.#thread.on('error', () => undefined);
  }

  /** Batches that were not ready, of all trainings so far. */
  get madeHere(): number {
    return this.#madeHere;
  }

  /** Batches of iterations `from` to `to`; those of the training before are no longer made. */
  start(keys: BatchKeys, from: number, to: number): AugmentedBatches {
    this.#run += 1;
    const run: Run = { number: this.#run, keys, from, to };
    const { control, slots } = this.#ring;
    const maker = new BatchMaker(this.#recipe, keys);
    Atomics.store(control, CONTROL.current, from);
    Atomics.store(control, CONTROL.run, run.number);
    // Only now: the thread takes a run for stale whose number is not the one in `control`.
    this.#thread.postMessage(run);
    this.#signal();
    return {
      at: (iteration) => {
        Atomics.store(control, CONTROL.current, iteration);
        this.#signal();
        const slot = iteration % SLOTS;
        const place = CONTROL.slots + 2 * slot;
        const isReady =
          Atomics.load(control, place + 1) === iteration &&
          Atomics.load(control, place) === run.number;
        if (isReady) return augmentedExamples(this.#recipe, slots[slot]!);
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
