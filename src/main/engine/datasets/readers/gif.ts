/** Whether the first picture of a GIF image is whole: the decoder would fill what is missing. */

export interface GifProblem {
  readonly at: number;
  readonly found: string;
  readonly expected: string;
}

const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const PICTURE = 0x2c;
const DESCRIPTOR_BYTES = 10;

/**
 * @param bytes of at least 13, the header.
 * @returns undefined if the picture lies within the image and has all its pixels.
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
export function gifProblem(bytes: Buffer): GifProblem | undefined {
  let at = HEADER_BYTES + colourTableBytes(bytes[10]!);
  while (bytes[at] === EXTENSION) at = endOfBlocks(bytes, at + 2);
  if (bytes[at] !== PICTURE || at + DESCRIPTOR_BYTES >= bytes.length) {
    return { at: Math.min(at, bytes.length), found: 'there is no picture', expected: 'one' };
  }
  const [left, top] = [bytes.readUInt16LE(at + 1), bytes.readUInt16LE(at + 3)];
  const [width, height] = [bytes.readUInt16LE(at + 5), bytes.readUInt16LE(at + 7)];
  const [screenWidth, screenHeight] = [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  if (left + width > screenWidth || top + height > screenHeight) {
    return {
      at,
      found: `the picture is ${height} × ${width} at row ${top}, column ${left}`,
      expected: `it within the image's ${screenHeight} × ${screenWidth} pixels`,
    };
  }
  const start = at + DESCRIPTOR_BYTES + colourTableBytes(bytes[at + 9]!);
  const pixels = countPixels(bytes, start, width * height);
  if (pixels >= width * height) return undefined;
  return {
    at: start,
    found: `the picture has ${pixels} pixels`,
    expected: `${width * height} pixels, ${height} × ${width}`,
  };
}

const colourTableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** Sub-blocks begin with their length; one of length 0 ends them. */
function endOfBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at]! > 0) at += 1 + bytes[at]!;
  return at + 1;
}

const MOST_CODES = 4096;

/** Follows the codes of LZW (appendix F), but keeps only how many pixels each stands for. */
function countPixels(bytes: Buffer, start: number, wanted: number): number {
  const rootBits = bytes[start] ?? 0;
  if (rootBits < 1 || rootBits > 11) return 0;
  const clear = 1 << rootBits;
  const lengths = new Uint32Array(MOST_CODES).fill(1, 0, clear);
  let [next, bits, previous] = [clear + 2, rootBits + 1, -1];
  let [pixels, held, heldBits] = [0, 0, 0];
  for (let block = start + 1; block < bytes.length && bytes[block]! > 0;) {
    const end = Math.min(block + 1 + bytes[block]!, bytes.length);
    for (let at = block + 1; at < end; at += 1) {
      held |= bytes[at]! << heldBits;
      heldBits += 8;
      while (heldBits >= bits) {
        const code = held & ((1 << bits) - 1);
        held >>>= bits;
        heldBits -= bits;
        if (code === clear) {
          [next, bits, previous] = [clear + 2, rootBits + 1, -1];
          continue;
        }
        if (code === clear + 1 || code > next || (code === next && previous < 0)) return pixels;
        if (previous >= 0 && next < MOST_CODES) {
          lengths[next] = lengths[previous]! + 1;
          next += 1;
          if (next === 1 << bits && bits < 12) bits += 1;
        }
        pixels += lengths[code]!;
        if (pixels >= wanted) return pixels;
        previous = code;
      }
    }
    block = end;
  }
  return pixels;
}
