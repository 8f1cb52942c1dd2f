import { crc32 } from 'node:zlib';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import {
  type ByteReader,
  MAX_EXPANSION,
  openFile,
  type OpenFile,
  packedReader,
  plainReader,
  readFully,
} from './byte-reader.ts';

/** An open zip archive: what is in it is read when it is wanted, and from the front to the end. */
export interface ZipArchive {
  readonly names: readonly string[];
  /**
   * @param name one of `names`.
   * @param what the entry is called in messages.
   * @throws WorkbenchError `invalid-data` naming file, offset and expectation; while reading too.
   */
  open(name: string, what: string): Promise<ByteReader>;
  close(): Promise<void>;
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

/** Section numbers are those of PKWARE's APPNOTE.TXT 6.3.10. */
const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 } as const; // 4.3.7
const CENTRAL_HEADER = { signature: 0x02014b50, bytes: 46 } as const; // 4.3.12
const ZIP64_END = { signature: 0x06064b50, bytes: 56 } as const; // 4.3.14
const ZIP64_LOCATOR = { signature: 0x07064b50, bytes: 20 } as const; // 4.3.15
const END = { signature: 0x06054b50, bytes: 22 } as const; // 4.3.16
const MAX_COMMENT_BYTES = 65_535;

/** In place of a number that stands in the zip64 field, 4.5.3. */
const IN_ZIP64 = 0xffffffff;
const ZIP64_FIELD = 0x0001;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;

/** An archive of a few arrays has a directory of a few hundred bytes. */
const MAX_DIRECTORY_BYTES = 2 ** 24;

const DAMAGED_HINT = 'The file is damaged or incomplete; write or fetch it again.';

