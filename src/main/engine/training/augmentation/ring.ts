import { allocateShared } from '../../datasets/memory.ts';
import type { BatchMemory, BatchRecipe } from './augment.ts';

/** How many batches are made ahead of the training, at most. */
export const SLOTS = 8;

/** Places in `control`, by which the two threads talk to each other. */
export const CONTROL = {
  /** Increased whenever the training wants something. The other thread waits for a change. */
  signal: 0,
  /** The number of the current run, counted from 1. */
  run: 1,
  /** The iteration whose batch the training uses. */
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
  const [control, ...pieces] = allocateShared('batches', [
    words * 4,
    ...Array.from({ length: SLOTS }, () => [
      length * features.BYTES_PER_ELEMENT,
      moments * 4,
      moments * 4,
    ]).flat(),
  ]);
  const floats = ({ buffer, byteOffset }: Uint8Array, count: number) =>
    new Float32Array(buffer, byteOffset, count);
  return {
    control: new Int32Array(control!.buffer, control!.byteOffset, words).fill(EMPTY, CONTROL.slots),
    slots: Array.from({ length: SLOTS }, (_, slot) => {
      const own = pieces[3 * slot]!;
      return {
        features: features instanceof Uint8Array ? own : floats(own, length),
        moments: {
          centers: floats(pieces[3 * slot + 1]!, moments),
          divisors: floats(pieces[3 * slot + 2]!, moments),
        },
      };
    }),
  };
}
