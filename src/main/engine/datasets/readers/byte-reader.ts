import { type FileHandle, open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';

/** Reads bytes from the front to the end: a file, or what a part of a file unpacks to. */
export interface ByteReader {
  /** The file's path, for messages; for a part of a file, also the name of the part. */
  readonly path: string;
  readonly isCompressed: boolean;
  /** The content's length in bytes: exact for a plain file, an upper bound for a compressed file. */
  readonly maximumLength: number;
  /**
   * Fills the target with the next bytes. At the end there are fewer.
   *
   * @returns the number of bytes read.
   * @throws WorkbenchError `invalid-data` if the file can't be read or its packed data is damaged.
   */
  read(target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** A deflate stream expands by less than this: at best, two bits stand for 258 bytes. */
export const MAX_EXPANSION = 1032;

/** Compressed bytes that are unpacked at a time. A message names the place of a defect this exactly. */
const PIECE_BYTES = 65_536;

/** One read call takes this much on every platform. */
const MAX_READ_BYTES = 2 ** 30;

/** A file that can be read at any position. */
export interface OpenFile {
  readonly path: string;
  readonly size: number;
  readonly handle: FileHandle;
}

/** A part of a file. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

/**
 * Opens a file for reading. A gzip file is unpacked, whatever its name.
 *
 * @throws WorkbenchError `not-found` if there is no such file, `invalid-data` if it is no file or
 *   can't be read.
 */
export async function openBytes(path: string): Promise<ByteReader> {
  const file = await openFile(path);
  const close = () => file.handle.close();
  try {
    const start = new Uint8Array(GZIP_MAGIC.length);
    await readFully(file, start, 0);
    const isGzip = GZIP_MAGIC.every((byte, index) => start[index] === byte);
    const whole = { start: 0, length: file.size };
    const reader = isGzip
      ? packedReader(file, path, 'gzip', whole)
      : plainReader(file, path, whole);
    return {
      ...reader,
      async close() {
        await reader.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws WorkbenchError as `openBytes`. */
export async function openFile(path: string): Promise<OpenFile> {
  const { size } = await statFile(path);
  const handle = await open(path).catch((error: unknown) => rejectUnreadable(path, error));
  return { path, size, handle };
}

/** Opening a pipe, for example, could wait forever. */
async function statFile(path: string): Promise<{ size: number }> {
  const found = await stat(path).catch((error: unknown) => rejectUnreadable(path, error));
  if (!found.isFile()) {
    throw new WorkbenchError('invalid-data', `${path} is not a file; expected a file of data`);
  }
  return found;
}

/** Reads the bytes of an extent as stored. Closing leaves the file open. */
export function plainReader(file: OpenFile, name: string, { start, length }: Extent): ByteReader {
  let position = 0;
  return {
    path: name,
    isCompressed: false,
    maximumLength: length,
    async read(target) {
      const wanted = target.subarray(0, length - position);
      const taken = await readFully(file, wanted, start + position);
      position += taken;
      return taken;
    },
    close: () => Promise.resolve(),
  };
}

/** Fills the target from this position on. Returns the number of bytes, which is less at the end. */
export async function readFully(
  { path, handle }: OpenFile,
  target: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const length = Math.min(MAX_READ_BYTES, target.length - filled);
    const { bytesRead } = await handle
      .read(target, filled, length, position + filled)
      .catch((error: unknown) => rejectUnreadable(path, error));
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

const UNPACKERS = { gzip: createGunzip, deflate: createInflateRaw } as const;

type Packing = keyof typeof UNPACKERS;

/** Reads what an extent unpacks to. Closing leaves the file open. */
export function packedReader(
  { path, handle }: OpenFile,
  name: string,
  packing: Packing,
  { start, length }: Extent,
): ByteReader {
  const source = handle.createReadStream({
    start,
    end: start + length - 1,
    autoClose: false,
    highWaterMark: PIECE_BYTES,
  });
  const unpacker = UNPACKERS[packing]({ chunkSize: PIECE_BYTES * 4 });
  // Errors of both streams are thrown by the iteration below.
  pipeline(source, unpacker, () => undefined);
  const pieces = (unpacker as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array();

  const nextPiece = async (): Promise<boolean> => {
    try {
      const next = await pieces.next();
      if (next.done === true) return false;
      piece = next.value;
      return true;
    } catch (error) {
      if (!codeOf(error).startsWith('Z_')) rejectUnreadable(path, error);
      return rejectPacked(name, packing, error, start + unpacker.bytesWritten, start + length);
    }
  };
  return {
    path: name,
    isCompressed: true,
    maximumLength: length * MAX_EXPANSION,
    async read(target) {
      let filled = 0;
      while (filled < target.length) {
        if (piece.length === 0 && !(await nextPiece())) break;
        const taken = piece.subarray(0, target.length - filled);
        target.set(taken, filled);
        piece = piece.subarray(taken.length);
        filled += taken.length;
      }
      return filled;
    },
    close() {
      unpacker.destroy();
      source.destroy();
      return Promise.resolve();
    },
  };
}

/** @param sound the position in the file up to which the data was sound. */
function rejectPacked(
  name: string,
  packing: Packing,
  error: unknown,
  sound: number,
  end: number,
): never {
  const message =
    codeOf(error) === 'Z_BUF_ERROR'
      ? `${name}, byte ${end}: the ${packing} data ends here; expected more of it`
      : `${name}: the ${packing} data is damaged in the ${PIECE_BYTES} bytes from byte ${sound} on (${messageOf(error)}); expected sound ${packing} data`;
  throw new WorkbenchError('invalid-data', message, 'Fetch the file again.', { cause: error });
}

function rejectUnreadable(path: string, error: unknown): never {
  if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) {
    throw new WorkbenchError('not-found', `There is no file ${path}`, undefined, { cause: error });
  }
  throw new WorkbenchError(
    'invalid-data',
    `${path} can't be read: ${messageOf(error)}`,
    'Check the file’s permissions and the disk.',
    { cause: error },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
