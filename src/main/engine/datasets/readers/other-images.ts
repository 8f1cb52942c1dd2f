/** The formats beside PNG and TIFF; BMP and GIF images: their headers, and files that the decoder reads as Pillow does. */
import { gifProblem } from './gif.ts';
import type { Format } from './image-header.ts';
import { JPEG } from './jpeg.ts';
import { WEBP } from './webp.ts';

/** The format that a file begins like. */
export function otherFormatOf(bytes: Buffer): Format | undefined {
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0xffd8) return JPEG;
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
