import { crc32, inflateSync } from 'node:zlib';
import type { Image } from '@napi-rs/canvas';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';
import { decodeDeepPng, decodeTiff, isTiff, type Samples, tiffHeader } from './deep-image.ts';
import { requireMemory } from '../memory.ts';
import type { ImageHeader, Reject } from './image-header.ts';
import { otherFormatOf } from './other-images.ts';
import { DamagedTiff } from './tiff-strips.ts';
import { opaquePicture } from './webp.ts';

export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 4]`: red, green, blue and 255, a byte each. */
  readonly pixels: Uint8ClampedArray;
  /** Bits of a channel in the file. Of 16, the lower 8 are lost. */
  readonly bits: 8 | 16;
}

/** A decoded image takes four bytes a pixel. */
const MAX_PIXELS = 2 ** 26;

/**
 * What decoding takes for a pixel, by the bits of a channel: the unpacked file, the decoder's picture, the
 * canvas and its pixels, or samples and float32 colours.
 */
const BYTES_OF_A_PIXEL = { 8: 16, 16: 32 } as const;

const PNG_MAGIC = '89504e470d0a1a0a';
const DAMAGED_HINT = 'The file is damaged or incomplete; fetch or export it again.';

/**
 * Reads the size and the format of an image without decoding it. An image with too many pixels is
 * refused here, before memory is allocated for them.
 *
 * @throws WorkbenchError `invalid-data` naming file, offset and expectation.
 */
export function imageHeaderOf(path: string, bytes: Buffer): ImageHeader {
  return checkPixels(path, headerOf(path, bytes));
}

/**
 * As `imageHeaderOf`, also for TIFF images, whose header can be anywhere in the file.
 *
 * @param bytes the whole file.
 */
export async function wholeImageHeader(path: string, bytes: Buffer): Promise<ImageHeader> {
  if (!isTiff(bytes)) return imageHeaderOf(path, bytes);
  return checkPixels(path, await tiffHeader(bytes).catch(rejectTiff(path)));
}

function checkPixels(path: string, header: ImageHeader): ImageHeader {
  const { format, width, height } = header;
  if (/\.(png|jpe?g)$/i.test(path) && format !== 'PNG' && format !== 'JPEG') {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the file is a ${format} image; expected PNG or JPEG, as its name says`,
      'Name it after its format, or move it away.',
    );
  }
  if (width > 0 && height > 0 && width * height <= MAX_PIXELS) {
    const bytes = width * height * BYTES_OF_A_PIXEL[header.bits];
    requireMemory(path, `decoding ${height} × ${width} pixels takes`, bytes);
    return header;
  }
  throw new WorkbenchError(
    'invalid-data',
    `${path}: its header says ${height} × ${width} pixels; expected from 1 to ${MAX_PIXELS} of them`,
    DAMAGED_HINT,
  );
}

function headerOf(path: string, bytes: Buffer): ImageHeader {
  if (bytes.toString('hex', 0, 8) === PNG_MAGIC) return pngHeader(path, bytes);
  const other = otherFormatOf(bytes);
  if (other) return other.header(bytes, rejectPart(path));
  if (bytes.length === 0) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the file is empty; expected a PNG, JPEG, BMP, GIF, TIFF or WebP image`,
      DAMAGED_HINT,
    );
  }
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte 0: the file begins with 0x${bytes.toString('hex', 0, 4)}; expected a PNG, JPEG, BMP, GIF, TIFF or WebP image`,
    'Its name is that of an image, but it is something else: convert it, or move it away.',
  );
}

/** Refuses a file because of some of its bytes. */
const rejectPart =
  (path: string): Reject =>
  (at, found, expected, hint = DAMAGED_HINT) => {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, byte ${at}: ${found}; expected ${expected}`,
      hint,
    );
  };

const rejectTiff =
  (path: string) =>
  (cause: unknown): never => {
    if (cause instanceof DamagedTiff) {
      throw new WorkbenchError(
        'invalid-data',
        `${path}: ${cause.message}; expected ${cause.expected}`,
        DAMAGED_HINT,
        { cause },
      );
    }
    const reason = messageOf(cause);
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the TIFF image can't be decoded: ${reason}; expected 1, 8 or 16 bits a sample in strips, uncompressed or packed by LZW or Deflate`,
      'Convert it to PNG, which keeps every bit, or move it away.',
      { cause },
    );
  };

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
    bits: bytes[24] === 16 ? 16 : 8,
  };
}

