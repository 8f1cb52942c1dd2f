import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ByteReader } from './byte-reader.ts';

/** Numbers of one array that were read at once: bytes as they are, other types as float64. */
export type NpyValues = Uint8Array | Float64Array;

/** An open array of numbers with a sound header. It is read once, from the front to the end. */
export interface NpyArray {
  /** The names of file and array, for messages. */
  readonly place: string;
  /** NumPy's name of the type: `uint8`, `float32`… */
  readonly type: string;
  readonly shape: readonly number[];
  /** In Fortran order the first index runs fastest, in C order the last. */
  readonly isFortranOrder: boolean;
  /**
   * Gives all values, piece by piece in the order of the file.
   *
   * @param receive is also given the position of the piece's first value in the array.
   * @throws WorkbenchError `invalid-data` if the file is too short, too long or damaged.
   */
  each(receive: (values: NpyValues, start: number) => void): Promise<void>;
  close(): Promise<void>;
}

const MAGIC = '\x93NUMPY';
const MAGIC_BYTES = 8;

/** NumPy's own `max_header_size`. No array of numbers has a longer header. */
const MAX_HEADER_BYTES = 10_000;

/** Values read at a time. */
const PIECE_VALUES = 65_536;

/** The binary form of one type of numbers. */
interface NumberType {
  readonly name: string;
  readonly bytes: number;
  /** @param buffer Holds exactly these values, little-endian. */
  decode(buffer: ArrayBuffer): NpyValues;
}

