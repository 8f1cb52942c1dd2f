import { allocateShared } from '../../datasets/memory.ts';
import type { BatchMemory, BatchRecipe } from './augment.ts';

/** Batches ahead of the training, at the most. */
export const SLOTS = 8;

/** What the two threads tell each other, as places in `control`. */
export const CONTROL = {
  /** Counts up whenever the training wants something: what the other thread waits for. */
  signal: 0,
  /** The training under way, counted from 1. */
  run: 1,
  /** The iteration whose batch the training uses now. */
  current: 2,
  /** From here on, two words a slot: the run and the iteration of the batch in it. */
  slots: 3,
} as const;

/** Nothing in this slot is to be used. */
export const EMPTY = -1;

/** Shared between a training and the thread that makes its batches. */
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
