/**
 * The pixels of a canvas: red, green, blue and opacity.
 *
 * @param pixels of one channel (shades of grey) or of three.
 */
export function colourPixels(pixels: Uint8Array, channels: 1 | 3): Uint8ClampedArray<ArrayBuffer> {
  const count = pixels.length / channels;
  const colours = new Uint8ClampedArray(count * 4).fill(255);
  for (let pixel = 0; pixel < count; pixel += 1) {
    for (let colour = 0; colour < 3; colour += 1) {
      colours[pixel * 4 + colour] = pixels[pixel * channels + (channels === 3 ? colour : 0)]!;
    }
  }
  return colours;
}