/** With these chunks the decoder would change colours. Other training tools use them as stored. */
const COLOUR_CHUNKS = ['cHRM', 'gAMA', 'iCCP', 'sRGB', 'cICP'];

/**
 * Decodes an image. Of an animation it is the first picture. Colours are as stored, whatever their colour space. Of 16-bit channels the
 * upper 8 bits are kept. Transparent pixels are drawn over black. A JPEG image is rotated as its Exif
 * orientation says.
 *
 * @throws WorkbenchError `invalid-data` naming the file.
 */
export async function decodeImage(path: string, bytes: Buffer): Promise<DecodedImage> {
  const header = await wholeImageHeader(path, bytes);
  checkLength(path, bytes, header);
  if (header.format === 'TIFF') return bytePixels(await decodeTiff(bytes).catch(rejectTiff(path)));
  const plain = plainFile(path, bytes, header);
  // Loaded only when needed, because it is a large native library.
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(plain).catch((cause: unknown) => {
    const reason = messageOf(cause);
    return rejectDecoded(path, `the image can't be decoded: ${reason}`, header, cause);
  });
  const { width, height } = image;
  if (width !== header.width || height !== header.height) {
    rejectDecoded(path, `decoded, it has ${height} × ${width} pixels`, header);
  }
  if (header.format === 'WebP') {
    const picture = opaquePicture(plain);
    if (picture) await requireAllRows(path, picture.equals(plain) ? image : picture, header);
  }
  const context = createCanvas(width, height).getContext('2d');
  // Smoothing would filter even where no pixel moves.
  context.imageSmoothingEnabled = false;
  context.fillStyle = 'black';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  const { bits } = header;
  return { width, height, bits, pixels: context.getImageData(0, 0, width, height).data };
}

/** @param picture without opacity, so that rows which the decoder could not read are the transparent ones. */
async function requireAllRows(
  path: string,
  picture: Image | Buffer,
  header: ImageHeader,
): Promise<void> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(picture).catch((cause: unknown) =>
    rejectDecoded(path, "its picture can't be decoded without its opacity", header, cause),
  );
  const { height } = image;
  const context = createCanvas(1, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, 1, height);
  const rows = Array.from({ length: height }, (_, row) => data[4 * row + 3]).filter(
    (opacity) => opacity === 255,
  ).length;
  if (rows < height)
    rejectDecoded(path, `the picture ends after ${rows} of ${height} rows`, header);
}

/** LZW, PackBits and Deflate, at their best. JPEG and WebP have no such bound. */
const MOST_PIXELS_OF_A_BYTE: Readonly<Partial<Record<ImageHeader['format'], number>>> = {
  GIF: 2 ** 15,
  TIFF: 2 ** 15,
};

function checkLength(path: string, { length }: Buffer, { format, width, height }: ImageHeader) {
  if (width * height <= length * (MOST_PIXELS_OF_A_BYTE[format] ?? Infinity)) return;
  throw new WorkbenchError(
    'invalid-data',
    `${path}: ${length} bytes can't hold ${height} × ${width} pixels; expected a sound ${format} file`,
    DAMAGED_HINT,
  );
}

function plainFile(path: string, bytes: Buffer, { format }: ImageHeader): Buffer {
  if (format === 'PNG') return plainPng(path, bytes);
  return otherFormatOf(bytes)?.plain(bytes, rejectPart(path)) ?? bytes;
}

/** Samples over black, the upper 8 bits. */
function bytePixels(samples: Samples): DecodedImage {
  const { width, height, channels, white, values } = samples;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  const shift = white === 255 ? 0 : 8;
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = pixel * channels;
    const opacity = channels % 2 === 0 ? values[from + channels - 1]! / white : 1;
    for (let colour = 0; colour < 3; colour += 1) {
      const value = values[from + (channels < 3 ? 0 : colour)]!;
      pixels[pixel * 4 + colour] = (value >> shift) * opacity;
    }
  }
  return { width, height, bits: white === 255 ? 8 : 16, pixels };
}

/**
 * Decodes an image of 16 bits a channel without losing any.
 *
 * @returns `[height, width, 3]`, from 0 to 65,535, drawn over black.
 * @throws WorkbenchError `invalid-data` naming the file, also for images of fewer bits.
 */
