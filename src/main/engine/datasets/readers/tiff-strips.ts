/** Whether a TIFF image can hold what it promises: the decoder leaves pixels of missing strips at 0. */
import type { TiffIfd } from 'tiff';

/** The file is damaged, not of a kind that the decoder does not know. */
export class DamagedTiff extends Error {
  readonly expected: string;

  constructor(found: string, expected: string) {
    super(found);
    this.expected = expected;
  }
}

/** Bytes of a value by its type (TIFF 6.0, section 2). Types that are unknown are passed over. */
const VALUE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** The Exif and GPS directories, which the decoder reads too. */
const INNER_DIRECTORIES = [0x8769, 0x8825];

/**
 * The decoder takes memory for as many values as a directory promises.
 *
 * @throws DamagedTiff if the file can't hold the values of its first directory.
 */
export function checkDirectory(bytes: Buffer): void {
  if (bytes.length < 8) throw new DamagedTiff(`the file has ${bytes.length} bytes`, '8 of header');
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directories = [long(4)];
  // A directory that leads to another one leads to no third.
  for (let index = 0; index < directories.length && index < 3; index += 1) {
    const start = directories[index]!;
    const entries = start + 2 > bytes.length ? 0 : short(start);
    if (start + 2 + 12 * entries > bytes.length || entries === 0) {
      throw new DamagedTiff(
        `the file ends before the ${entries} entries of the directory at byte ${start}`,
        'all of them',
      );
    }
    for (let at = start + 2; at < start + 2 + 12 * entries; at += 12) {
      const size = (VALUE_BYTES[short(at + 2)] ?? 0) * long(at + 4);
      const from = size > 4 ? long(at + 8) : at + 8;
      if (from + size > bytes.length) {
        throw new DamagedTiff(
          `the field ${short(at)} has ${size} bytes at byte ${from}`,
          `it within the file of ${bytes.length} bytes`,
        );
      }
      if (INNER_DIRECTORIES.includes(short(at))) directories.push(long(at + 8));
    }
  }
}

/**
 * @param page without its pixels.
 * @param length bytes of the file.
 * @throws DamagedTiff if there are fewer strips, or shorter ones, than the pixels need.
 */
export function checkStrips(page: TiffIfd, length: number): void {
  const { width, height, bitsPerSample, samplesPerPixel } = page;
  // Images without these tags have one strip, or bytes as many as its rows need.
  const { stripOffsets = [], stripByteCounts } = page as Partial<TiffIfd>;
  const rowsPerStrip = Math.min(page.rowsPerStrip, height);
  const strips = Math.ceil(height / rowsPerStrip);
  if (stripOffsets.length < strips) {
    throw new DamagedTiff(
      `there are ${stripOffsets.length} strips of ${rowsPerStrip} rows`,
      `${strips}, for ${height} × ${width} pixels`,
    );
  }
  const rowBytes = Math.ceil((width * samplesPerPixel * bitsPerSample) / 8);
  for (let strip = 0; strip < strips; strip += 1) {
    const rows = Math.min(rowsPerStrip, height - strip * rowsPerStrip);
    const bytes = stripByteCounts?.[strip] ?? rows * rowBytes;
    const start = stripOffsets[strip]!;
    if (start + bytes > length) {
      throw new DamagedTiff(
        `strip ${strip + 1} of ${strips} has ${bytes} bytes at byte ${start}`,
        `it within the file of ${length} bytes`,
      );
    }
    if (page.compression === 1 && bytes < rows * rowBytes) {
      throw new DamagedTiff(
        `strip ${strip + 1} of ${strips} has ${bytes} bytes`,
        `${rows * rowBytes}, for ${rows} × ${width} pixels`,
      );
    }
  }
}
