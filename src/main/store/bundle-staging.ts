/**
 * Stores the arrays of a bundle before the trainings that have them, step by step: weights of gigabytes in
 * one transaction would hold up everyone else who writes.
 */
import { randomUUID } from 'node:crypto';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Blobs } from './blobs.ts';
import type { ReadArray } from './bundle-check.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { isLive, type Liveness, PROCESS_SCOPE } from './liveness.ts';

/** What is stored or removed in one step: less than a second. */
const STEP_BYTES = 2 ** 24;

const MERGE = row({ id: text, scope: text, processId: integer, heartbeatAt: integer });
const STAGED = row({ blobId: integer, bytes: integer });
const COUNT = scalar(integer);

/** Arrays of a bundle that are missing here. */
export interface WantedArrays {
  /** Their bytes, by SHA-256, hex. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly readArray: ReadArray;
}

/**
 * The arrays that one merge has stored. They are its own until it has ended: no other merge removes them,
 * unless this process has ended before.
 */
export class StagedArrays {
  readonly #id = randomUUID();
  readonly #connection: Connection;
  readonly #blobs: Blobs;
  readonly #stepBytes: number;
  /** Whether the database knows of this merge. */
  #isKnown = false;

  /** @param stepBytes what is stored in one step. */
  constructor(connection: Connection, blobs: Blobs, stepBytes = STEP_BYTES) {
    this.#connection = connection;
    this.#blobs = blobs;
    this.#stepBytes = stepBytes;
  }

  /**
   * Stores those that this merge has not stored yet.
   *
   * @param onFraction told before each step how much is done, 0..1.
   */
  stage(wanted: readonly WantedArrays[], onFraction: (fraction: number) => void): void {
    const missing = wanted.map(({ sizes, readArray }) => ({
      readArray,
      sizes: new Map([...sizes].filter(([sha256]) => !this.#has(sha256))),
    }));
    const total = missing.reduce((sum, { sizes }) => sum + bytesOf(sizes.values()), 0);
    let done = 0;
    for (const { sizes, readArray } of missing) {
      for (const hashes of inSteps(sizes, this.#stepBytes)) {
        onFraction(done / Math.max(1, total));
        this.#store(hashes.map(readArray));
        done += bytesOf(hashes.map((sha256) => sizes.get(sha256) ?? 0));
      }
    }
  }

  /**
   * Leaves them to the trainings that have them now, and removes the others. What can't be removed now is
   * removed by a later merge, when this process has ended.
   */
  release(): void {
    if (!this.#isKnown) return;
    try {
      releaseStaged(this.#connection, this.#blobs, this.#id, { stepBytes: this.#stepBytes });
    } catch (error) {
      // How the merge has ended says more.
      if (!(error instanceof WorkbenchError)) throw error;
    }
  }

  #has(sha256: string): boolean {
    if (!this.#isKnown) return false;
    return this.#connection.read("arrays of the bundle can't be found", () => {
      const found = this.#connection
        .prepare(
          `SELECT count(*) FROM staged_arrays JOIN blobs ON blobs.id = blob_id
           WHERE merge_id = ? AND sha256 = ?`,
          COUNT,
        )
        .one(this.#id, Buffer.from(sha256, 'hex'));
      return found > 0;
    });
  }

  #store(arrays: readonly Uint8Array[]): void {
    // The transaction that adds the trainings waits for the disk.
    this.#connection.writeUnsynced("arrays of the bundle can't be saved", () => {
      this.#connection
        .prepare(
          `INSERT INTO bundle_merges VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
        )
        .run(this.#id, PROCESS_SCOPE, process.pid, this.#connection.now());
      const keep = this.#connection.prepare('INSERT OR IGNORE INTO staged_arrays VALUES (?, ?)');
      for (const array of arrays) keep.run(this.#id, this.#blobs.put(array));
    });
    this.#isKnown = true;
  }
}

/** Whether a merge has left arrays and its process has ended. */
export function hasAbandonedArrays(connection: Connection, liveness: Liveness): boolean {
  return abandonedMerges(connection, liveness).length > 0;
}

export interface RemovalOptions {
  /** Called before each step. What it throws leaves the rest to the next one who removes it. */
  readonly onStep?: () => void;
  /** What is removed in one step. */
  readonly stepBytes?: number;
}

/** Removes the arrays that merges have left whose process has ended. */
export function removeAbandonedArrays(
  connection: Connection,
  blobs: Blobs,
  liveness: Liveness,
  options?: RemovalOptions,
): void {
  for (const id of abandonedMerges(connection, liveness)) {
    releaseStaged(connection, blobs, id, options);
  }
}

function abandonedMerges(connection: Connection, liveness: Liveness): string[] {
  return connection.read("merges of bundles can't be listed", () =>
    connection
      .prepare(
        `SELECT id, scope, process_id AS processId, heartbeat_at AS heartbeatAt
         FROM bundle_merges`,
        MERGE,
      )
      .all()
      .filter((merge) => !isLive(merge, liveness))
      .map(({ id }) => id),
  );
}

/**
 * Removes what no training has of the arrays of a merge, step by step, as they were stored. One that is
 * interrupted is continued by the next one.
 */
function releaseStaged(
  connection: Connection,
  blobs: Blobs,
  mergeId: string,
  { onStep = () => undefined, stepBytes = STEP_BYTES }: RemovalOptions = {},
): void {
  const problem = "arrays of the bundle can't be removed";
  const staged = connection.read(problem, () =>
    connection
      .prepare(
        `SELECT blob_id AS blobId, raw_size AS bytes
         FROM staged_arrays JOIN blobs ON blobs.id = blob_id WHERE merge_id = ?`,
        STAGED,
      )
      .all(mergeId),
  );
  const sizes = new Map(staged.map(({ blobId, bytes }) => [blobId, bytes]));
  for (const ids of inSteps(sizes, stepBytes)) {
    onStep();
    connection.writeUnsynced(problem, () => {
      const release = connection.prepare(
        'DELETE FROM staged_arrays WHERE merge_id = ? AND blob_id = ?',
      );
      for (const id of ids) release.run(mergeId, id);
      blobs.collectGarbage(ids);
    });
  }
  connection.writeUnsynced(problem, () => {
    connection.prepare('DELETE FROM bundle_merges WHERE id = ?').run(mergeId);
  });
}

/** What is stored or removed at once. */
function* inSteps<Key>(sizes: ReadonlyMap<Key, number>, stepBytes: number): Generator<Key[]> {
  let step: Key[] = [];
  let total = 0;
  for (const [key, bytes] of sizes) {
    if (step.length > 0 && total + bytes > stepBytes) {
      yield step;
      [step, total] = [[], 0];
    }
    step.push(key);
    total += bytes;
  }
  if (step.length > 0) yield step;
}

function bytesOf(sizes: Iterable<number>): number {
  let total = 0;
  for (const bytes of sizes) total += bytes;
  return total;
}
