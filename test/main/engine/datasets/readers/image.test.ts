import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  decodeDeepImage,
  decodeImage,
} from '../../../../../src/main/engine/datasets/readers/image.ts';

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A grey PNG image whose chunks are sound, whatever its pixels are. */
function pngOf(
  width: number,
  height: number,
  rows: Buffer,
  { bits = 8, isInterlaced = false } = {},
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, 0, 0, 0, isInterlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const greys = ({ pixels }: { readonly pixels: Uint8ClampedArray }) =>
  Array.from(pixels).filter((_, index) => index % 4 === 0);

describe('a PNG image', () => {
  const ROWS = Buffer.from([0, 1, 2, 3, 0, 4, 5, 6]);

  it('is read with all of its pixels, and with more than it needs', async () => {
    expect(greys(await decodeImage('a.png', pngOf(3, 2, ROWS)))).toEqual([1, 2, 3, 4, 5, 6]);
    const longer = Buffer.concat([ROWS, Buffer.alloc(100)]);
    expect(greys(await decodeImage('a.png', pngOf(3, 2, longer)))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is read in passes (Adam7)', async () => {
    // 2 × 2: one pixel in the first pass, one in the sixth, two in the seventh.
    const rows = Buffer.from([0, 10, 0, 20, 0, 30, 40]);
    const png = pngOf(2, 2, rows, { isInterlaced: true });
    expect(greys(await decodeImage('a.png', png))).toEqual([10, 20, 30, 40]);
    const short = pngOf(2, 2, rows.subarray(0, 5), { isInterlaced: true });
    await expect(decodeImage('a.png', short)).rejects.toThrow('there are 5 of 7 bytes of pixels');
  });

  it('is refused with too few of them: the decoder would draw the rest as black', async () => {
    await expect(decodeImage('a.png', pngOf(3, 2, ROWS.subarray(0, 4)))).rejects.toThrow(
      /^a\.png, byte \d+: there are 4 of 8 bytes of pixels; expected sound PNG chunks/,
    );
    const deep = pngOf(3, 2, ROWS, { bits: 16 });
    await expect(decodeDeepImage('a.png', deep)).rejects.toThrow('there are 8 of 14 bytes');
  });

  it('is refused before memory is taken for pixels that the file can not hold', async () => {
    await expect(decodeImage('a.png', pngOf(8000, 8000, ROWS))).rejects.toThrow(
      /packed bytes can't hold the 64008000 bytes of the pixels/,
    );
  });

  it('is refused if it unpacks to far more than its size', async () => {
    const bomb = pngOf(3, 2, Buffer.alloc(2 ** 22));
    await expect(decodeImage('a.png', bomb)).rejects.toThrow("the pixels can't be unpacked");
  });

  it('is refused if its pixels are no Deflate data', async () => {
    const png = pngOf(3, 2, ROWS);
    const at = png.indexOf('IDAT') + 4;
    const damaged = Buffer.concat([
      png.subarray(0, at - 8),
      chunk('IDAT', Buffer.from([1, 2, 3])),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    await expect(decodeImage('a.png', damaged)).rejects.toThrow("the pixels can't be unpacked");
  });
});

describe('a GIF or TIFF image', () => {
  it('is refused if its header says more pixels than the file can hold', async () => {
    const gif = Buffer.alloc(40);
    gif.write('GIF89a', 'latin1');
    gif.writeUInt16LE(8000, 6);
    gif.writeUInt16LE(8000, 8);
    gif[39] = 0x3b;
    await expect(decodeImage('a.gif', gif)).rejects.toThrow(
      "a.gif: 40 bytes can't hold 8000 × 8000 pixels",
    );
  });
});