const NUMBER_TYPES = {
  b1: {
    name: 'bool',
    bytes: 1,
    decode: (buffer) => Float64Array.from(new Uint8Array(buffer), Number),
  },
  u1: { name: 'uint8', bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
  i1: { name: 'int8', bytes: 1, decode: (buffer) => new Float64Array(new Int8Array(buffer)) },
  u2: { name: 'uint16', bytes: 2, decode: (buffer) => new Float64Array(new Uint16Array(buffer)) },
  i2: { name: 'int16', bytes: 2, decode: (buffer) => new Float64Array(new Int16Array(buffer)) },
  u4: { name: 'uint32', bytes: 4, decode: (buffer) => new Float64Array(new Uint32Array(buffer)) },
  i4: { name: 'int32', bytes: 4, decode: (buffer) => new Float64Array(new Int32Array(buffer)) },
  u8: { name: 'uint64', bytes: 8, decode: (buffer) => widened(new BigUint64Array(buffer)) },
  i8: { name: 'int64', bytes: 8, decode: (buffer) => widened(new BigInt64Array(buffer)) },
  f2: { name: 'float16', bytes: 2, decode: (buffer) => halves(new Uint16Array(buffer)) },
  f4: { name: 'float32', bytes: 4, decode: (buffer) => new Float64Array(new Float32Array(buffer)) },
  f8: { name: 'float64', bytes: 8, decode: (buffer) => new Float64Array(buffer) },
} satisfies Readonly<Record<string, NumberType>>;

function widened(integers: BigInt64Array | BigUint64Array): Float64Array {
  const values = new Float64Array(integers.length);
  for (let index = 0; index < values.length; index += 1) values[index] = Number(integers[index]);
  return values;
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of the fraction. */
function halves(patterns: Uint16Array): Float64Array {
  const values = new Float64Array(patterns.length);
  for (let index = 0; index < values.length; index += 1) {
    const pattern = patterns[index]!;
    const sign = pattern & 0x8000 ? -1 : 1;
    const exponent = (pattern >> 10) & 0x1f;
    const fraction = pattern & 0x3ff;
    if (exponent === 0) values[index] = sign * fraction * 2 ** -24;
    else if (exponent < 31) values[index] = sign * (1024 + fraction) * 2 ** (exponent - 25);
    else values[index] = fraction === 0 ? sign * Infinity : NaN;
  }
  return values;
}

/**
 * Reads the header of an array, versions 1 to 3. The size in the header is compared with that of the
 * file before that much memory is allocated. The reader is closed if the header is not sound.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @throws WorkbenchError `invalid-data` naming place, offset and expectation.
 */
export async function openNpy(bytes: ByteReader): Promise<NpyArray> {
  try {
    return await readHeader(bytes);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function readHeader(bytes: ByteReader): Promise<NpyArray> {
  const place = bytes.path;
  const reject = (at: number, found: string, expected: string, hint = DAMAGED_HINT): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${place}, byte ${at}: ${found}; expected ${expected}`,
      hint,
    );
  };
  const readOrReject = async (at: number, length: number, what: string) => {
    const target = Buffer.from(new ArrayBuffer(length));
    const read = await bytes.read(target);
    if (read < length)
      reject(at + read, 'the array ends here', `${length - read} bytes more of ${what}`);
    return target;
  };

  const start = await readOrReject(0, MAGIC_BYTES, 'the start of a NumPy array');
  if (start.toString('latin1', 0, 6) !== MAGIC) {
    reject(
      0,
      `it begins with 0x${start.toString('hex', 0, 6)}`,
      `0x${Buffer.from(MAGIC, 'latin1').toString('hex')} of a NumPy array`,
      'It is something else: write it with numpy.save or numpy.savez.',
    );
  }
  const version = start[6]!;
  if (version < 1 || version > 3) {
    reject(
      6,
      `the version of the format is ${version}`,
      'from 1 to 3',
      'Write it with numpy.save.',
    );
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const length = (await readOrReject(MAGIC_BYTES, lengthBytes, 'the header')).readUIntLE(
    0,
    lengthBytes,
  );
  const headerStart = MAGIC_BYTES + lengthBytes;
  if (length > MAX_HEADER_BYTES) {
    reject(
      MAGIC_BYTES,
      `the header is said to have ${length} bytes`,
      `at most ${MAX_HEADER_BYTES}`,
    );
  }
  const encoded = await readOrReject(headerStart, length, 'the header');
  const header = encoded.toString(version === 3 ? 'utf8' : 'latin1').trim();
  const { description, isFortranOrder, shape } =
    parseHeader(header) ??
    reject(
      headerStart,
      `the header is ${header.slice(0, 200)}`,
      "a dictionary as {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }",
    );
  const type = typeOf(place, description);

  // Exact: sizes can multiply to more than a double holds.
  const promised = shape.reduce((product, size) => product * BigInt(size), BigInt(type.bytes));
  const dataStart = headerStart + length;
  const end = BigInt(dataStart) + promised;
  const whole = `${end} bytes, for a header that promises ${type.name} of shape ${shapeText(shape)}`;
  const available = BigInt(bytes.maximumLength);
  if (end > available) {
    reject(headerStart, `there are at most ${available} bytes`, whole);
  }
  const count = Number(promised) / type.bytes;
  return {
    place,
    type: type.name,
    shape,
    isFortranOrder,
    async each(receive) {
      for (let first = 0; first < count; first += PIECE_VALUES) {
        const values = Math.min(PIECE_VALUES, count - first);
        const piece = await readOrReject(
          dataStart + first * type.bytes,
          values * type.bytes,
          'data',
        );
        const isLarge = description.startsWith('>');
        receive(type.decode(littleEndian(piece, isLarge ? type.bytes : 1)), first);
      }
      if ((await bytes.read(new Uint8Array(1))) > 0) {
        reject(Number(end), 'the array goes on', `its end, after ${whole}`);
      }
    },
    close: () => bytes.close(),
  };
}

/** A whole array in memory, in C order. */
export interface WholeArray {
  /** NumPy's name of the type. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

/**
 * Reads an array whose file is in memory.
 *
 * @throws WorkbenchError `invalid-data` naming place and expectation.
 */
export function wholeNpy(place: string, file: Uint8Array): WholeArray {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const reject = (found: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${place}: ${found}; expected a NumPy array, as numpy.savez writes it`,
      DAMAGED_HINT,
    );
  };
  const version = bytes[6] ?? 0;
  if (bytes.toString('latin1', 0, 6) !== MAGIC || version < 1 || version > 3 || bytes.length < 12) {
    reject('it does not begin like a NumPy array');
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const headerStart = MAGIC_BYTES + lengthBytes;
  const dataStart = headerStart + bytes.readUIntLE(MAGIC_BYTES, lengthBytes);
  const header = bytes.toString(version === 3 ? 'utf8' : 'latin1', headerStart, dataStart).trim();
  const { description, isFortranOrder, shape } =
    parseHeader(header) ?? reject(`its header is ${header.slice(0, 200)}`);
  const type = typeOf(place, description);
  const data = bytes.subarray(dataStart);
  const promised = shape.reduce((product, size) => product * size, type.bytes);
  if (data.length !== promised) {
    reject(`it has ${data.length} bytes of data, not the ${promised} that its header promises`);
  }
  const width = description.startsWith('>') ? type.bytes : 1;
  const values = type.decode(littleEndian(copyOf(data), width));
  return { type: type.name, shape, values: isFortranOrder ? inCOrder(values, shape) : values };
}

/**
 * Numbers in little-endian bytes.
 *
 * @param code `f4`, `u1`…
 */
export function decodeNumbers(code: keyof typeof NUMBER_TYPES, bytes: Uint8Array): NpyValues {
  return NUMBER_TYPES[code].decode(copyOf(bytes).buffer);
}

/** At the start of a buffer of its own, where numbers of any size are aligned. */
function copyOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** From Fortran order, in which the first index runs fastest. */
function inCOrder(values: NpyValues, shape: readonly number[]): NpyValues {
  const ordered = values.slice();
  const index = shape.map(() => 0);
  for (const value of values) {
    ordered[index.reduce((place, at, axis) => place * shape[axis]! + at, 0)] = value;
    for (let axis = 0; axis < shape.length; axis += 1) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return ordered;
}

const DAMAGED_HINT = 'The file is damaged or incomplete; write or fetch it again.';

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

interface NpyHeader {
  readonly description: string;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
}

/** Undefined unless the header is the literal of a dictionary with these three keys. */
function parseHeader(header: string): NpyHeader | undefined {
  const inner = /^\{(.*)\}$/s.exec(header)?.[1];
  if (inner === undefined) return undefined;
  // The type of a structured array is a list of its fields.
  const description = /'descr':\s*(?:'([^']*)'|(\[.*\]))/s.exec(inner);
  const order = /'fortran_order':\s*(True|False)/.exec(inner)?.[1];
  // Python 2 wrote long integers with an L.
  const sizes = /'shape':\s*\(([\d\sL,]*)\)/.exec(inner)?.[1];
  if (!description || order === undefined || sizes === undefined) return undefined;
  const shape = [...sizes.matchAll(/\d+/g)].map(([size]) => Number(size));
  if (!shape.every(Number.isSafeInteger)) return undefined;
  return {
    description: description[1] ?? description[2]!,
    isFortranOrder: order === 'True',
    shape,
  };
}

function typeOf(place: string, description: string): NumberType {
  const code = /^[<>|]?(\w+)$/.exec(description)?.[1];
  const types: Readonly<Record<string, NumberType>> = NUMBER_TYPES;
  const type = code === undefined ? undefined : types[code];
  if (type) return type;
  throw new WorkbenchError(
    'invalid-data',
    `${place}: the type of its values is ${description.slice(0, 80)}${typeHint(code)}; expected bool, uint8 to uint64, int8 to int64, or float16 to float64`,
    'Objects and words are never read; convert the array, as with array.astype(numpy.float32), or number the words with numpy.unique(array, return_inverse=True).',
  );
}

function typeHint(code: string | undefined): string {
  switch (code?.[0]) {
    case 'O':
      return ', Python objects in a pickle';
    case 'U':
    case 'S':
      return ', words';
    case 'c':
      return ', complex numbers';
    case undefined:
      return '';
    default:
      return ', no numbers that can be read';
  }
}

/** @param width bytes of a big-endian value; 1 where no bytes have to be swapped. */
function littleEndian(piece: Buffer<ArrayBuffer>, width: number): ArrayBuffer {
  if (width === 2) piece.swap16();
  if (width === 4) piece.swap32();
  if (width === 8) piece.swap64();
  return piece.buffer;
}
