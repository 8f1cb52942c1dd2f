/** JPEG images: their headers, and files that the decoder reads as Pillow does. */
import { type Format, HEADER_BYTES, type ImageHeader, type Reject } from './image-header.ts';
import { jpegProblem } from './jpeg-picture.ts';

export const JPEG: Format = { header: jpegHeader, plain: plainJpeg };

/** A JPEG segment before the image data: its marker, and the place of its content. */
interface Segment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

const FIRST_SEGMENT = 2;
/** APP1 holds Exif data, APP2 colour profiles. */
const APP1 = 0xe1;
const APP2 = 0xe2;
const START_OF_SCAN = 0xda;

/** ITU-T T.81, B.1.1.4. */
function segmentsOf(bytes: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (let at = FIRST_SEGMENT; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    // Any number of fill bytes may come before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === START_OF_SCAN) break;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    segments.push({ marker, start: at + 4, end });
    at = end;
  }
  return segments;
}

/** ITU-T T.81, B.2.2: the frame header SOF0 to SOF15. Three of these codes mean something else. */
function jpegHeader(bytes: Buffer, reject: Reject): ImageHeader {
  const segments = segmentsOf(bytes);
  const frame = segments.find(
    ({ marker, start }) =>
      marker >= 0xc0 &&
      marker <= 0xcf &&
      ![0xc4, 0xc8, 0xcc].includes(marker) &&
      start + 6 <= bytes.length,
  );
  if (!frame) {
    const at = Math.min(segments.at(-1)?.end ?? FIRST_SEGMENT, bytes.length);
    return reject(
      at,
      "there is no JPEG segment with the image's size",
      `one in the first ${HEADER_BYTES} bytes`,
    );
  }
  const { start } = frame;
  const [height, width] = [bytes.readUInt16BE(start + 1), bytes.readUInt16BE(start + 3)];
  const isTurned = segments.some((segment) => orientationOf(bytes, segment) > 4);
  return {
    format: 'JPEG',
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    isGrey: bytes[start + 5] === 1,
    bits: 8,
  };
}

const EXIF = Buffer.from('Exif\0\0', 'latin1');
const ORIENTATION = 0x0112;

/** Exif 2.32, 4.6.4: 1 to 8; above 4, width and height are swapped. The default is 1. */
function orientationOf(bytes: Buffer, { marker, start, end }: Segment): number {
  const segment = bytes.subarray(start, end);
  if (marker !== APP1 || !segment.subarray(0, EXIF.length).equals(EXIF)) return 1;
  const exif = segment.subarray(EXIF.length);
  if (exif.length < 8) return 1;
  const isLittle = exif.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (isLittle ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const directory = isLittle ? exif.readUInt32LE(4) : exif.readUInt32BE(4);
  if (directory + 2 > exif.length) return 1;
  for (let field = 0; field < short(directory); field += 1) {
    const at = directory + 2 + 12 * field;
    if (at + 12 > exif.length) return 1;
    if (short(at) === ORIENTATION) return short(at + 8);
  }
  return 1;
}

/** Removes the colour profile, after a check that the picture is whole: JPEG has no checksums. */
function plainJpeg(bytes: Buffer, reject: Reject): Buffer {
  const end = bytes.lastIndexOf(Buffer.of(0xff, 0xd9));
  const scan = bytes.lastIndexOf(Buffer.of(0xff, START_OF_SCAN));
  if (scan < 0 || end <= scan) {
    reject(bytes.length, 'the file ends here', 'more of its picture, and an end marker');
  }
  const problem = jpegProblem(bytes);
  if (problem) reject(problem.at, problem.found, problem.expected);
  const kept: Buffer[] = [];
  let from = 0;
  for (const segment of segmentsOf(bytes)) {
    if (segment.marker !== APP2) continue;
    kept.push(bytes.subarray(from, segment.start - 4));
    from = segment.end;
  }
  return Buffer.concat([...kept, bytes.subarray(from)]);
}
