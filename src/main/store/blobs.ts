import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { bytes as blob, type DecodedBy, integer, row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';

/**
 * Weights and masks are stored as zstd frames of their plain bytes. If many numbers are zero
 * because they are pruned, only the others are stored. Measured on the weights of a LeNet-300-100,
 * as a fraction of 1.07 MB: plain, 0.92 at density 1, 0.59 at 0.51, 0.27 at 0.21 and 0.054 at
 * 0.036; survivors only, 0.50, 0.22 and 0.045 at the last three, in a third to a half of the time.
 * Level 3 gives the same sizes; level 15 takes 15 to 50 times as long and saves a fifth.
 */
const PLAIN = 'zstd';
const SURVIVORS = 'zstd-survivors';
const ZSTD_LEVEL = 1;

/** With fewer zeros, leaving them out saves nothing. */
const WORTHWHILE_ZEROS = 1 / 8;

/** Bytes that take longer to hash than to compare. */
const LARGE = 65_536;

const BLOB = row({ id: integer, sha256: blob, encoding: text, rawSize: integer, data: blob });
type Blob = DecodedBy<typeof BLOB>;

const COLUMNS = 'id, sha256, encoding, raw_size AS rawSize, data';

/**
 * Bytes addressed by their SHA-256. Equal bytes are stored once, and every read is verified. If stored
 * bytes are damaged, they are replaced when the same bytes are stored again.
 */
export class Blobs extends StorePart {
  /**
   * The last large bytes that were stored again. Every training stores its initial weights again.
   */
  #repeated: { readonly bytes: Uint8Array; readonly sha256: Buffer } | undefined;

  /** The id of these bytes. New bytes are added. For use within a transaction. */
  put(bytes: Uint8Array): number {
    const sha256 = this.#hashOf(bytes);
    const known = this.#find(sha256);
    if (known !== undefined) {
      // Bytes that were just stored were also just verified.
      if (sha256 === this.#repeated?.sha256) return known;
      if (!this.#holds(known, bytes)) this.#replace(known, bytes);
      if (bytes.byteLength >= LARGE) this.#repeated = { bytes: bytes.slice(), sha256 };
      return known;
    }
    const { encoding, data } = encode(bytes);
    const { lastInsertRowid } = this.connection
      .prepare('INSERT INTO blobs (sha256, encoding, raw_size, data) VALUES (?, ?, ?, ?)')
      .run(sha256, encoding, bytes.byteLength, data);
    return lastInsertRowid;
  }

  /** Whether the bytes can be read and match their hash. */
  isSound(id: number): boolean {
    const found = this.#row(id);
    return found !== undefined && decode(found) !== undefined;
  }

  /** The bytes with this hash; undefined if they are not stored or damaged. */
  find(sha256: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const id = this.#find(sha256);
    const found = id === undefined ? undefined : this.#row(id);
    return found && decode(found);
  }

  /** The id of these bytes, or undefined if they are not stored. */
  idOf(bytes: Uint8Array): number | undefined {
    return this.#find(hash('sha256', bytes, 'buffer'));
  }

  /** The id of the bytes with this hash, hex; undefined if they are not stored. */
  idFor(sha256: string): number | undefined {
    return this.#find(Buffer.from(sha256, 'hex'));
  }

  /** The ids of all blobs that a search's trainings refer to. */
  idsOf(searchId: string): number[] {
    return this.connection
      .prepare(
        `SELECT DISTINCT blob_id FROM training_blobs
         JOIN trainings ON trainings.id = training_id WHERE search_id = ?`,
        scalar(integer),
      )
      .all(searchId);
  }

  /**
   * The raw bytes, in their own memory.
   *
   * @param what names the bytes in the error.
   * @throws WorkbenchError `store-failed` naming the blob if it is damaged.
   */
  get(id: number, what: string): Uint8Array<ArrayBuffer> {
    return bytesOf(id, this.#row(id), what);
  }

  /**
   * The raw bytes of many, by id.
   *
   * @param what names the bytes of an id in the error.
   * @throws WorkbenchError as `get`.
   */
  getAll(ids: Iterable<number>, what: (id: number) => string): Map<number, Uint8Array> {
    const wanted = [...new Set(ids)];
    const found = this.connection
      .prepare(
        `SELECT blobs.id, sha256, encoding, raw_size AS rawSize, data
         FROM json_each(?) AS wanted JOIN blobs ON blobs.id = wanted.value`,
        BLOB,
      )
      .all(JSON.stringify(wanted));
    const rows = new Map(found.map((row) => [row.id, row]));
    return new Map(wanted.map((id) => [id, bytesOf(id, rows.get(id), what(id))]));
  }

  /** The SHA-256 of the damaged blobs. Reads them all. */
  damaged(): Buffer[] {
    const damaged: Buffer[] = [];
    const all = this.connection.prepare(`SELECT ${COLUMNS} FROM blobs`, BLOB).iterate();
    for (const each of all) if (!decode(each)) damaged.push(each.sha256);
    return damaged;
  }

  /**
   * Removes the given blobs that no training refers to, and that no merge has stored for trainings to come.
   * For use within a transaction.
   */
  collectGarbage(ids: readonly number[]): void {
    const remove = this.connection.prepare(
      `DELETE FROM blobs WHERE id = ?
       AND NOT EXISTS (SELECT 1 FROM training_blobs WHERE blob_id = blobs.id)
       AND NOT EXISTS (SELECT 1 FROM staged_arrays WHERE blob_id = blobs.id)`,
    );
    for (const id of ids) remove.run(id);
  }

  #hashOf(bytes: Uint8Array): Buffer {
    const repeated = this.#repeated;
    if (repeated && Buffer.compare(repeated.bytes, bytes) === 0) return repeated.sha256;
    return hash('sha256', bytes, 'buffer');
  }

  #row(id: number): Blob | undefined {
    return this.connection.prepare(`SELECT ${COLUMNS} FROM blobs WHERE id = ?`, BLOB).get(id);
  }

  #holds(id: number, bytes: Uint8Array): boolean {
    const found = this.#row(id);
    const stored = found && rawBytesOf(found);
    return stored !== undefined && Buffer.compare(stored, bytes) === 0;
  }

  #replace(id: number, bytes: Uint8Array): void {
    const { encoding, data } = encode(bytes);
    this.connection
      .prepare('UPDATE blobs SET encoding = ?, raw_size = ?, data = ? WHERE id = ?')
      .run(encoding, bytes.byteLength, data, id);
  }

  #find(sha256: Uint8Array): number | undefined {
    return this.connection
      .prepare('SELECT id FROM blobs WHERE sha256 = ?', scalar(integer))
      .get(sha256);
  }
}

