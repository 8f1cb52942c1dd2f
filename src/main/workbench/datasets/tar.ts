/** Unpacks the wanted files of a tar archive, gzip or not. */
import { createWriteStream } from 'node:fs';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, type Extract } from 'tar-stream';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { type ByteReader, openBytes } from '../../engine/datasets/readers/byte-reader.ts';

const BLOCK_BYTES = 512;

/** No file of a dataset is larger. A header with a larger size is damaged. */
const LARGEST_FILE_BYTES = 2 ** 32;

const PIECE_BYTES = 2 ** 18;

/** Archives from before POSIX have no format in their headers; tar-stream's types lack the option. */
const EXTRACT_OPTIONS = { highWaterMark: PIECE_BYTES, allowUnknownFormat: true };

/**
 * Writes every wanted regular file into `target`, under its name without folders. Whatever paths an
 * archive has, nothing is written elsewhere.
 *
 * @throws WorkbenchError `invalid-data` naming file and offset.
 */
export async function unpackTar(
  path: string,
  target: string,
  isWanted: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const archive = await openBytes(path);
  const entries = extract(EXTRACT_OPTIONS);
  const place = { offset: 0 };
  try {
    await Promise.all([
      pipeline(piecesOf(archive), entries, { signal }),
      writeWanted(entries, target, isWanted, place),
    ]);
  } catch (cause) {
    if (signal?.aborted || cause instanceof WorkbenchError) throw cause;
    const reason = messageOf(cause);
    const found = reason.replace(/[.?!]$/, '');
    throw new WorkbenchError(
      'invalid-data',
      `${path} (unpacked), in the entry at byte ${place.offset}: ${found}; expected a sound tar archive`,
      'It may have been fetched only in part; fetch it again.',
      { cause },
    );
  } finally {
    await archive.close();
  }
}

async function* piecesOf(archive: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    // The parser keeps the pieces, so they can't share memory.
    const piece = new Uint8Array(PIECE_BYTES);
    const length = await archive.read(piece);
    yield piece.subarray(0, length);
    if (length < piece.length) return;
  }
}

/** @param place follows the start of the current entry, in bytes of the unpacked archive. */
async function writeWanted(
  entries: Extract,
  target: string,
  isWanted: (name: string) => boolean,
  place: { offset: number },
): Promise<void> {
  for await (const entry of entries) {
    const { type, size, name: entryPath } = entry.header;
    place.offset = entry.offset;
    if (size > LARGEST_FILE_BYTES) throw new Error(`its header claims ${size} bytes`);
    const name = posix.basename(entryPath);
    if (type === 'file' && isWanted(name)) await writeEntry(entry, join(target, name));
    else for await (const _piece of entry);
    place.offset += BLOCK_BYTES * (1 + Math.ceil(size / BLOCK_BYTES));
  }
}

async function writeEntry(entry: AsyncIterable<unknown>, file: string): Promise<void> {
  await pipeline(entry, createWriteStream(file)).catch((cause: unknown) => {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new WorkbenchError(
      'unavailable',
      `${file} can't be written: ${cause.message}`,
      'Check the space on the disk and the permissions of the folder.',
      { cause },
    );
  });
}
