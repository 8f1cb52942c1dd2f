import { crc32 } from 'node:zlib';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';

/** What an image's header says. */
export interface ImageHeader {
  readonly format: 'PNG' | 'JPEG';
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
}

export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 4]`: red, green, blue and opacity, a byte each. */
  readonly pixels: Uint8ClampedArray;
}

/** Decoded, an image takes four bytes a pixel. */
const MAX_PIXELS = 2 ** 26;

/** Metadata and thumbnails stand before the size in a JPEG file. */
const HEADER_BYTES = 2 ** 18;

const PNG_MAGIC = '89504e470d0a1a0a';
const DAMAGED_HINT = 'The file is damaged or incomplete; fetch or export it again.';

/**
 * Reads the size and the kind of an image without decoding it. An image of more pixels than can be meant is refused here, before
 * anything is allocated for them.
 */
export function imageHeaderOf(path: string, bytes: Buffer): ImageHeader {
  const header = headerOf(path, bytes);
  const { width, height } = header;
  if (width > 0 && height > 0 && width * height <= MAX_PIXELS) return header;
  throw new WorkbenchError(
    'invalid-data',
    `${path}: its header says ${height} × ${width} pixels; expected from 1 to ${MAX_PIXELS} of them`,
    DAMAGED_HINT,
  );
}

function headerOf(path: string, bytes: Buffer): ImageHeader {
  if (bytes.toString('hex', 0, 8) === PNG_MAGIC) return pngHeader(path, bytes);
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0xffd8) return jpegHeader(path, bytes);
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte 0: the file begins with 0x${bytes.toString('hex', 0, 4)}; expected 0x${PNG_MAGIC.slice(0, 8)} of a PNG or 0xffd8 of a JPEG image`,
    'Its name may end in .png or .jpg, but it is something else: convert it, or move it away.',
  );
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function pngHeader(path: string, bytes: Buffer): ImageHeader {
  if (bytes.length < 29 || bytes.toString('latin1', 12, 16) !== 'IHDR') {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, byte 8: there is no IHDR chunk; expected one of 25 bytes`,
      DAMAGED_HINT,
    );
  }
  const colourType = bytes[25];
  return {
    format: 'PNG',
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    isGrey: colourType === 0 || colourType === 4,
  };
}

/** ITU-T T.81, B.2.2: the frame header, SOF0 to SOF15 but for three codes that mean something else. */
function jpegHeader(path: string, bytes: Buffer): ImageHeader {
  let at = 2;
  while (at + 10 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return {
        format: 'JPEG',
        height: bytes.readUInt16BE(at + 5),
        width: bytes.readUInt16BE(at + 7),
        isGrey: bytes[at + 9] === 1,
      };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte ${Math.min(at, bytes.length)}: there is no JPEG segment with the image's size; expected one in the first ${HEADER_BYTES} bytes`,
    DAMAGED_HINT,
  );
}

/**
 * Decodes a PNG or JPEG image; opaque pixels of a PNG come out as they were stored.
 *
 * @param resize to this size, if it isn't.
 * @throws WorkbenchError `invalid-data` naming the file.
 */
export async function decodeImage(
  path: string,
  bytes: Buffer,
  resize?: { readonly width: number; readonly height: number },
): Promise<DecodedImage> {
  const header = imageHeaderOf(path, bytes);
  if (header.format === 'PNG') checkPng(path, bytes);
  else checkJpegEnd(path, bytes);
  // Not before it is needed: it is a large native library.
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(bytes).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the image can't be decoded: ${reason}; expected a sound ${header.format} file`,
      DAMAGED_HINT,
      { cause },
    );
  });
  const { width, height } = resize ?? header;
  const context = createCanvas(width, height).getContext('2d');
  // Smoothing would filter even where no pixel moves.
  context.imageSmoothingEnabled = width !== header.width || height !== header.height;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

/** Chunk by chunk to the last one: the decoder draws what there is of a damaged file, and says nothing. */
function checkPng(path: string, bytes: Buffer): void {
  const reject = (at: number, found: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, byte ${at}: ${found}; expected sound PNG chunks up to IEND`,
      DAMAGED_HINT,
    );
  };
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) return reject(at, 'the file ends within a chunk');
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return reject(at, 'the file ends within a chunk');
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      return reject(at, 'the checksum of a chunk is wrong');
    }
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return;
    at = end;
  }
}

/** JPEG has no checksums; a file that was cut off lacks its end. */
function checkJpegEnd(path: string, bytes: Buffer): void {
  const end = bytes.lastIndexOf(Buffer.of(0xff, 0xd9));
  const scan = bytes.lastIndexOf(Buffer.of(0xff, 0xda));
  if (scan >= 0 && end > scan) return;
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte ${bytes.length}: the file ends here; expected more of its picture, and an end marker`,
    DAMAGED_HINT,
  );
}
