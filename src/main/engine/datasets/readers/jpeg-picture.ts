/**
 * Whether a JPEG picture is whole: the decoder draws what is missing before the end marker in grey,
 * without an error. The Huffman codes of every scan are followed (ITU-T T.81, annexes F and G), but no
 * coefficient is computed.
 */

import { largest } from '../../../../shared/extremes.ts';
import { type HuffmanTable, readTables } from './jpeg-huffman.ts';
import { type Component, type Frame, isRestart, Scan } from './jpeg-scan.ts';

export interface JpegProblem {
  readonly at: number;
  readonly found: string;
  readonly expected: string;
}

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const HUFFMAN_TABLES = 0xc4;
const RESTART_INTERVAL = 0xdd;
/** Frames with Huffman codes: baseline, extended and progressive. */
const FIRST_FRAME = 0xc0;
const PROGRESSIVE_FRAME = 0xc2;
/** The last of all frames. The decoder refuses those after the three; three codes are no frames. */
const LAST_FRAME = 0xcf;
const NO_FRAME = [HUFFMAN_TABLES, 0xc8, 0xcc];

const hasNoLength = (marker: number): boolean =>
  isRestart(marker) || marker === START_OF_IMAGE || marker === 0x01;

/** A coefficient has fewer bits. */
const ALL_BITS = 255;

/**
 * @param bytes a file that begins with the marker of a JPEG image.
 * @returns undefined if the picture is whole, or is of a kind that this does not know.
 */
export function jpegProblem(bytes: Buffer): JpegProblem | undefined {
  const tables = new Map<number, HuffmanTable>();
  let frame: Frame | undefined;
  let interval = 0;
  for (let at = 2; ;) {
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && bytes[at + 1]! % 0xff > 0)) at += 1;
    if (at + 1 >= bytes.length) return problem(bytes.length, 'the file ends here', 'an end marker');
    const marker = bytes[at + 1]!;
    if (marker === END_OF_IMAGE) return frame && missingScan(at, frame);
    if (hasNoLength(marker)) {
      at += 2;
      continue;
    }
    const end = at + 4 > bytes.length ? Infinity : at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || end < at + 4) return problem(at, 'a segment ends early', 'all of it');
    const segment = bytes.subarray(at + 4, end);
    if (marker === HUFFMAN_TABLES) readTables(segment, tables);
    else if (marker === RESTART_INTERVAL && segment.length >= 2) interval = segment.readUInt16BE(0);
    else if (marker >= FIRST_FRAME && marker <= LAST_FRAME && !NO_FRAME.includes(marker)) {
      // Read before its length is known: a segment that is too short has no such byte.
      const length = 6 + 3 * (segment[5] ?? 0);
      if (marker > PROGRESSIVE_FRAME || segment.length < length) return undefined;
      const tooFew = tooFewBytes(segment, bytes, at);
      if (tooFew) return tooFew;
      frame = frameOf(segment, marker === PROGRESSIVE_FRAME);
    } else if (marker === START_OF_SCAN && frame) {
      const scan = new Scan(bytes, end, frame, segment, tables, interval);
      if (!scan.isKnown) return undefined;
      const count = scan.countUnits();
      if (count < scan.units) {
        return problem(
          scan.at,
          `the picture ends or can't be read after ${count} of ${scan.units} minimum coded units`,
          `all of them, for ${frame.height} × ${frame.width} pixels`,
        );
      }
      at = scan.at;
      continue;
    }
    at = end;
  }
}

const problem = (at: number, found: string, expected: string): JpegProblem => ({
  at,
  found,
  expected,
});

/**
 * A progressive picture that ends between two scans is blurred. The standard lets a decoder show it,
 * but encoders send all scans: such a file was cut, and an end marker was written behind the cut.
 */
function missingScan(at: number, { components }: Frame): JpegProblem | undefined {
  const all = [...components.values()];
  const begun = all.filter(({ bitsLeft }) => bitsLeft[0] !== ALL_BITS).length;
  if (begun < all.length) {
    const expected = `all ${all.length} components`;
    return problem(at, `the picture ends after ${begun} of its colour components`, expected);
  }
  for (const [index, { bitsLeft }] of all.entries()) {
    const whole = bitsLeft.filter((bits) => bits === 0).length;
    if (whole === bitsLeft.length) continue;
    return problem(
      at,
      `the picture ends before all of its scans: ${whole} of ${bitsLeft.length} coefficients of component ${index + 1} are whole`,
      `all of them, in each of its ${all.length} components`,
    );
  }
  return undefined;
}

/** A block takes at least a bit. So memory is taken for a picture only if the file can hold it. */
function tooFewBytes(segment: Buffer, bytes: Buffer, at: number): JpegProblem | undefined {
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  const left = bytes.length - at;
  const most = largest(samplings(segment).map(([, across]) => across));
  const tallest = largest(samplings(segment).map(([, , down]) => down));
  if (most === 0 || tallest === 0) return problem(at, 'a sampling factor is 0', '1 to 4');
  const units = Math.ceil(width / (8 * most)) * Math.ceil(height / (8 * tallest));
  if (units <= left * 8) return undefined;
  return problem(at, `${left} bytes can't hold ${height} × ${width} pixels`, 'more bytes');
}

/** Number and sampling factors of each component. */
function samplings(segment: Buffer): [id: number, across: number, down: number][] {
  return Array.from({ length: segment[5]! }, (_, index) => {
    const factors = segment[7 + 3 * index]!;
    return [segment[6 + 3 * index]!, factors >> 4, factors & 15];
  });
}

/** T.81, B.2.2 and A.1.1. */
function frameOf(segment: Buffer, isProgressive: boolean): Frame {
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  const given = samplings(segment);
  const mostAcross = largest(given.map(([, across]) => across));
  const mostDown = largest(given.map(([, , down]) => down));
  const mcuColumns = Math.ceil(width / (8 * mostAcross));
  const mcuRows = Math.ceil(height / (8 * mostDown));
  const components = new Map(
    given.map(([id, across, down]): [number, Component] => {
      const stride = mcuColumns * across;
      return [
        id,
        {
          across,
          down,
          columns: Math.ceil((width * across) / mostAcross / 8),
          rows: Math.ceil((height * down) / mostDown / 8),
          stride,
          nonzero: new Uint32Array(isProgressive ? 2 * stride * mcuRows * down : 0),
          bitsLeft: new Uint8Array(64).fill(ALL_BITS),
        },
      ];
    }),
  );
  return { isProgressive, width, height, mcuColumns, mcuRows, components };
}
