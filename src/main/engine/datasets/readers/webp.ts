/** WebP images: their headers, and whether their pictures are whole. */
import type { Format, Reject } from './image-header.ts';

/** The first byte behind `RIFF`, the length and `WEBP`. */
const FIRST_CHUNK = 12;

/** Flags of a VP8X chunk for the chunks that are removed: a colour profile, Exif data and XMP data. */
const REMOVED = { ICCP: 0x20, EXIF: 0x08, 'XMP ': 0x04 } as const;
const ALL_REMOVED = 0x2c;

/** Before the chunks of a frame of an animation. */
const FRAME_HEADER_BYTES = 16;

interface Chunk {
  readonly name: string;
  readonly at: number;
  /** The content, without the byte that makes its length even. */
  readonly content: Buffer;
  readonly next: number;
}

/** The chunks up to the first one that is not whole. */
function* chunksOf(bytes: Buffer, start: number, end: number): Generator<Chunk> {
  for (let at = start; at + 8 <= end;) {
    const length = bytes.readUInt32LE(at + 4);
    const next = at + 8 + length + (length % 2);
    const content = bytes.subarray(at + 8, at + 8 + length);
    yield { name: bytes.toString('latin1', at, at + 4), at, content, next };
    at = next;
  }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
export const WEBP: Format = {
  header(bytes, reject) {
    const size = bytes.length < 30 ? undefined : webpSize(bytes);
    if (!size) return reject(12, 'there is no chunk with the size', 'VP8, VP8L or VP8X');
    return { format: 'WebP', ...size, isGrey: false, bits: 8 };
  },
  plain(bytes, reject) {
    const end = bytes.readUInt32LE(4) + 8;
    if (bytes.length < end) reject(bytes.length, 'the file ends here', `${end} bytes`);
    checkPictureSize(bytes, end, reject);
    const kept: Buffer[] = [];
    for (const { name, at, next } of chunksOf(bytes, FIRST_CHUNK, end)) {
      if (next > end) reject(at, 'the file ends within a chunk', 'sound WebP chunks');
      if (name in REMOVED) continue;
      const chunk = Buffer.from(bytes.subarray(at, next));
      if (name === 'VP8X') chunk[8]! &= ~ALL_REMOVED;
      kept.push(chunk);
    }
    return riff(bytes, kept);
  },
};

function riff(bytes: Buffer, chunks: readonly Buffer[]): Buffer {
  const file = Buffer.concat([bytes.subarray(0, FIRST_CHUNK), ...chunks]);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

/** The decoder takes memory for what VP8X promises, whatever the size of its picture. */
function checkPictureSize(bytes: Buffer, end: number, reject: Reject): void {
  if (bytes.toString('latin1', 12, 16) !== 'VP8X') return;
  const promised = webpSize(bytes);
  for (const { name, at, content } of chunksOf(bytes, FIRST_CHUNK, end)) {
    if (name !== 'VP8 ' && name !== 'VP8L') continue;
    const found = pictureSize(name, content);
    if (!promised || !found) continue;
    if (found.width === promised.width && found.height === promised.height) continue;
    reject(
      at,
      `the picture has ${found.height} × ${found.width} pixels`,
      `${promised.height} × ${promised.width}, as the header says`,
    );
  }
}

function webpSize(bytes: Buffer): { width: number; height: number } | undefined {
  const name = bytes.toString('latin1', 12, 16);
  if (name !== 'VP8X') return pictureSize(name, bytes.subarray(20));
  return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
}

/** @param content of the chunk. */
function pictureSize(name: string, content: Buffer): { width: number; height: number } | undefined {
  if (name === 'VP8 ' && content.length >= 10) {
    return {
      width: content.readUInt16LE(6) & 0x3fff,
      height: content.readUInt16LE(8) & 0x3fff,
    };
  }
  if (name === 'VP8L' && content.length >= 5) {
    const sizes = content.readUInt32LE(1);
    return { width: 1 + (sizes & 0x3fff), height: 1 + ((sizes >>> 14) & 0x3fff) };
  }
  return undefined;
}

/**
 * The first lossy picture as a file of its own, without opacity. The decoder draws no row that it could
 * not read, and says nothing: such rows are transparent where the picture itself is not.
 *
 * @param bytes a file whose chunks are whole.
 * @returns undefined without a lossy picture: the decoder refuses lossless ones that end early.
 */
export function opaquePicture(bytes: Buffer): Buffer | undefined {
  for (const { name, at, next } of chunksOf(bytes, FIRST_CHUNK, bytes.length)) {
    if (name === 'VP8 ') return riff(bytes, [bytes.subarray(at, next)]);
    if (name !== 'ANMF') continue;
    for (const inner of chunksOf(bytes, at + 8 + FRAME_HEADER_BYTES, next)) {
      if (inner.name === 'VP8 ') return riff(bytes, [bytes.subarray(inner.at, inner.next)]);
    }
    return undefined;
  }
  return undefined;
}
