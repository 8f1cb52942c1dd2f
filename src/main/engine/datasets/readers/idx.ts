import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { type ByteReader, openBytes } from './byte-reader.ts';

/** The expected content of a file, in words for messages, and its number of dimensions. */
export interface IdxExpectation {
  readonly content: string;
  /** The usual number of dimensions. */
  readonly rank: number;
  /** Another number that can be read. */
  readonly otherRank?: number;
}

/**
 * A set has two files: images `[count, rows, columns]` or `[count, rows, columns, channels]`, and labels
 * `[count]` or, as QMNIST has them, `[count, columns]` with the class in the first column.
 */
export const IMAGES: IdxExpectation = { content: 'images', rank: 3, otherRank: 4 };
export const LABELS: IdxExpectation = { content: 'labels', rank: 1, otherRank: 2 };

/** Bytes as they are, other types as float64. */
export type IdxValues = Uint8Array | Float64Array;

/** An open IDX file with a sound header. It is read once, from the front to the end. */
export interface IdxReader {
  /** The file's name; for a compressed file, with the remark that offsets are in unpacked bytes. */
  readonly place: string;
  readonly dimensions: readonly number[];
  /** Offset of the first value. */
  readonly headerBytes: number;
  /** Bytes of one value. */
  readonly valueBytes: number;
  readonly hasBytes: boolean;
  /**
   * Fills the target with the next bytes of the file.
   *
   * @throws WorkbenchError `invalid-data` if the file ends too early.
   */
  read(target: Uint8Array): Promise<void>;
  /** The next values, decoded. Throws as `read` does. */
  values(count: number): Promise<IdxValues>;
  /**
   * Is called after the last value.
   *
   * @throws WorkbenchError `invalid-data` if the file goes on, or its checksum is wrong.
   */
  finish(): Promise<void>;
  close(): Promise<void>;
}

const TRUNCATED_HINT = 'The file may have been fetched in part only; fetch it again.';

const UNSIGNED_BYTES = 0x08;

interface IdxType {
  readonly name: string;
  readonly bytes: number;
  /** The value at this offset, big-endian. */
  get(view: DataView, offset: number): number;
}

/** The types of the format, by code: http://yann.lecun.com/exdb/mnist, "the IDX file format". */
const TYPES: Readonly<Record<number, IdxType>> = {
  [UNSIGNED_BYTES]: { name: 'unsigned bytes', bytes: 1, get: (view, at) => view.getUint8(at) },
  0x09: { name: 'signed bytes', bytes: 1, get: (view, at) => view.getInt8(at) },
  0x0b: { name: '16-bit integers', bytes: 2, get: (view, at) => view.getInt16(at) },
  0x0c: { name: '32-bit integers', bytes: 4, get: (view, at) => view.getInt32(at) },
  0x0d: { name: '32-bit floats', bytes: 4, get: (view, at) => view.getFloat32(at) },
  0x0e: { name: '64-bit floats', bytes: 8, get: (view, at) => view.getFloat64(at) },
};

/**
 * Opens an IDX file, which may be gzip, and checks its header: two zero bytes, a type code, the number of dimensions, then every dimension as a big-endian uint32. The length in the header
 * is compared with that of the file before that much memory is allocated.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` naming file, offset and expectation.
 */
