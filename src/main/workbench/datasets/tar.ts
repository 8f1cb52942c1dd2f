/** Unpacks what is wanted of a tar archive, gzip or not. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { createGunzip } from 'node:zlib';
import { WorkbenchError } from '../../../shared/contract/errors.ts';

const BLOCK = 512;
/** Larger than any file of a dataset here; a damaged size is told from a real one by it. */
const LARGEST_FILE = 2 ** 32;

/**
 * Writes every regular file whose name, without folders, is wanted into `target`, under that name:
 * whatever paths an archive has, nothing is written elsewhere.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar interchange format"
 * @throws WorkbenchError `invalid-data` naming file and offset.
 */
export async function unpackTar(
  path: string,
  target: string,
  isWanted: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const source = createReadStream(path, { highWaterMark: 2 ** 18 });
  const stream = (await isGzip(path)) ? source.pipe(createGunzip()) : source;
  source.once('error', (error) => stream.destroy(error));
  let offset = 0;
  let headerAt = 0;
  let header = Buffer.alloc(0);
  let left = 0;
  let padding = 0;
  let file: FileHandle | undefined;
  const finishFile = async (): Promise<void> => {
    await file?.close();
    file = undefined;
  };
  const reject = (found: string, at = offset, cause?: unknown): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${path} (unpacked), byte ${at}: ${found}; expected a sound tar archive`,
      'It may have been fetched in part only; fetch it again.',
      { cause },
    );
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      for (let piece = chunk; piece.length > 0;) {
        let taken: number;
        if (left > 0) {
          taken = Math.min(left, piece.length);
          await file?.write(piece.subarray(0, taken));
          left -= taken;
          if (left === 0) await finishFile();
        } else if (padding > 0) {
          taken = Math.min(padding, piece.length);
          padding -= taken;
        } else {
          if (header.length === 0) headerAt = offset;
          taken = Math.min(BLOCK - header.length, piece.length);
          header = Buffer.concat([header, piece.subarray(0, taken)]);
          if (header.length === BLOCK) {
            const entry = parseHeader(header, (found) => reject(found, headerAt));
            header = Buffer.alloc(0);
            if (entry) {
              left = entry.size;
              padding = (BLOCK - (left % BLOCK)) % BLOCK;
              const name = posix.basename(entry.name);
              if (entry.isFile && isWanted(name)) {
                file = await open(join(target, name), 'w');
                if (left === 0) await finishFile();
              }
            }
          }
        }
        offset += taken;
        piece = piece.subarray(taken);
      }
    }
  } catch (error) {
    if (error instanceof WorkbenchError || signal?.aborted) throw error;
    reject(error instanceof Error ? error.message : String(error), offset, error);
  } finally {
    await finishFile();
    source.destroy();
  }
  if (left > 0 || header.length > 0) reject('the archive ends here');
}

/** Undefined for the blocks of zeros at the end. */
function parseHeader(
  header: Buffer,
  reject: (found: string) => never,
): { name: string; size: number; isFile: boolean } | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const text = (start: number, length: number) =>
    header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  const promised = parseInt(text(148, 8).trim(), 8);
  // The checksum is counted as if it were spaces itself.
  const sum = header.reduce(
    (total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte),
    0,
  );
  if (sum !== promised) reject('the header’s checksum is wrong');
  const size = parseInt(text(124, 12).trim() || '0', 8);
  if (!Number.isSafeInteger(size) || size < 0 || size > LARGEST_FILE) {
    reject(`a file of ${text(124, 12)} bytes (octal)`);
  }
  const type = text(156, 1);
  return { name: text(0, 100), size, isFile: type === '' || type === '0' };
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const start = Buffer.alloc(2);
    await file.read(start, 0, 2, 0);
    return start.readUInt16BE(0) === 0x1f8b;
  } finally {
    await file.close();
  }
}
