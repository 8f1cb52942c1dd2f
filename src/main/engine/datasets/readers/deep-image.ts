/** Images of 16 bits, decoded without loss; and TIFF images, which come from the same family of decoders. */
import type { ImageHeader } from './image-header.ts';
import { checkDirectory, checkStrips, DamagedTiff } from './tiff-strips.ts';

/** Samples as stored: `[height, width, channels]`. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 2: grey and opacity; 3: colours; 4: colours and opacity. */
  readonly channels: number;
  /** The value of white and of full opacity: 255 or 65,535. */
  readonly white: number;
  readonly values: ArrayLike<number>;
}

export function isTiff(bytes: Buffer): boolean {
  return ['49492a00', '4d4d002a'].includes(bytes.toString('hex', 0, 4));
}

/** @throws Error with the reason why the file can't be read. */
export async function tiffHeader(bytes: Buffer): Promise<ImageHeader> {
  const { width, height, type, bitsPerSample } = await firstPage(bytes, true);
  const isGrey = type < 2;
  return { format: 'TIFF', width, height, isGrey, bits: bitsPerSample === 16 ? 16 : 8 };
}

/** @throws Error with the reason why the file can't be read. */
export async function decodeTiff(bytes: Buffer): Promise<Samples> {
  checkStrips(await firstPage(bytes, true), bytes.length);
  const page = await firstPage(bytes, false).catch((cause: unknown) => {
    // The decoder read behind what a packed strip holds.
    if (cause instanceof RangeError) throw new DamagedTiff('a strip ends early', 'all its pixels');
    throw cause;
  });
  const { width, height, type, bitsPerSample, samplesPerPixel, palette, data } = page;
  if (type === 3) {
    if (!palette) throw new Error('there is no palette');
    const values = Uint8Array.from(
      { length: data.length * 3 },
      (_, at) => palette[data[Math.floor(at / 3)]!]![at % 3]! >> 8,
    );
    return { width, height, channels: 3, white: 255, values };
  }
  const isBits = bitsPerSample === 1;
  const values = isBits ? Uint8Array.from(data, (bit) => bit * 255) : data;
  const white = bitsPerSample === 16 ? 65_535 : 255;
  return { width, height, channels: samplesPerPixel, white, values };
}

async function firstPage(bytes: Buffer, ignoreImageData: boolean) {
  checkDirectory(bytes);
  const { decode } = await import('tiff');
  const [page] = decode(bytes, { pages: [0], ignoreImageData });
  if (!page) throw new Error('it holds no picture');
  const { bitsPerSample, samplesPerPixel, tiled, planarConfiguration, type } = page;
  // Images without this tag have 1 bit a sample, which the decoder does not know.
  if (![1, 8, 16].includes(bitsPerSample)) throw new Error('it says no such number of bits');
  if (![0, 1, 2, 3].includes(type)) throw new Error(`its colours are of type ${type}`);
  if (samplesPerPixel > 4) throw new Error(`it has ${samplesPerPixel} samples a pixel`);
  if (tiled) throw new Error('it is made of tiles');
  if (planarConfiguration === 2) throw new Error('its colours lie one after the other');
  return page;
}

/** @throws Error with the reason why the file can't be read. */
export async function decodeDeepPng(bytes: Buffer): Promise<Samples> {
  const { decode } = await import('fast-png');
  const { width, height, channels, depth, data } = decode(bytes, { checkCrc: true });
  if (depth !== 16) throw new Error(`it has ${depth} bits a sample`);
  return { width, height, channels, white: 65_535, values: data };
}
