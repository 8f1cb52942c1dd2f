/** A drawing as pixels, with the resolution that makes them its size on paper. */
import { createCanvas } from '@napi-rs/canvas';
import { crc32 } from 'node:zlib';
import { replay } from './replay.ts';
import type { Drawing } from './shapes.ts';

const METRES_PER_INCH = 0.0254;
/** The signature, and the first chunk (IHDR) with its length, name and checksum. */
const HEAD_BYTES = 8 + 12 + 13;

/** @param width and height in pixels. */
export function pngOf(drawing: Drawing, width: number, height: number, dpi: number): Uint8Array {
  const canvas = createCanvas(width, height);
  replay(drawing, canvas.getContext('2d'), width / drawing.width);
  return withResolution(canvas.toBuffer('image/png'), dpi);
}

/** Adds the chunk pHYs, which comes before the pixels: pixels per metre along both axes. */
function withResolution(png: Uint8Array, dpi: number): Uint8Array {
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  const chunk = Buffer.alloc(12 + 9);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, HEAD_BYTES), chunk, png.subarray(HEAD_BYTES)]);
}