/** @throws WorkbenchError `not-found` or `invalid-data` naming file, offset and expectation. */
export async function openZip(path: string): Promise<ZipArchive> {
  const file = await openFile(path);
  try {
    const entries = await readDirectory(file);
    return {
      names: [...entries.keys()],
      open: async (name, what) => openEntry(file, entries.get(name)!, what),
      close: () => file.handle.close(),
    };
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

function reject(path: string, at: number, found: string, expected: string): never {
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte ${at}: ${found}; expected ${expected}`,
    DAMAGED_HINT,
  );
}

async function readDirectory(file: OpenFile): Promise<Map<string, ZipEntry>> {
  const { path } = file;
  const { offset, length, count } = await findDirectory(file);
  if (length > MAX_DIRECTORY_BYTES || offset + length > file.size) {
    reject(
      path,
      offset,
      `the directory of the archive is said to take ${length} bytes from here on`,
      `at most ${MAX_DIRECTORY_BYTES}, within the ${file.size} of the file`,
    );
  }
  const bytes = await bytesAt(file, offset, length);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const place = offset + at;
    if (at + CENTRAL_HEADER.bytes > length || bytes.readUInt32LE(at) !== CENTRAL_HEADER.signature) {
      reject(path, place, `entry ${index + 1} of the directory is none`, `${count} entries`);
    }
    const nameEnd = at + CENTRAL_HEADER.bytes + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const end = extraEnd + bytes.readUInt16LE(at + 32);
    if (end > length)
      reject(path, place, `entry ${index + 1} goes on after the directory`, 'its end');
    const name = bytes.toString('utf8', at + CENTRAL_HEADER.bytes, nameEnd);
    if ((bytes.readUInt16LE(at + 8) & ENCRYPTED_FLAG) !== 0) {
      reject(path, place, `${name} is encrypted`, 'an archive without a password');
    }
    const [size, packed, header] = withZip64(
      [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)],
      bytes.subarray(nameEnd, extraEnd),
    );
    entries.set(name, {
      name,
      method: bytes.readUInt16LE(at + 10),
      checksum: bytes.readUInt32LE(at + 16),
      bytes: size!,
      packedBytes: packed!,
      headerOffset: header!,
    });
    at = end;
  }
  return entries;
}

async function findDirectory(
  file: OpenFile,
): Promise<{ offset: number; length: number; count: number }> {
  const { path, size } = file;
  const tailBytes = Math.min(size, END.bytes + MAX_COMMENT_BYTES);
  const tail = await bytesAt(file, size - tailBytes, tailBytes);
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END.signature);
  const at = tail.length < END.bytes ? -1 : tail.lastIndexOf(signature, tail.length - END.bytes);
  if (at < 0) {
    reject(
      path,
      size,
      'the file ends here without the directory of a zip archive',
      'one, as numpy.savez writes it',
    );
  }
  const found = {
    count: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const isZip64 =
    at >= ZIP64_LOCATOR.bytes &&
    tail.readUInt32LE(at - ZIP64_LOCATOR.bytes) === ZIP64_LOCATOR.signature;
  if (!isZip64) return found;
  const place = wholeNumber(tail.readBigUInt64LE(at - ZIP64_LOCATOR.bytes + 8));
  if (place + ZIP64_END.bytes > size) {
    reject(path, place, 'the zip64 end of the directory is said to be here', 'it within the file');
  }
  const end = await bytesAt(file, place, ZIP64_END.bytes);
  if (end.readUInt32LE(0) !== ZIP64_END.signature) {
    reject(path, place, 'there is no zip64 end of the directory', 'one');
  }
  return {
    count: wholeNumber(end.readBigUInt64LE(32)),
    length: wholeNumber(end.readBigUInt64LE(40)),
    offset: wholeNumber(end.readBigUInt64LE(48)),
  };
}

/** Numbers that don't fit 32 bits stand in an extra field, in this order, each only if it is needed. */
function withZip64(numbers: readonly number[], extra: Buffer): number[] {
  let field: Buffer = Buffer.alloc(0);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_FIELD) continue;
    field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  let at = 0;
  return numbers.map((number) => {
    if (number !== IN_ZIP64 || at + 8 > field.length) return number;
    at += 8;
    return wholeNumber(field.readBigUInt64LE(at - 8));
  });
}

/** No file is larger than this, so that what is larger fails where it is compared with the file. */
function wholeNumber(value: bigint): number {
  return Number(value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : value);
}

async function openEntry(file: OpenFile, entry: ZipEntry, what: string): Promise<ByteReader> {
  const { path } = file;
  const { method, bytes, packedBytes, headerOffset } = entry;
  if (method !== STORED && method !== DEFLATED) {
    reject(
      what,
      headerOffset,
      `it is packed by method ${method}`,
      `${STORED} (stored) or ${DEFLATED} (deflated), as numpy.savez and numpy.savez_compressed write`,
    );
  }
  const header = await bytesAt(file, headerOffset, LOCAL_HEADER.bytes);
  if (header.length < LOCAL_HEADER.bytes || header.readUInt32LE(0) !== LOCAL_HEADER.signature) {
    reject(what, headerOffset, 'there is no header of an entry', 'one, as the directory says');
  }
  const start =
    headerOffset + LOCAL_HEADER.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + packedBytes > file.size) {
    reject(
      path,
      file.size,
      'the file ends here',
      `${start + packedBytes} bytes at the least, for ${entry.name}`,
    );
  }
  const mostBytes = method === STORED ? packedBytes : packedBytes * MAX_EXPANSION;
  if (bytes > mostBytes) {
    reject(
      what,
      headerOffset,
      `it is said to have ${bytes} bytes`,
      `at most ${mostBytes}, which is all that ${packedBytes} packed ones can be`,
    );
  }
  const extent = { start, length: packedBytes };
  const reader =
    method === STORED || packedBytes === 0
      ? plainReader(file, what, extent)
      : packedReader(file, what, 'deflate', extent);
  return checkedReader(reader, entry);
}

/** Compares length and checksum with the directory's when the end is reached. */
function checkedReader(reader: ByteReader, { bytes, checksum }: ZipEntry): ByteReader {
  let position = 0;
  let sum = 0;
  return {
    ...reader,
    maximumLength: bytes,
    async read(target) {
      const length = await reader.read(target);
      position += length;
      sum = crc32(target.subarray(0, length), sum);
      const { path } = reader;
      if (position > bytes) {
        reject(path, bytes, 'its content goes on', `its end, after ${bytes} bytes`);
      }
      if (length === target.length) return length;
      if (position < bytes) reject(path, position, 'its content ends here', `${bytes} bytes of it`);
      if (sum !== checksum) {
        reject(path, position, `the checksum of its content is ${sum}`, String(checksum));
      }
      return length;
    },
  };
}

async function bytesAt(file: OpenFile, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, await readFully(file, bytes, position));
}