export async function decodeDeepImage(
  path: string,
  bytes: Buffer,
): Promise<Omit<DecodedImage, 'pixels'> & { readonly colours: Float32Array }> {
  const header = await wholeImageHeader(path, bytes);
  const { format, bits } = header;
  checkLength(path, bytes, header);
  if (bits !== 16) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the image has 8 bits a channel; expected 16, because dataset.depth is 16-bit`,
      'Set dataset.depth=8-bit, or convert all images to 16 bits.',
    );
  }
  const samples =
    format === 'TIFF'
      ? await decodeTiff(bytes).catch(rejectTiff(path))
      : await decodeDeepPng(plainPng(path, bytes)).catch((cause: unknown) => {
          const reason = messageOf(cause);
          throw new WorkbenchError(
            'invalid-data',
            `${path}: the image can't be decoded: ${reason}; expected a sound PNG file`,
            DAMAGED_HINT,
            { cause },
          );
        });
  const { width, height, channels, white, values } = samples;
  const colours = new Float32Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = pixel * channels;
    const opacity = channels % 2 === 0 ? values[from + channels - 1]! / white : 1;
    for (let colour = 0; colour < 3; colour += 1) {
      colours[pixel * 3 + colour] = values[from + (channels < 3 ? 0 : colour)]! * opacity;
    }
  }
  return { width, height, bits: 16, colours };
}

function rejectDecoded(
  path: string,
  found: string,
  { format, width, height }: ImageHeader,
  cause?: unknown,
): never {
  throw new WorkbenchError(
    'invalid-data',
    `${path}: ${found}; expected a sound ${format} file of ${height} × ${width} pixels`,
    DAMAGED_HINT,
    { cause },
  );
}

/**
 * Removes the colour chunks, and checks all chunks: the decoder draws the sound part of a damaged file
 * without an error.
 */
function plainPng(path: string, bytes: Buffer): Buffer {
  const reject = (at: number, found: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, byte ${at}: ${found}; expected sound PNG chunks up to IEND`,
      DAMAGED_HINT,
    );
  };
  const kept = [bytes.subarray(0, 8)];
  const packed: Buffer[] = [];
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) return reject(at, 'the file ends within a chunk');
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return reject(at, 'the file ends within a chunk');
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      return reject(at, 'the checksum of a chunk is wrong');
    }
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (!COLOUR_CHUNKS.includes(name)) kept.push(bytes.subarray(at, end));
    if (name === 'IDAT') packed.push(bytes.subarray(at + 8, end - 4));
    if (name === 'IEND') {
      checkPngPixels(bytes, Buffer.concat(packed), (found) => reject(at, found));
      return Buffer.concat(kept);
    }
    at = end;
  }
}

/** No Deflate stream grows by more (RFC 1951: 258 bytes for two bits). */
const MOST_DEFLATED = 1032;

/** Adam7: the first column and row of a pass, and the steps between its columns and rows. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** By colour type: grey, colours, palette, grey with opacity, colours with opacity. */
const PNG_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** https://www.w3.org/TR/png-3/#11IHDR: bytes of all rows, each with the byte of its filter. */
function pngPixelBytes(bytes: Buffer): number {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const pixelBits = bytes[24]! * (PNG_CHANNELS[bytes[25]!] ?? 1);
  const passes = bytes[28] === 1 ? ADAM7 : ([[0, 0, 1, 1]] as const);
  let sum = 0;
  for (const [left, top, across, down] of passes) {
    const columns = Math.ceil((width - left) / across);
    const rows = Math.ceil((height - top) / down);
    if (columns > 0 && rows > 0) sum += rows * (1 + Math.ceil((columns * pixelBits) / 8));
  }
  return sum;
}

/**
 * The decoder draws missing rows as transparent, without an error. What can't be there by its length
 * alone is refused before memory is taken for it.
 */
function checkPngPixels(bytes: Buffer, packed: Buffer, reject: (found: string) => never): void {
  const promised = pngPixelBytes(bytes);
  if (packed.length * MOST_DEFLATED < promised) {
    reject(`${packed.length} packed bytes can't hold the ${promised} bytes of the pixels`);
  }
  let unpacked: number;
  try {
    unpacked = inflateSync(packed, { maxOutputLength: promised + 2 ** 16 }).length;
  } catch (cause) {
    return reject(`the pixels can't be unpacked: ${cause instanceof Error ? cause.message : ''}`);
  }
  if (unpacked < promised) reject(`there are ${unpacked} of ${promised} bytes of pixels`);
}
