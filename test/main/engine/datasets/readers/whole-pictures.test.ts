/** Images whose files end properly, but whose pixels end early. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeDeepImage,
  decodeImage,
} from '../../../../../src/main/engine/datasets/readers/image.ts';
import { FIXTURES } from '../tiny-dataset-files.ts';

const WHOLE = join(FIXTURES, 'whole');
const fileOf = (name: string) => readFileSync(join(WHOLE, name));
const named = (ending: string) => readdirSync(WHOLE).filter((name) => name.endsWith(ending));

it.each(readdirSync(WHOLE))('%s is read while it is whole', async (name) => {
  expect(await decodeImage(name, fileOf(name))).toMatchObject({ width: 37, height: 45 });
});

describe('a JPEG image with its end marker', () => {
  const END = Buffer.of(0xff, 0xd9);
  const SCAN = Buffer.of(0xff, 0xda);

  /** The places where the coded data of a scan begin. */
  function scansOf(bytes: Buffer): number[] {
    const starts: number[] = [];
    for (let at = bytes.indexOf(SCAN); at >= 0; at = bytes.indexOf(SCAN, at + 2)) {
      starts.push(at + 2 + bytes.readUInt16BE(at + 2));
    }
    return starts;
  }

  /** Where the Huffman table of a scan begins, or its header if it has no table of its own. */
  function beginOfScan(bytes: Buffer, header: number): number {
    const table = bytes.lastIndexOf(Buffer.of(0xff, 0xc4), header);
    return table >= 0 && table + 2 + bytes.readUInt16BE(table + 2) === header ? table : header;
  }

  it.each(named('.jpg'))('is refused wherever its last scan is cut: %s', async (name) => {
    const bytes = fileOf(name);
    const start = scansOf(bytes).at(-1)!;
    const length = bytes.length - 2 - start;
    for (const fraction of [0, 0.1, 0.5, 0.9]) {
      const end = start + Math.floor(length * fraction);
      // Half of a byte 0xff and its 0 would make another marker.
      if (bytes[end - 1] === 0xff) continue;
      const cut = Buffer.concat([bytes.subarray(0, end), END]);
      await expect(decodeImage(name, cut)).rejects.toMatchObject({
        code: 'invalid-data',
        message: expect.stringMatching(
          /\.jpg, byte \d+: the picture ends or can't be read after \d+ of \d+ minimum coded units; expected all of them, for 45 × 37 pixels$/,
        ) as string,
      });
    }
  });

  it.each(named('.jpg').filter((name) => name.startsWith('progressive')))(
    'is refused if it ends between two scans, closed or not: %s',
    async (name) => {
      const bytes = fileOf(name);
      const [, ...later] = scansOf(bytes);
      expect(later.length).toBeGreaterThan(3);
      for (const start of later) {
        const end = beginOfScan(bytes, bytes.lastIndexOf(SCAN, start - 1));
        const cut = bytes.subarray(0, end);
        await expect(decodeImage(name, cut)).rejects.toThrow(
          `${name}, byte ${end}: the file ends here; expected more of its picture, and an end marker`,
        );
        await expect(decodeImage(name, Buffer.concat([cut, END]))).rejects.toMatchObject({
          code: 'invalid-data',
          message: expect.stringMatching(
            /byte \d+: the picture ends before all of its scans: \d+ of 64 coefficients of component \d are whole; expected all of them, in each of its \d components$/,
          ) as string,
        });
      }
    },
  );

  it.each(named('.jpg'))('may have other bytes behind its end marker: %s', async (name) => {
    const { pixels } = await decodeImage(name, fileOf(name));
    const longer = Buffer.concat([fileOf(name), Buffer.from('a note of the camera')]);
    expect((await decodeImage(name, longer)).pixels).toEqual(pixels);
  });

  it.each([0, 1, 4, 5])('is refused with a second frame of %i bytes', async (length) => {
    const bytes = fileOf('baseline-restarts.jpg');
    const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
    const next = frame + 2 + bytes.readUInt16BE(frame + 2);
    const short = Buffer.concat([
      bytes.subarray(0, next),
      Buffer.of(0xff, 0xc0, 0, length + 2),
      bytes.subarray(frame + 4, frame + 4 + length),
      bytes.subarray(next),
    ]);
    await expect(decodeImage('a.jpg', short)).rejects.toMatchObject({ code: 'invalid-data' });
  });

  it('says how much of it is there', async () => {
    const bytes = fileOf('baseline-restarts.jpg');
    // Two units come before the first restart marker; 16 × 16 pixels each, there are 3 × 3.
    const restart = bytes.indexOf(Buffer.of(0xff, 0xd0));
    const cut = Buffer.concat([bytes.subarray(0, restart), END]);
    await expect(decodeImage('a.jpg', cut)).rejects.toThrow(
      `a.jpg, byte ${restart}: the picture ends or can't be read after 2 of 9 minimum coded units`,
    );
  });

  it('is refused if units are missing between two restart markers', async () => {
    const bytes = fileOf('baseline-restarts.jpg');
    const first = bytes.indexOf(Buffer.of(0xff, 0xd0));
    const second = bytes.indexOf(Buffer.of(0xff, 0xd1));
    const cut = Buffer.concat([bytes.subarray(0, first + 12), bytes.subarray(second)]);
    await expect(decodeImage('a.jpg', cut)).rejects.toThrow(/after [23] of 9 minimum coded units/);
  });

  it('is refused without the scan of a colour', async () => {
    const bytes = fileOf('progressive.jpg');
    // The frame has three components; the scans name one of them only.
    const at = bytes.indexOf(SCAN);
    const table = bytes.subarray(2, at);
    const ofOne = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0]);
    const cut = Buffer.concat([bytes.subarray(0, 2), table, ofOne, Buffer.alloc(2000), END]);
    await expect(decodeImage('a.jpg', cut)).rejects.toThrow(
      'the picture ends after 1 of its colour components; expected all 3 components',
    );
  });

  it('is refused before memory is taken for pixels that the file cannot hold', async () => {
    for (const name of ['baseline.jpg', 'progressive.jpg']) {
      const bytes = fileOf(name);
      const frame = bytes.indexOf(Buffer.from([0xff, name.startsWith('b') ? 0xc0 : 0xc2]));
      bytes.writeUInt16BE(8000, frame + 5);
      bytes.writeUInt16BE(8000, frame + 7);
      await expect(decodeImage(name, bytes)).rejects.toThrow(
        /\d+ bytes can't hold 8000 × 8000 pixels; expected more bytes/,
      );
    }
  });
});

