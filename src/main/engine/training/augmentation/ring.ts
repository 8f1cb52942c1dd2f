import { allocateShared } from '../../datasets/memory.ts';
import type { BatchMemory, BatchRecipe } from './augment.ts';

/** The most batches that are assembled ahead of the training. */
export const SLOTS = 8;

/** Places in `control`, through which the two threads communicate. */
export const CONTROL = {
  /** Increased whenever the training needs something. The other thread waits for a change. */
  signal: 0,
  /** The number of the current run, counted from 1. */
  run: 1,
  /** The iteration whose batch the training is using. */
  current: 2,
  /** From here on two words per slot: the run and the iteration of its batch. */
  slots: 3,
} as const;

/** The iteration of a slot that holds no batch. */
export const EMPTY = -1;

/** Memory shared by a training and the thread that makes its batches. */
export interface Ring {
  readonly control: Int32Array;
  readonly slots: readonly BatchMemory[];
}

export function allocateRing(recipe: BatchRecipe): Ring {
  const { features, shape, batchSize, needsMoments } = recipe;
  const length = batchSize * shape.reduce((product, side) => product * side, 1);
  const moments = needsMoments ? batchSize : 0;
  const words = CONTROL.slots + 2 * SLOTS;
  const pieces = allocateShared('batches', [
    words * 4,
    ...Array.from({ length: SLOTS }, () => [
      length * features.BYTES_PER_ELEMENT,
      moments * 4,
      moments * 4,
    ]).flat(),
  ]);
  const piece = (index: number): Uint8Array => pieces[index] ?? missing(`piece ${index} of a ring`);
  const floats = (index: number, count: number): Float32Array =>
    new Float32Array(piece(index).buffer, piece(index).byteOffset, count);
  return {
    control: new Int32Array(piece(0).buffer, piece(0).byteOffset, words).fill(EMPTY, CONTROL.slots),
    slots: Array.from({ length: SLOTS }, (_, slot) => {
      const first = 1 + 3 * slot;
      return {
        features: features instanceof Uint8Array ? piece(first) : floats(first, length),
        moments: { centers: floats(first + 1, moments), divisors: floats(first + 2, moments) },
      };
    }),
  };
}

/** The memory for the batch of an iteration. */
export function memoryOf({ slots }: Ring, iteration: number): BatchMemory {
  return slots[iteration % SLOTS] ?? missing(`slot ${iteration % SLOTS} of a ring`);
}

/** The place in `control` of the run in an iteration's slot. The iteration itself comes next. */
export function placeOf(iteration: number): number {
  return CONTROL.slots + 2 * (iteration % SLOTS);
}

function missing(what: string): never {
  throw new Error(`there is no ${what}`);
}