export async function openIdx(path: string, expected: IdxExpectation): Promise<IdxReader> {
  const bytes = await openBytes(path);
  try {
    return await readHeader(bytes, expected);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function readHeader(bytes: ByteReader, expected: IdxExpectation): Promise<IdxReader> {
  const place = bytes.isCompressed ? `${bytes.path} (decompressed)` : bytes.path;
  const magic = new Uint8Array(4);
  const magicRead = await bytes.read(magic);
  const type = magicRead < 4 ? undefined : checkMagic(place, magic, expected);
  const rank = type === undefined ? expected.rank : magic[3]!;
  const headerBytes = 4 + 4 * rank;
  const sizes = new Uint8Array(4 * rank);
  const read = type === undefined ? magicRead : 4 + (await bytes.read(sizes));
  if (type === undefined || read < headerBytes) {
    throw new WorkbenchError(
      'invalid-data',
      `${place}, byte ${read}: the file ends within its header; expected ${headerBytes} bytes of header, then ${expected.content}`,
      TRUNCATED_HINT,
    );
  }
  const view = new DataView(sizes.buffer);
  const dimensions = Array.from({ length: rank }, (_, index) => view.getUint32(4 * index));
  checkDimensions(place, dimensions, expected);

  const promise = `its header promises ${headerBytes} bytes of header and ${dimensions.join(' × ')} of ${expected.content}`;
  // Exact: sizes can multiply to more than a double holds.
  const promised = dimensions.reduce((product, size) => product * BigInt(size), BigInt(type.bytes));
  const end = BigInt(headerBytes) + promised;
  const rejectShort = (length: number): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${place}, byte ${length}: the file ends here; expected ${end} bytes, for ${promise}`,
      TRUNCATED_HINT,
    );
  };
  const rejectLong = (surplus: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${place}, byte ${end}: the file goes on${surplus}; expected its end, for ${promise}`,
      'The header or the file is damaged; fetch the file again.',
    );
  };
  if (bytes.isCompressed) {
    if (end > bytes.maximumLength) {
      throw new WorkbenchError(
        'invalid-data',
        `${place}, byte 4: ${promise}; expected at most ${bytes.maximumLength} bytes, which is all that can come out of the compressed file`,
        TRUNCATED_HINT,
      );
    }
  } else {
    const surplus = BigInt(bytes.maximumLength) - end;
    if (surplus < 0) rejectShort(bytes.maximumLength);
    if (surplus > 0) rejectLong(` for ${surplus} bytes`);
  }

  let position = headerBytes;
  const readBytes = async (target: Uint8Array): Promise<void> => {
    const length = await bytes.read(target);
    position += length;
    if (length < target.length) rejectShort(position);
  };
  const hasBytes = magic[2] === UNSIGNED_BYTES;
  return {
    place,
    dimensions,
    headerBytes,
    valueBytes: type.bytes,
    hasBytes,
    read: readBytes,
    async values(count) {
      const piece = new Uint8Array(count * type.bytes);
      await readBytes(piece);
      if (hasBytes) return piece;
      const content = new DataView(piece.buffer);
      return Float64Array.from({ length: count }, (_, at) => type.get(content, at * type.bytes));
    },
    async finish() {
      if ((await bytes.read(new Uint8Array(1))) > 0) rejectLong('');
    },
    close: () => bytes.close(),
  };
}

function checkMagic(place: string, header: Uint8Array, expected: IdxExpectation): IdxType {
  const [first, second, code = 0, rank] = header;
  const type = TYPES[code];
  const hasRank = rank === expected.rank || rank === expected.otherRank;
  if (first === 0 && second === 0 && type && hasRank) return type;
  const found = `0x${Buffer.from(header.subarray(0, 4)).toString('hex')} (${describeMagic(header)})`;
  const wanted = Uint8Array.of(0, 0, UNSIGNED_BYTES, expected.rank);
  throw new WorkbenchError(
    'invalid-data',
    `${place}, byte 0: the magic number is ${found}; expected 0x${Buffer.from(wanted).toString('hex')} (${describeMagic(wanted)}), an IDX file of ${expected.content}`,
    hintForMagic(header, expected),
  );
}

function describeMagic([first, second, type, rank]: Uint8Array): string {
  const typeName = first === 0 && second === 0 ? TYPES[type ?? 0]?.name : undefined;
  if (typeName === undefined) return 'not an IDX file';
  return `${typeName} in ${dimensionCount(rank ?? 0)}`;
}

const dimensionCount = (rank: number) => `${rank} dimension${rank === 1 ? '' : 's'}`;

function hintForMagic(header: Uint8Array, expected: IdxExpectation): string {
  const [first, second, type, rank] = header;
  const isIdx = first === 0 && second === 0;
  if (isIdx && type === UNSIGNED_BYTES) {
    const other = [IMAGES, LABELS].find((kind) => kind.rank === rank || kind.otherRank === rank);
    if (other) {
      return `The file holds ${other.content}: the files of images and labels may be swapped.`;
    }
  }
  if (isIdx && TYPES[type ?? 0] !== undefined) {
    const { content, rank: usual, otherRank } = expected;
    const ranks = otherRank === undefined ? '' : `${usual} or `;
    return `Files of ${content} have ${ranks}${dimensionCount(otherRank ?? usual)}; convert the file.`;
  }
  const text = Buffer.from(header.subarray(0, 4)).toString('latin1');
  if (text.startsWith('PK')) return 'The file is a zip archive: unpack it.';
  if (text.startsWith('<')) return 'The file looks like a web page: fetch it again.';
  return 'The file is something else, or damaged; fetch it again.';
}

function checkDimensions(
  place: string,
  dimensions: readonly number[],
  { content }: IdxExpectation,
): void {
  const empty = dimensions.indexOf(0);
  if (empty < 0) return;
  const found =
    empty === 0 ? `the file holds no ${content}` : `dimension ${empty + 1} of the ${content} is 0`;
  throw new WorkbenchError(
    'invalid-data',
    `${place}, byte ${4 + 4 * empty}: ${found}; expected at least 1`,
    'The header is damaged, or the file was written without data.',
  );
}