describe('a WebP image whose chunks have the right lengths', () => {
  /** The file with the content of a chunk cut, and all lengths set right. */
  function cutChunk(bytes: Buffer, name: string, fraction: number): Buffer {
    const at = bytes.indexOf(name, 12, 'latin1');
    const length = bytes.readUInt32LE(at + 4);
    const kept = Math.floor((length * fraction) / 2) * 2;
    const isInFrame = bytes.indexOf('ANMF', 12, 'latin1') > 0;
    const cut = Buffer.concat([
      bytes.subarray(0, at + 8 + kept),
      bytes.subarray(at + 8 + length + (length % 2)),
    ]);
    cut.writeUInt32LE(kept, at + 4);
    cut.writeUInt32LE(cut.length - 8, 4);
    if (isInFrame) {
      const frame = cut.indexOf('ANMF', 12, 'latin1');
      const removed = bytes.length - cut.length;
      cut.writeUInt32LE(bytes.readUInt32LE(frame + 4) - removed, frame + 4);
    }
    return cut;
  }

  it.each([
    ['lossy.webp', 'VP8 '],
    ['opacity.webp', 'VP8 '],
    ['animated.webp', 'VP8 '],
  ])('is refused if its picture is cut, with the rows that are there: %s', async (name, chunk) => {
    // So little of it is not drawn at all.
    await expect(decodeImage(name, cutChunk(fileOf(name), chunk, 0.3))).rejects.toThrow(name);
    for (const fraction of [0.8, 0.9]) {
      const cut = cutChunk(fileOf(name), chunk, fraction);
      await expect(decodeImage(name, cut)).rejects.toThrow(
        /\.webp: the picture ends after \d+ of 45 rows; expected a sound WebP file of 45 × 37 pixels/,
      );
    }
  });

  it.each([
    ['lossless.webp', 'VP8L'],
    ['opacity.webp', 'ALPH'],
  ])('is refused if it is lossless, or its opacity is cut: %s', async (name, chunk) => {
    for (const fraction of [0.3, 0.9]) {
      await expect(decodeImage(name, cutChunk(fileOf(name), chunk, fraction))).rejects.toThrow(
        `${name}: the image can't be decoded`,
      );
    }
  });

  it('is refused if its header promises another size than its picture', async () => {
    const bytes = fileOf('opacity.webp');
    bytes.writeUIntLE(7999, 24, 3);
    bytes.writeUIntLE(7999, 27, 3);
    await expect(decodeImage('a.webp', bytes)).rejects.toThrow(
      /a\.webp, byte \d+: the picture has 45 × 37 pixels; expected 8000 × 8000, as the header says/,
    );
  });
});

