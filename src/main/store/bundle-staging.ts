/**
 * Stores the arrays of a bundle before the trainings that have them, step by step: weights of gigabytes in
 * one transaction would hold up everyone else who writes.
 */
import type { Blobs } from './blobs.ts';
import type { ReadArray } from './bundle-check.ts';
import type { Connection } from './connection.ts';

/** What is stored in one step: less than a second. */
const STEP_BYTES = 2 ** 24;

/** Arrays of a bundle that are missing here. */
export interface WantedArrays {
  /** Their bytes, by SHA-256, hex. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly readArray: ReadArray;
}

/**
 * @param stepBytes what is stored in one step.
 * @returns whether they were stored; what fits into one step is left to the transaction of the merge.
 */
export function stageArrays(
  connection: Connection,
  blobs: Blobs,
  wanted: readonly WantedArrays[],
  stepBytes = STEP_BYTES,
): boolean {
  const sizes = wanted.flatMap((each) => [...each.sizes.values()]);
  if (sizes.reduce((sum, size) => sum + size, 0) <= stepBytes) return false;
  removeStaged(connection, blobs);
  try {
    for (const { sizes: wantedSizes, readArray } of wanted) {
      for (const hashes of inSteps(wantedSizes, stepBytes)) {
        const arrays = hashes.map(readArray);
        // The transaction of the merge waits for the disk.
        connection.writeUnsynced("arrays of the bundle can't be saved", () => {
          for (const array of arrays) blobs.put(array);
        });
      }
    }
  } catch (error) {
    removeStaged(connection, blobs);
    throw error;
  }
  return true;
}

/** Also what a merge that was killed has left. Another one that runs stores its arrays again. */
export function removeStaged(connection: Connection, blobs: Blobs): void {
  connection.write("arrays of the bundle can't be removed", () => {
    blobs.collectOrphans();
  });
}

/** Hashes whose arrays are stored at once. */
function* inSteps(sizes: ReadonlyMap<string, number>, stepBytes: number): Generator<string[]> {
  let step: string[] = [];
  let total = 0;
  for (const [sha256, bytes] of sizes) {
    if (total > 0 && total + bytes > stepBytes) {
      yield step;
      [step, total] = [[], 0];
    }
    step.push(sha256);
    total += bytes;
  }
  yield step;
}
