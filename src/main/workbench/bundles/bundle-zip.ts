/** The files of a bundle. Nothing is unpacked to the disk, so names can't lead anywhere. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromFdPromise } from 'yauzl';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { LONGEST_NAME, MOST_FILES } from './bundle-format.ts';

/** Methods of compression, APPNOTE.TXT 6.3.10, section 4.4.5. */
const STORED = 0;
const DEFLATED = 8;

/** No file of a bundle is larger: weights of 268 million parameters. */
export const LARGEST_FILE = 2 ** 30;

/** Bundles may unpack to this much, or to so many times their size. Weights shrink by a tenth; masks to a third. */
const SMALL = 2 ** 30;
const MOST_EXPANSION = 100;

/** Packing makes what can't be packed a little longer. */
const mostPacked = (bytes: number): number => 1.01 * bytes + 1000;

/** @param size bytes of the bundle. */
export function mostUnpacked(size: number): number {
  return Math.max(SMALL, size * MOST_EXPANSION);
}

interface Place {
  readonly start: number;
  readonly packed: number;
  readonly bytes: number;
  readonly isStored: boolean;
  readonly checksum: number;
}

export class BundleZip {
  readonly path: string;
  readonly #descriptor: number;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(path: string, descriptor: number, places: ReadonlyMap<string, Place>) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#places = places;
  }

  /**
   * @param onFile called for each file; what it throws ends this.
   * @throws WorkbenchError `not-found`, or `invalid-data` for what is no sound zip archive.
   */
  static async open(path: string, onFile: () => void): Promise<BundleZip> {
    const descriptor = openFile(path);
    try {
      return new BundleZip(path, descriptor, await placesIn(path, descriptor, onFile));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** The unpacked size; undefined if there is no such file. */
  sizeOf(name: string): number | undefined {
    return this.#places.get(name)?.bytes;
  }

  /** @throws WorkbenchError `invalid-data` if it is missing or damaged. */
  read(name: string): Uint8Array<ArrayBuffer> {
    const place = this.#places.get(name);
    if (!place) throw damaged(this.path, `it has no file ${name}`);
    const packed = new Uint8Array(place.packed);
    for (let filled = 0; filled < packed.length;) {
      const left = packed.length - filled;
      const taken = readSync(this.#descriptor, packed, filled, left, place.start + filled);
      if (taken === 0)
        throw damaged(this.path, `${name} ends after ${filled} of ${packed.length} bytes`);
      filled += taken;
    }
    const bytes = place.isStored ? packed : inflate(this.path, name, packed, place.bytes);
    if (bytes.length !== place.bytes || crc32(bytes) !== place.checksum) {
      throw damaged(this.path, `${name} does not match its checksum`);
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function openFile(path: string): number {
  try {
    const descriptor = openSync(path, 'r');
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `the bundle ${path} can't be read: ${messageOf(cause)}`,
      'Check the path, and who may read it.',
      { cause },
    );
  }
  throw damaged(path, 'it is not a file');
}

async function placesIn(
  path: string,
  descriptor: number,
  onFile: () => void,
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  let total = 0;
  let packed = 0;
  const { size } = fstatSync(descriptor);
  const most = mostUnpacked(size);
  try {
    const archive = await fromFdPromise(descriptor, { autoClose: false, lazyEntries: true });
    // Some 50 bytes are enough for an entry, so they are counted before they are read. The manifest is one.
    if (archive.entryCount > MOST_FILES + 1) {
      throw damaged(path, `it has ${archive.entryCount} files; expected at most ${MOST_FILES + 1}`);
    }
    for await (const entry of archive.eachEntry()) {
      onFile();
      const { fileName, uncompressedSize: bytes } = entry;
      if (fileName.length > LONGEST_NAME) {
        throw damaged(
          path,
          `a name has ${fileName.length} characters; expected at most ${LONGEST_NAME}`,
        );
      }
      if (places.has(fileName)) throw damaged(path, `it has two files ${fileName}`);
      total += bytes;
      if (bytes > LARGEST_FILE || total > most) {
        throw damaged(
          path,
          `it unpacks to more than ${total} bytes, which no bundle of its size does`,
        );
      }
      packed += entry.compressedSize;
      if (entry.compressedSize > mostPacked(bytes)) {
        throw damaged(
          path,
          `${fileName} takes ${entry.compressedSize} bytes packed, and unpacks to ${bytes}`,
        );
      }
      if (packed > size) {
        throw damaged(
          path,
          `its files have at least ${packed} packed bytes, more than the ${size} of the bundle: some share them`,
        );
      }
      checkMethod(path, entry);
      const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
      places.set(fileName, {
        start: fileDataStart,
        packed: entry.compressedSize,
        bytes,
        isStored: entry.compressionMethod === STORED,
        checksum: entry.crc32,
      });
    }
  } catch (cause) {
    if (cause instanceof WorkbenchError) throw cause;
    throw damaged(path, messageOf(cause).replace(/\.$/, ''), cause);
  }
  return places;
}

function checkMethod(path: string, entry: Entry): void {
  if (entry.isEncrypted()) throw damaged(path, `${entry.fileName} is encrypted`);
  const { compressionMethod: method, fileName } = entry;
  if (method !== STORED && method !== DEFLATED) {
    throw damaged(
      path,
      `${fileName} is packed by method ${method}; expected ${STORED} or ${DEFLATED}`,
    );
  }
}

function inflate(
  path: string,
  name: string,
  packed: Uint8Array,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  try {
    const { buffer, byteOffset, byteLength } = inflateRawSync(packed, {
      maxOutputLength: Math.max(1, bytes),
    });
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw damaged(path, `${name} can't be unpacked`, cause);
  }
}

/** A bundle that can't be taken. */
export function damaged(path: string, problem: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'invalid-data',
    `${path} is no sound bundle: ${problem}`,
    'Nothing was written. Copy or export the bundle again.',
    { cause },
  );
}