describe('a TIFF image with its directory', () => {
  const [STRIPS, ROWS_PER_STRIP, BYTE_COUNTS, LENGTH] = [273, 278, 279, 257];

  /** The place of a field in the first directory. */
  function fieldOf(bytes: Buffer, tag: number): number {
    const directory = bytes.readUInt32LE(4);
    for (let index = 0; index < bytes.readUInt16LE(directory); index += 1) {
      const at = directory + 2 + 12 * index;
      if (bytes.readUInt16LE(at) === tag) return at;
    }
    throw new Error(`there is no field ${tag}`);
  }

  it.each(named('.tif'))(
    'is refused if it has fewer strips than its rows need: %s',
    async (name) => {
      const bytes = fileOf(name);
      for (const tag of [STRIPS, BYTE_COUNTS]) bytes.writeUInt32LE(4, fieldOf(bytes, tag) + 4);
      await expect(decodeImage(name, bytes)).rejects.toThrow(
        `${name}: there are 4 strips of 8 rows; expected 6, for 45 × 37 pixels`,
      );
    },
  );

  it('is refused if a strip is shorter than its rows', async () => {
    const bytes = fileOf('raw.tif');
    const counts = bytes.readUInt32LE(fieldOf(bytes, BYTE_COUNTS) + 8);
    const isShort = bytes.readUInt16LE(fieldOf(bytes, BYTE_COUNTS) + 2) === 3;
    if (isShort) bytes.writeUInt16LE(100, counts + 2);
    else bytes.writeUInt32LE(100, counts + 4);
    await expect(decodeImage('a.tif', bytes)).rejects.toThrow(
      'a.tif: strip 2 of 6 has 100 bytes; expected 888, for 8 × 37 pixels',
    );
  });

  it('is refused if a strip lies beyond its end', async () => {
    const bytes = fileOf('lzw.tif');
    const offsets = bytes.readUInt32LE(fieldOf(bytes, STRIPS) + 8);
    const isShort = bytes.readUInt16LE(fieldOf(bytes, STRIPS) + 2) === 3;
    if (isShort) bytes.writeUInt16LE(60_000, offsets + 10);
    else bytes.writeUInt32LE(60_000, offsets + 20);
    await expect(decodeImage('a.tif', bytes)).rejects.toThrow(
      /a\.tif: strip 6 of 6 has \d+ bytes at byte 60000; expected it within the file of \d+ bytes/,
    );
  });

  it.each(['lzw.tif', 'deflate.tif'])(
    'is refused if a packed strip ends early: %s',
    async (name) => {
      const bytes = fileOf(name);
      // Strips of 16 rows promise twice the pixels that each of them holds.
      bytes.writeUInt32LE(16, fieldOf(bytes, ROWS_PER_STRIP) + 8);
      await expect(decodeImage(name, bytes)).rejects.toThrow(
        `${name}: a strip ends early; expected all its pixels`,
      );
    },
  );

  it('is refused before memory is taken for more than it can hold', async () => {
    const promise = fileOf('raw.tif');
    promise.writeUInt32LE(8000, fieldOf(promise, LENGTH) + 8);
    await expect(decodeImage('a.tif', promise)).rejects.toThrow(
      'a.tif: there are 6 strips of 8 rows; expected 1000, for 8000 × 37 pixels',
    );
    const values = fileOf('raw.tif');
    values.writeUInt32LE(2 ** 30, fieldOf(values, BYTE_COUNTS) + 4);
    for (const decode of [decodeImage, decodeDeepImage]) {
      await expect(decode('a.tif', values)).rejects.toThrow(
        /a\.tif: the field 279 has \d+ bytes at byte \d+; expected it within the file of \d+ bytes/,
      );
    }
  });
});
