import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';

/**
 * Weights and masks are kept as zstd frames of their plain bytes. Measured on the weights of a
 * LeNet-300-100 trained on MNIST, as a share of 1.07 MB: 0.92 at density 1, 0.35 at 0.21, 0.15 at
 * 0.036. Level 3 gives the same sizes; level 15 gives 0.92 / 0.29 / 0.11 for 15 to 50 times the
 * time. Grouping the bytes of each value by their place first gives 0.85 / 0.37 / 0.13: not worth a
 * second encoding.
 */
const ENCODING = 'zstd';
const ZSTD_LEVEL = 1;

interface BlobRow {
  readonly id: number;
  readonly sha256: Buffer;
  readonly encoding: string;
  readonly rawSize: number;
  readonly data: Buffer;
}

const COLUMNS = 'id, sha256, encoding, raw_size AS rawSize, data';

/** Bytes addressed by their SHA-256: equal ones are kept once, and none is read unchecked. */
export class Blobs {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The id of these bytes, which are added if they are new. Call it inside a transaction. */
  put(bytes: Uint8Array): number {
    const sha256 = createHash('sha256').update(bytes).digest();
    const known = this.#find(sha256);
    if (known !== undefined) return known;
    const data = zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
    });
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO blobs (sha256, encoding, raw_size, data) VALUES (?, ?, ?, ?)')
      .run(sha256, ENCODING, bytes.byteLength, data);
    return Number(lastInsertRowid);
  }

  /** The id under which these bytes are kept, or undefined if they are not. */
  idOf(bytes: Uint8Array): number | undefined {
    return this.#find(createHash('sha256').update(bytes).digest());
  }

  /**
   * The raw bytes, in memory of their own.
   *
   * @param what the bytes are, for the error.
   * @throws WorkbenchError `store-failed` naming the blob if it is damaged.
   */
  get(id: number, what: string): Uint8Array<ArrayBuffer> {
    const row = this.#database
      .prepare<[number], BlobRow>(`SELECT ${COLUMNS} FROM blobs WHERE id = ?`)
      .get(id);
    const bytes = row && decode(row);
    if (bytes) return bytes;
    throw new WorkbenchError(
      'store-failed',
      `${what} can't be read: blob ${row ? nameOf(row) : id} is damaged`,
      'Run "ticket doctor" to see what else is affected; restore the database from a backup, or delete the search and run it again.',
    );
  }

  /** The names of damaged blobs. Reads them all. */
  damaged(): string[] {
    const rows = this.#database.prepare<[], BlobRow>(`SELECT ${COLUMNS} FROM blobs`).iterate();
    const names: string[] = [];
    for (const row of rows) if (!decode(row)) names.push(nameOf(row));
    return names;
  }

  /** Removes those of the given blobs that no training refers to. Call it inside a transaction. */
  collectGarbage(ids: readonly number[]): void {
    const remove = this.#database.prepare(
      `DELETE FROM blobs WHERE id = ?
       AND NOT EXISTS (SELECT 1 FROM training_blobs WHERE blob_id = blobs.id)`,
    );
    for (const id of ids) remove.run(id);
  }

  #find(sha256: Buffer): number | undefined {
    return this.#database
      .prepare<[Buffer], number>('SELECT id FROM blobs WHERE sha256 = ?')
      .pluck()
      .get(sha256);
  }
}

function nameOf({ sha256 }: BlobRow): string {
  return sha256.toString('hex');
}

/** The raw bytes, or undefined if they are not what their name promises. */
function decode(row: BlobRow): Uint8Array<ArrayBuffer> | undefined {
  if (row.encoding !== ENCODING) return undefined;
  let raw: Buffer;
  try {
    // A damaged frame may claim any size: no more is unpacked than belongs to it.
    raw = zstdDecompressSync(row.data, { maxOutputLength: Math.max(1, row.rawSize) });
  } catch {
    return undefined;
  }
  if (!createHash('sha256').update(raw).digest().equals(row.sha256)) return undefined;
  return new Uint8Array(raw);
}
