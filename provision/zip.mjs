/** Reads single files out of a large zip archive (a Python wheel). */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/**
 * @typedef {object} ZipEntry
 * @property {string} name with `/`
 * @property {number} bytes unpacked
 * @property {number} packedBytes
 * @property {number} method 0 stored, 8 deflated
 * @property {number} offset of its local header
 */

// APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAXIMUM_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/**
 * @param {string} file
 * @returns {Promise<ZipEntry[]>}
 * @throws {Error} if it is no zip archive, or one larger than 4 GB
 */
export async function readZipDirectory(file) {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - END_BYTES - MAXIMUM_COMMENT), size);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0 || tail.readUInt32LE(end) !== END_SIGNATURE) {
      throw new Error(`${file} is no zip archive: it has no end of central directory.`);
    }
    const bytes = tail.readUInt32LE(end + 12);
    const offset = tail.readUInt32LE(end + 16);
    return entriesOf(await readAt(handle, offset, offset + bytes), file);
  } finally {
    await handle.close();
  }
}

/**
 * @param {Buffer} directory the central directory
 * @param {string} file
 * @returns {ZipEntry[]}
 */
function entriesOf(directory, file) {
  /** @type {ZipEntry[]} */
  const entries = [];
  for (let at = 0; at < directory.length;) {
    if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw new Error(`${file}: entry ${entries.length} of its directory is damaged.`);
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at +=
      ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Unpacks one entry to a file.
 *
 * @param {string} file the archive
 * @param {ZipEntry} entry
 * @param {string} destination its folders are made
 * @param {object} [options]
 * @param {(bytes: number) => void} [options.onBytes] told how many more were written
 * @param {AbortSignal | undefined} [options.signal]
 * @returns {Promise<void>}
 * @throws {Error} if the entry is damaged
 */
export async function extractEntry(file, entry, destination, options = {}) {
  const { onBytes = () => undefined, signal } = options;
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new Error(
      `${entry.name} in ${file} is packed by method ${entry.method}, which is unknown.`,
    );
  }
  const start = await dataOffset(file, entry);
  await mkdir(path.dirname(destination), { recursive: true });
  if (entry.packedBytes > 0) {
    let written = 0;
    const unpack =
      entry.method === DEFLATED ? createInflateRaw({ chunkSize: 1 << 18 }) : new PassThrough();
    unpack.on('data', (/** @type {Buffer} */ chunk) => {
      written += chunk.length;
      onBytes(chunk.length);
    });
    await pipeline(
      createReadStream(file, {
        start,
        end: start + entry.packedBytes - 1,
        highWaterMark: 1 << 18,
      }),
      unpack,
      createWriteStream(destination),
      signal === undefined ? {} : { signal },
    );
    if (written === entry.bytes) return;
    throw new Error(`${entry.name} in ${file} has ${written} bytes; ${entry.bytes} were expected.`);
  }
  await (await open(destination, 'w')).close();
}

/**
 * The name and extra field of the local header may differ from the directory's.
 *
 * @param {string} file
 * @param {ZipEntry} entry
 * @returns {Promise<number>}
 */
async function dataOffset(file, entry) {
  const handle = await open(file);
  try {
    const header = await readAt(handle, entry.offset, entry.offset + LOCAL_BYTES);
    if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw new Error(`${entry.name} in ${file}: its header is damaged.`);
    }
    return entry.offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {number} start
 * @param {number} end exclusive
 * @returns {Promise<Buffer>}
 */
async function readAt(handle, start, end) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.subarray(0, bytesRead);
}
