/** Images in other formats than PNG and JPEG of 8 bits, against Pillow. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExampleSet } from '../../../../src/main/engine/datasets/dataset.ts';
import { imageFolder } from '../../../../src/main/engine/datasets/image-folder.ts';
import { temporaryFolders } from './idx-writer.ts';
import { FIXTURES } from './tiny-dataset-files.ts';

const folderOf = temporaryFolders();
const reference = JSON.parse(readFileSync(join(FIXTURES, 'formats.json'), 'utf8')) as {
  readonly bytes: Readonly<Record<string, string>>;
  readonly floats: Readonly<Record<string, string>>;
  readonly resized: readonly { width: number; height: number; floats: string }[];
};
const fileOf = (name: string) => readFileSync(join(FIXTURES, 'formats', name));

/** A folder with one image in each set. */
function folderWith(name: string, bytes = fileOf(name)): string {
  const folder = folderOf({});
  for (const path of [`train/a/${name}`, `test/a/${name}`]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

const load = (folder: string, choice: Record<string, unknown> = {}) =>
  imageFolder.load({ id: 'image-folder', folder, ...choice });

const hexOf = ({ features: { buffer, byteOffset, byteLength } }: ExampleSet) =>
  Buffer.from(new Uint8Array(buffer, byteOffset, byteLength)).toString('hex');

describe('an image in another format', () => {
  it.each(Object.keys(reference.bytes))('is what Pillow makes of %s', async (name) => {
    const { shape, train } = await load(folderWith(name));
    expect(shape).toEqual([5, 7, 3]);
    expect(hexOf(train)).toBe(reference.bytes[name]);
  });

  it.each(['colours.bmp', 'indexed.gif', 'lossless.webp', 'profile.webp', 'lzw.tif'])(
    'is refused if it is cut off: %s',
    async (name) => {
      const bytes = fileOf(name);
      const folder = folderWith(name, bytes.subarray(0, Math.floor(bytes.length / 2)));
      // It is there twice, to train and to test on. Several are decoded at once, and one fails first.
      await expect(load(folder)).rejects.toThrow(folder);
      await expect(load(folder)).rejects.toThrow(join('a', name));
    },
  );

  it('is refused if pixels are missing before its end: GIF', async () => {
    const bytes = fileOf('indexed.gif');
    // Half of the picture's last blocks goes; an empty block and the trailer end the file as before.
    const at = bytes.lastIndexOf(0x2c, -40);
    const flags = bytes[at + 9]!;
    const data = at + 10 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
    const cut = Buffer.concat([
      bytes.subarray(0, data + 1),
      Buffer.of(4),
      bytes.subarray(data + 2, data + 6),
      Buffer.of(0, 0x3b),
    ]);
    await expect(load(folderWith('indexed.gif', cut))).rejects.toThrow('expected 35 pixels, 5 × 7');
  });

  it('is refused if its picture is larger than it says: GIF', async () => {
    const bytes = fileOf('indexed.gif');
    const at = bytes.lastIndexOf(0x2c, -40);
    // It took 1.6 GB to be decoded.
    bytes.writeUInt16LE(20_000, at + 5);
    bytes.writeUInt16LE(20_000, at + 7);
    await expect(load(folderWith('indexed.gif', bytes))).rejects.toThrow(
      'the picture is 20000 × 20000 at row 0, column 0',
    );
  });

  it('is refused if its name says PNG or JPEG', async () => {
    const bytes = fileOf('indexed.gif');
    await expect(load(folderWith('disguised.png', bytes))).rejects.toThrow(
      'disguised.png: the file is a GIF image; expected PNG or JPEG, as its name says',
    );
  });

  it('is refused with its packing if it is a packed BMP image', async () => {
    const bytes = fileOf('colours.bmp');
    // Eight bits a pixel, packed by run lengths.
    bytes.writeUInt16LE(8, 28);
    bytes.writeUInt32LE(1, 30);
    await expect(load(folderWith('packed.bmp', bytes))).rejects.toMatchObject({
      message: expect.stringContaining(
        'the BMP image has 8 bits a pixel, packed by run lengths (RLE); expected 1, 4, 8, 24 or 32 bits, not packed',
      ) as string,
      hint: 'Convert it to PNG, which keeps every bit, or move it away.',
    });
  });

  it('is refused with its reason if it cannot be decoded', async () => {
    const bytes = fileOf('lzw.tif');
    const directory = bytes.readUInt32LE(4);
    for (let at = directory + 2; at + 12 < bytes.length; at += 12) {
      // The tag Compression says JPEG.
      if (bytes.readUInt16LE(at) === 259) bytes.writeUInt16LE(7, at + 8);
    }
    await expect(load(folderWith('jpeg.tif', bytes))).rejects.toMatchObject({
      message: expect.stringContaining(
        "jpeg.tif: the TIFF image can't be decoded: Unsupported Compression: 7; expected",
      ) as string,
      hint: expect.stringContaining('Convert it to PNG') as string,
    });
  });
});

describe('an image of 16 bits', () => {
  it.each(Object.keys(reference.floats))('keeps all of them on request: %s', async (name) => {
    const isGrey = !name.includes('colours');
    const choice = { depth: '16-bit', channels: isGrey ? 'grey' : 'rgb' };
    const { shape, train, leftOut } = await load(folderWith(name), choice);
    expect(shape).toEqual([5, 7, isGrey ? 1 : 3]);
    expect(hexOf(train)).toBe(reference.floats[name]);
    expect(leftOut).toEqual([]);
  });

  it.each(reference.resized)(
    'is brought to $height × $width as Pillow does it',
    async ({ width, height, floats }) => {
      const choice = { depth: '16-bit', channels: 'grey', width, height };
      const { train } = await load(folderWith('deep.png'), choice);
      expect(hexOf(train)).toBe(floats);
    },
  );

  it('loses its lower half, which is said, with the setting that keeps it', async () => {
    const { leftOut } = await load(folderWith('deep.png'));
    expect(leftOut).toEqual([
      {
        what: 'lower halves of the bits of images',
        count: 2,
        reason: 'of 16 bits a channel, the upper 8 are kept',
        setting: 'dataset.depth',
      },
    ]);
  });

  it('is not mixed with images of 8 bits', async () => {
    await expect(load(folderWith('grey.tif'), { depth: '16-bit' })).rejects.toThrow(
      'grey.tif: the image has 8 bits a channel; expected 16, because dataset.depth is 16-bit',
    );
  });
});
