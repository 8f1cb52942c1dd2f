import { crc32 } from 'node:zlib';
import { type Entry, fromFdPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';
import {
  type ByteReader,
  MAX_EXPANSION,
  openFile,
  type OpenFile,
  packedReader,
  plainReader,
} from './byte-reader.ts';

/** An open zip archive. Its entries are read when they are wanted, from the front to the end. */
export interface ZipArchive {
  readonly names: readonly string[];
  /**
   * @param name one of `names`.
   * @param what the entry is called in messages.
   * @throws WorkbenchError `invalid-data` naming file, place and expectation; while reading too.
   */
  open(name: string, what: string): Promise<ByteReader>;
  close(): Promise<void>;
}

/** Methods of compression, APPNOTE.TXT 6.3.10, section 4.4.5. */
const STORED = 0;
const DEFLATED = 8;

/** An archive of arrays has a handful of entries. More than this many would only fill the memory. */
const MOST_ENTRIES = 100_000;

const DAMAGED_HINT = 'The file is damaged or incomplete; write or fetch it again.';

/** @throws WorkbenchError `not-found` or `invalid-data` naming file and expectation. */
export async function openZip(path: string): Promise<ZipArchive> {
  const file = await openFile(path);
  try {
    const archive = await fromFdPromise(file.handle.fd, {
      autoClose: false,
      lazyEntries: true,
      // Names are looked up and never used as paths: no name is refused.
      decodeStrings: false,
      // Sizes are checked by `openEntry`, with messages that name the array.
      validateEntrySizes: false,
    }).catch((error: unknown) => rejectArchive(path, error));
    const entries = await readEntries(path, archive);
    return {
      names: [...entries.keys()],
      open: async (name, what) => {
        const entry = entries.get(name);
        if (!entry) throw new WorkbenchError('internal', `${path} holds no entry ${name}`);
        return openEntry(file, archive, entry, what);
      },
      close: () => file.handle.close(),
    };
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

async function readEntries(path: string, archive: ZipFile): Promise<Map<string, Entry>> {
  if (archive.entryCount > MOST_ENTRIES) {
    rejectArchive(path, `its directory lists ${archive.entryCount} entries`);
  }
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of archive.eachEntry()) entries.set(nameOf(entry), entry);
  } catch (error) {
    rejectArchive(path, error);
  }
  return entries;
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

function rejectArchive(path: string, cause: unknown): never {
  const found = messageOf(cause).replace(/\.$/, '');
  throw new WorkbenchError(
    'invalid-data',
    `${path}: ${found}; expected a sound zip archive, as numpy.savez writes it`,
    DAMAGED_HINT,
    { cause },
  );
}

async function openEntry(
  file: OpenFile,
  archive: ZipFile,
  entry: Entry,
  what: string,
): Promise<ByteReader> {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) reject(what, 'it is encrypted', 'an archive without a password');
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    reject(
      what,
      `it is packed by method ${compressionMethod}`,
      `${STORED} (stored) or ${DEFLATED} (deflated), as numpy.savez and numpy.savez_compressed write`,
    );
  }
  const isStored = compressionMethod === STORED;
  const mostBytes = isStored ? compressedSize : compressedSize * MAX_EXPANSION;
  if (uncompressedSize > mostBytes) {
    reject(
      what,
      `its unpacked size is given as ${uncompressedSize} bytes`,
      `at most ${mostBytes}, which is all that ${compressedSize} packed bytes can hold`,
    );
  }
  // The entry's data lies within the file, or this throws.
  const { fileDataStart: start } = await archive
    .readLocalFileHeaderPromise(entry, { minimal: true })
    .catch((error: unknown) => rejectArchive(what, error));
  const extent = { start, length: compressedSize };
  const reader =
    isStored || compressedSize === 0
      ? plainReader(file, what, extent)
      : packedReader(file, what, 'deflate', extent);
  return checkedReader(reader, entry);
}

/** Compares length and checksum with those in the directory when the end is reached. */
function checkedReader(reader: ByteReader, entry: Entry): ByteReader {
  const { uncompressedSize: bytes, crc32: checksum } = entry;
  const { path } = reader;
  let position = 0;
  let sum = 0;
  return {
    ...reader,
    maximumLength: bytes,
    async read(target) {
      const length = await reader.read(target);
      position += length;
      sum = crc32(target.subarray(0, length), sum);
      if (position > bytes) {
        reject(`${path}, byte ${bytes}`, 'its content goes on', `its end, after ${bytes} bytes`);
      }
      if (length === target.length) return length;
      const end = `${path}, byte ${position}`;
      if (position < bytes) reject(end, 'its content ends here', `${bytes} bytes of it`);
      if (sum !== checksum) reject(end, `the checksum of its content is ${sum}`, String(checksum));
      return length;
    },
  };
}

function reject(place: string, found: string, expected: string): never {
  throw new WorkbenchError(
    'invalid-data',
    `${place}: ${found}; expected ${expected}`,
    DAMAGED_HINT,
  );
}
