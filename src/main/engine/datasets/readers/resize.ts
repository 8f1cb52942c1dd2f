/** Pixels of one image: `[height, width, channels]`. */
export interface Pixels<Values = Uint8Array> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Values;
}

/** Weights are multiples of 2^-22, so that sums below 2^31 are exact and the same on every machine. */
const SHIFT = 22;

/** The weights of the input positions, from `first` on, that make up one output position. */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

/**
 * Resizes with a triangle filter, which widens where the image becomes smaller. The result is bit for
 * bit that of Pillow's `Image.resize(size, Image.Resampling.BILINEAR)`: rows first, then columns.
 */
export function resize(image: Pixels, width: number, height: number): Pixels {
  return resizeHeight(resizeWidth(image, width), height);
}

function resizeWidth(image: Pixels, width: number): Pixels {
  if (image.width === width) return image;
  const { height, channels } = image;
  const values = new Uint8Array(width * height * channels);
  const taps = tapsOf(image.width, width);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (const { first, weights } of taps) {
      const from = (y * image.width + first) * channels;
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        values[to] = weighted(image.values, from + channel, channels, weights);
      }
    }
  }
  return { width, height, channels, values };
}

function resizeHeight(image: Pixels, height: number): Pixels {
  if (image.height === height) return image;
  const { width, channels } = image;
  const rowLength = width * channels;
  const values = new Uint8Array(height * rowLength);
  for (const [y, { first, weights }] of tapsOf(image.height, height).entries()) {
    for (let at = 0; at < rowLength; at += 1) {
      values[y * rowLength + at] = weighted(
        image.values,
        first * rowLength + at,
        rowLength,
        weights,
      );
    }
  }
  return { width, height, channels, values };
}

/** Rounded to a byte. */
function weighted(values: Uint8Array, from: number, step: number, weights: Int32Array): number {
  let sum = 1 << (SHIFT - 1);
  for (let tap = 0; tap < weights.length; tap += 1) {
    sum = (sum + values[from + tap * step]! * weights[tap]!) | 0;
  }
  return Math.min(255, sum >> SHIFT);
}

/** As `resize`, for float32; as Pillow resizes images of mode `F`. */
export function resizeFloats(
  image: Pixels<Float32Array>,
  width: number,
  height: number,
): Pixels<Float32Array> {
  const { channels } = image;
  // Images as [lines, length, step]: pixels of a row are neighbours, then rows of the image are.
  const wide =
    image.width === width
      ? image.values
      : resizeLines(image.values, image.height, image.width, width, channels);
  const values =
    image.height === height ? wide : resizeLines(wide, 1, image.height, height, width * channels);
  return { width, height, channels, values };
}

/** Resizes the middle axis of `[lines, from, step]` to `to`. */
function resizeLines(
  values: Float32Array,
  lines: number,
  from: number,
  to: number,
  step: number,
): Float32Array {
  const resized = new Float32Array(lines * to * step);
  const taps = sharesOf(from, to);
  for (let line = 0, at = 0; line < lines; line += 1) {
    for (const { first, shares } of taps) {
      const start = (line * from + first) * step;
      for (let inner = 0; inner < step; inner += 1, at += 1) {
        let sum = 0;
        for (let tap = 0; tap < shares.length; tap += 1) {
          sum += values[start + tap * step + inner]! * shares[tap]!;
        }
        resized[at] = sum;
      }
    }
  }
  return resized;
}

function tapsOf(from: number, to: number): Taps[] {
  return sharesOf(from, to).map(({ first, shares }) => ({
    first,
    weights: Int32Array.from(shares, (share) => 0.5 + share * 2 ** SHIFT),
  }));
}

/** The shares of the input positions, from `first` on, that make up each output position. */
function sharesOf(from: number, to: number): { first: number; shares: number[] }[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, position) => {
    const center = (position + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const shares = Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((first + tap - center + 0.5) / reach)),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    return { first, shares: shares.map((share) => share / total) };
  });
}
