/** Unpacks single files of a large zip archive (a Python wheel). */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { openPromise } from 'yauzl';
import { messageOf } from './provisioning-error.mjs';

/** @typedef {import('yauzl').Entry} Entry `fileName` has `/` between folders */

/**
 * @typedef {object} ZipArchive
 * @property {readonly Entry[]} entries
 * @property {(entry: Entry, destination: string, options?: ExtractOptions) => Promise<void>} extract
 *   writes what the entry holds to a file, whose folders it makes
 */

/**
 * @typedef {object} ExtractOptions
 * @property {(bytes: number) => void} [onBytes] told how many more bytes were written
 * @property {AbortSignal | undefined} [signal]
 */

/** APPNOTE.TXT 6.3.10, section 4.4.5. */
const DEFLATED = 8;

const PIECE_BYTES = 1 << 18;

/**
 * Opens an archive, and closes it whatever happens.
 *
 * @template T
 * @param {string} file
 * @param {(archive: ZipArchive) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws {Error} if it is no zip archive, or a damaged one
 */
export async function withZip(file, use) {
  const rejectDamaged = (/** @type {unknown} */ cause) => {
    throw new Error(`${file} is no sound zip archive: ${messageOf(cause)}`, { cause });
  };
  const zip = await openPromise(file, { autoClose: false }).catch(rejectDamaged);
  try {
    const entries = await entriesOf(zip).catch(rejectDamaged);
    return await use({
      entries,
      extract: (entry, destination, options = {}) =>
        extract(zip, file, entry, destination, options),
    });
  } finally {
    zip.close();
  }
}

/**
 * @param {import('yauzl').ZipFile} zip
 * @returns {Promise<Entry[]>}
 */
async function entriesOf(zip) {
  const entries = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

/**
 * Inflates in larger pieces than the library's own stream, which takes half as long again.
 *
 * @param {import('yauzl').ZipFile} zip
 * @param {string} file
 * @param {Entry} entry
 * @param {string} destination
 * @param {ExtractOptions} options
 * @returns {Promise<void>}
 */
async function extract(zip, file, entry, destination, { onBytes = () => undefined, signal }) {
  const { fileName, compressedSize, uncompressedSize, compressionMethod } = entry;
  if (!entry.canDecodeFileData()) {
    throw new Error(
      `${fileName} in ${file} is encrypted, or packed by an unknown method (${compressionMethod}).`,
    );
  }
  await mkdir(path.dirname(destination), { recursive: true });
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const unpack =
    compressionMethod === DEFLATED
      ? createInflateRaw({ chunkSize: PIECE_BYTES })
      : new PassThrough();
  let written = 0;
  unpack.on('data', (/** @type {Buffer} */ piece) => {
    written += piece.length;
    onBytes(piece.length);
  });
  // A stream has no way to read nothing at all.
  const source =
    compressedSize === 0
      ? []
      : createReadStream(file, {
          start: fileDataStart,
          end: fileDataStart + compressedSize - 1,
          highWaterMark: PIECE_BYTES,
        });
  await pipeline(
    source,
    unpack,
    createWriteStream(destination),
    signal === undefined ? {} : { signal },
  );
  if (written === uncompressedSize) return;
  throw new Error(`${fileName} in ${file} has ${written} bytes; expected ${uncompressedSize}.`);
}
