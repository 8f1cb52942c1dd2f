/** BMP, GIF and WebP images: their headers, and files that the decoder reads as Pillow does. */
import { gifProblem } from './gif.ts';
import type { ImageHeader } from './image-header.ts';

/** Throws an error that names the file. By default its hint is that the file is damaged. */
export type Reject = (at: number, found: string, expected: string, hint?: string) => never;

interface Format {
  readonly header: (bytes: Buffer, reject: Reject) => ImageHeader;
  /** The file without what would change its colours, after a check that it is whole. */
  readonly plain: (bytes: Buffer, reject: Reject) => Buffer;
}

/** The format that a file begins like. */
export function otherFormatOf(bytes: Buffer): Format | undefined {
  if (bytes.toString('latin1', 0, 2) === 'BM') return BMP;
  if (/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return GIF;
  const riff = bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 12);
  return riff === 'RIFFWEBP' ? WEBP : undefined;
}

/** Bytes of the file header of a BMP image, before the header of its picture. */
const BMP_FILE_HEADER = 14;
const BMP_PICTURE_HEADER = 40;
/** Headers of this length or more name a colour space. */
const BMP_V4_HEADER = 108;
const BMP_COLOUR_SPACE = BMP_FILE_HEADER + 56;

/** By the number in the header. */
const BMP_PACKING: Readonly<Record<number, string>> = {
  0: 'not packed',
  1: 'packed by run lengths (RLE)',
  2: 'packed by run lengths (RLE)',
  3: 'with masks of colours',
};

/** https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapv5header */
const BMP: Format = {
  header(bytes, reject) {
    const length = bytes.length < 34 ? 0 : bytes.readUInt32LE(BMP_FILE_HEADER);
    if (length < BMP_PICTURE_HEADER) {
      return reject(14, `the header has ${length} bytes`, `at least ${BMP_PICTURE_HEADER}`);
    }
    const bits = bytes.readUInt16LE(28);
    const compression = bytes.readUInt32LE(30);
    const isPlain = compression === 0 && [1, 4, 8, 24, 32].includes(bits);
    const hasMasks = compression === 3 && bits === 32;
    if (!isPlain && !hasMasks) {
      reject(
        28,
        `the BMP image has ${bits} bits a pixel, ${BMP_PACKING[compression] ?? `packed by method ${compression}`}`,
        '1, 4, 8, 24 or 32 bits, not packed',
        'Convert it to PNG, which keeps every bit, or move it away.',
      );
    }
    return {
      format: 'BMP',
      width: Math.abs(bytes.readInt32LE(18)),
      height: Math.abs(bytes.readInt32LE(22)),
      isGrey: false,
      bits: 8,
    };
  },
  plain(bytes, reject) {
    const { width, height } = BMP.header(bytes, reject);
    const rowBytes = Math.ceil((width * bytes.readUInt16LE(28)) / 32) * 4;
    const end = bytes.readUInt32LE(10) + rowBytes * height;
    if (bytes.length < end) reject(bytes.length, 'the file ends here', `${end} bytes`);
    if (bytes.readUInt32LE(BMP_FILE_HEADER) < BMP_V4_HEADER) return bytes;
    const copy = Buffer.from(bytes);
    copy.write('BGRs', BMP_COLOUR_SPACE, 'latin1');
    return copy;
  },
};

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const GIF: Format = {
  header(bytes, reject) {
    if (bytes.length < 13) reject(bytes.length, 'the file ends here', '13 bytes of header');
    return {
      format: 'GIF',
      width: bytes.readUInt16LE(6),
      height: bytes.readUInt16LE(8),
      isGrey: false,
      bits: 8,
    };
  },
  plain(bytes, reject) {
    if (bytes.at(-1) !== GIF_TRAILER) {
      reject(bytes.length, 'the file ends here', 'more of its picture, and the byte 0x3b');
    }
    const problem = gifProblem(bytes);
    if (problem) reject(problem.at, problem.found, problem.expected);
    return bytes;
  },
};

const GIF_TRAILER = 0x3b;

/** The first byte behind `RIFF`, the length and `WEBP`. */
const FIRST_CHUNK = 12;

/** Flags of a VP8X chunk for the chunks that are removed: a colour profile, Exif data and XMP data. */
const REMOVED = { ICCP: 0x20, EXIF: 0x08, 'XMP ': 0x04 } as const;
const ALL_REMOVED = 0x2c;

/** https://developers.google.com/speed/webp/docs/riff_container */
const WEBP: Format = {
  header(bytes, reject) {
    const size = bytes.length < 30 ? undefined : webpSize(bytes);
    if (!size) return reject(12, 'there is no chunk with the size', 'VP8, VP8L or VP8X');
    return { format: 'WebP', ...size, isGrey: false, bits: 8 };
  },
  plain(bytes, reject) {
    const end = bytes.readUInt32LE(4) + 8;
    if (bytes.length < end) reject(bytes.length, 'the file ends here', `${end} bytes`);
    const kept: Buffer[] = [];
    for (let at = FIRST_CHUNK; at + 8 <= end;) {
      const name = bytes.toString('latin1', at, at + 4);
      const length = bytes.readUInt32LE(at + 4);
      const next = at + 8 + length + (length % 2);
      if (next > end) reject(at, 'the file ends within a chunk', 'sound WebP chunks');
      if (!(name in REMOVED)) {
        const chunk = Buffer.from(bytes.subarray(at, next));
        if (name === 'VP8X') chunk[8]! &= ~ALL_REMOVED;
        kept.push(chunk);
      }
      at = next;
    }
    const file = Buffer.concat([bytes.subarray(0, FIRST_CHUNK), ...kept]);
    file.writeUInt32LE(file.length - 8, 4);
    return file;
  },
};

function webpSize(bytes: Buffer): { width: number; height: number } | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const sizes = bytes.readUInt32LE(21);
      return { width: 1 + (sizes & 0x3fff), height: 1 + ((sizes >>> 14) & 0x3fff) };
    }
    case 'VP8X':
      return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
    default:
      return undefined;
  }
}
