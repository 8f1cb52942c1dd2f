import { type FileHandle, open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';

/** A file's content from the front to the end, unpacked if the file is gzip, whatever its name. */
export interface ByteReader {
  readonly path: string;
  readonly isCompressed: boolean;
  /** The content's length in bytes: exact for a plain file, an upper bound for a compressed one. */
  readonly maximumLength: number;
  /**
   * Fills the target with the bytes that come next, as far as there are any, and returns how many
   * there were.
   *
   * @throws WorkbenchError `invalid-data` where the file can't be read or is no sound gzip.
   */
  read(target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** A deflate stream expands by less than this: 258 bytes come from two bits at the least. */
const MAX_EXPANSION = 1032;

/** Compressed bytes given to gunzip at a time: how exactly the place of a defect can be told. */
const PIECE_BYTES = 65_536;

/** Below what one read call takes on any platform. */
const MAX_READ_BYTES = 2 ** 30;

/**
 * @throws WorkbenchError `not-found` if there is no such file, `invalid-data` if it is no file or
 *   can't be read.
 */
export async function openBytes(path: string): Promise<ByteReader> {
  const { size } = await statFile(path);
  const file = await open(path).catch((error: unknown) => rejectUnreadable(path, error));
  const plain = plainReader(path, file, size);
  try {
    const start = new Uint8Array(GZIP_MAGIC.length);
    await readFully(path, file, start, 0);
    const isGzip = GZIP_MAGIC.every((byte, index) => start[index] === byte);
    return isGzip ? gzipReader(path, file, size) : plain;
  } catch (error) {
    await plain.close();
    throw error;
  }
}

/** Opening anything else than a file, a pipe for one, could wait forever. */
async function statFile(path: string): Promise<{ size: number }> {
  const found = await stat(path).catch((error: unknown) => rejectUnreadable(path, error));
  if (!found.isFile()) {
    throw new WorkbenchError('invalid-data', `${path} is not a file; expected a file of data`);
  }
  return found;
}

function plainReader(path: string, file: FileHandle, size: number): ByteReader {
  let position = 0;
  return {
    path,
    isCompressed: false,
    maximumLength: size,
    async read(target) {
      const length = await readFully(path, file, target, position);
      position += length;
      return length;
    },
    close: () => file.close(),
  };
}

async function readFully(
  path: string,
  file: FileHandle,
  target: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const length = Math.min(MAX_READ_BYTES, target.length - filled);
    const { bytesRead } = await file
      .read(target, filled, length, position + filled)
      .catch((error: unknown) => rejectUnreadable(path, error));
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function gzipReader(path: string, file: FileHandle, size: number): ByteReader {
  const source = file.createReadStream({ start: 0, autoClose: false, highWaterMark: PIECE_BYTES });
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES * 4 });
  // What goes wrong in either is thrown by the iteration below.
  pipeline(source, gunzip, () => undefined);
  const pieces = (gunzip as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array();

  const nextPiece = async (): Promise<boolean> => {
    try {
      const next = await pieces.next();
      if (next.done === true) return false;
      piece = next.value;
      return true;
    } catch (error) {
      return rejectGzip(path, error, gunzip.bytesWritten, size);
    }
  };
  return {
    path,
    isCompressed: true,
    maximumLength: size * MAX_EXPANSION,
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
    async close() {
      gunzip.destroy();
      source.destroy();
      await file.close();
    },
  };
}

/** @param consumed Compressed bytes that were sound. */
function rejectGzip(path: string, error: unknown, consumed: number, size: number): never {
  const code = codeOf(error);
  if (!code.startsWith('Z_')) rejectUnreadable(path, error);
  const message =
    code === 'Z_BUF_ERROR'
      ? `${path}, byte ${size}: the gzip data ends here; expected more of it`
      : `${path}: the gzip data is damaged in the ${PIECE_BYTES} bytes from byte ${consumed} on (${messageOf(error)}); expected sound gzip data`;
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