function encode(bytes: Uint8Array): Pick<Blob, 'encoding' | 'data'> {
  const survivors = survivorsOf(bytes);
  const data = zstdCompressSync(survivors ?? bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
  });
  return { encoding: survivors ? SURVIVORS : PLAIN, data };
}

/** @throws WorkbenchError `store-failed` naming the blob if it is damaged or missing. */
function bytesOf(id: number, found: Blob | undefined, what: string): Uint8Array<ArrayBuffer> {
  const bytes = found && decode(found);
  if (bytes) return bytes;
  throw new WorkbenchError(
    'store-failed',
    `${what} can't be read: blob ${found ? nameOf(found) : id} is damaged`,
    'Run "ticket doctor --deep" to see what else is affected and what can be healed; otherwise restore the database from a backup, or delete the search and run it again.',
  );
}

function nameOf({ sha256 }: Blob): string {
  return sha256.toString('hex');
}

/**
 * One bit for each 32-bit number, set if the number is not zero (number i is bit i mod 32 of word
 * ⌊i / 32⌋), followed by the nonzero numbers. Undefined if that would save too little.
 */
function survivorsOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.byteLength % 4 !== 0 || bytes.byteOffset % 4 !== 0) return undefined;
  const numbers = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const { length } = numbers;
  const flagWords = Math.ceil(length / 32);
  // One extra word: a zero is also written, and then overwritten.
  const packed = new Uint32Array(flagWords + length + 1);
  let next = flagWords;
  for (let start = 0; start < length; start += 32) {
    const end = Math.min(length, start + 32);
    let flags = 0;
    for (let index = start; index < end; index += 1) {
      const number = numbers[index]!;
      const isSet = number === 0 ? 0 : 1;
      packed[next] = number;
      flags |= isSet << (index - start);
      next += isSet;
    }
    packed[start >>> 5] = flags;
  }
  if (next - flagWords > (1 - WORTHWHILE_ZEROS) * length) return undefined;
  return new Uint8Array(packed.buffer, 0, next * 4);
}

/** The inverse of `survivorsOf`; undefined for bytes that it cannot have produced. */
function withZeros(packed: Uint8Array, rawSize: number): Uint8Array<ArrayBuffer> | undefined {
  const length = rawSize / 4;
  const flagWords = Math.ceil(length / 32);
  if (!Number.isInteger(length) || packed.byteLength % 4 !== 0) return undefined;
  if (packed.byteLength < flagWords * 4) return undefined;
  const words = new Uint32Array(new Uint8Array(packed).buffer);
  const numbers = new Uint32Array(length);
  let next = flagWords;
  for (let index = 0; index < length; index += 1) {
    if (((words[index >>> 5]! >>> (index & 31)) & 1) === 0) continue;
    numbers[index] = words[next] ?? 0;
    next += 1;
  }
  return new Uint8Array(numbers.buffer);
}

/** The raw bytes, or undefined if they do not match their hash. */
function decode(stored: Blob): Uint8Array<ArrayBuffer> | undefined {
  const bytes = rawBytesOf(stored);
  if (!bytes || !hash('sha256', bytes, 'buffer').equals(stored.sha256)) return undefined;
  return bytes;
}

function rawBytesOf(stored: Blob): Uint8Array<ArrayBuffer> | undefined {
  const bytes = unpacked(stored);
  return bytes?.byteLength === stored.rawSize ? bytes : undefined;
}

function unpacked({ encoding, data, rawSize }: Blob): Uint8Array<ArrayBuffer> | undefined {
  switch (encoding) {
    case PLAIN: {
      const bytes = unzip(data, rawSize);
      return bytes && new Uint8Array(bytes);
    }
    case SURVIVORS: {
      const packed = unzip(data, rawSize);
      return packed && withZeros(packed, rawSize);
    }
    default:
      return undefined;
  }
}

/** A damaged frame may claim any size, so at most the known size is unpacked. */
function unzip(data: Buffer, maximumSize: number): Buffer | undefined {
  try {
    return zstdDecompressSync(data, { maxOutputLength: Math.max(1, maximumSize) });
  } catch {
    return undefined;
  }
}
