/** Values of an example's shape, `[height, width, channels]`, as a picture with one tile per channel. */

/** `[height, width, channels]` */
export type PictureShape = readonly [number, number, number];

export interface Tiles {
  readonly width: number;
  readonly height: number;
  /** Tiles in one row of the picture. */
  readonly across: number;
  /** `[height, width]`: which value a pixel shows; -1 for a gap between tiles. */
  readonly indices: Int32Array;
}

/** As many tiles in one row still have room for their names. */
const MOST_IN_A_ROW = 4;

export function asPicture(shape: readonly number[] | undefined): PictureShape | undefined {
  const [height, width, channels, ...rest] = shape ?? [];
  if (height === undefined || width === undefined || channels === undefined) return undefined;
  return rest.length === 0 ? [height, width, channels] : undefined;
}

/** Tiles side by side, a pixel apart; more than four form a square. */
export function tilesOf([height, width, channels]: PictureShape): Tiles {
  const across = channels <= MOST_IN_A_ROW ? channels : Math.ceil(Math.sqrt(channels));
  const down = Math.ceil(channels / across);
  const tiles = { width: across * (width + 1) - 1, height: down * (height + 1) - 1 };
  const indices = new Int32Array(tiles.width * tiles.height).fill(-1);
  for (let channel = 0; channel < channels; channel += 1) {
    const left = (channel % across) * (width + 1);
    const top = Math.floor(channel / across) * (height + 1);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        indices[(top + y) * tiles.width + left + x] = (y * width + x) * channels + channel;
      }
    }
  }
  return { ...tiles, across, indices };
}

/** `red`, `green` and `blue` for three channels, as every dataset of colour images has them. */
export function channelName(channel: number, channels: number): string {
  if (channels === 3) return ['red', 'green', 'blue'][channel] ?? String(channel + 1);
  return `channel ${channel + 1}`;
}

/**
 * What an input is: `row 3, column 14, red`, counted from 1; `input 7` for inputs without a picture.
 *
 * @param areColours whether three channels are those of a colour image: not those of a hidden layer.
 */
export function describeInput(
  index: number,
  picture: PictureShape | undefined,
  areColours = true,
): string {
  if (!picture) return `input ${index + 1}`;
  const [, width, channels] = picture;
  const pixel = Math.floor(index / channels);
  const place = `row ${Math.floor(pixel / width) + 1}, column ${(pixel % width) + 1}`;
  if (channels === 1) return place;
  const channel = index % channels;
  return `${place}, ${areColours ? channelName(channel, channels) : `channel ${channel + 1}`}`;
}

/** A picture with one value per pixel; NaN in gaps. */
export interface ValuePicture {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
}

export function pictureOfTiles(tiles: Tiles, values: ArrayLike<number>): ValuePicture {
  const { width, height, indices } = tiles;
  return {
    width,
    height,
    values: Float64Array.from(indices, (index) => (index === -1 ? NaN : values[index]!)),
  };
}

/** The mean of square blocks of pixels, so that at most `mostPixels` are left. Gaps do not count. */
export function reducedPicture(picture: ValuePicture, mostPixels: number): ValuePicture {
  const side = Math.ceil(Math.sqrt((picture.width * picture.height) / mostPixels));
  if (side <= 1) return picture;
  const width = Math.ceil(picture.width / side);
  const height = Math.ceil(picture.height / side);
  const sums = new Float64Array(width * height);
  const counts = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width; x += 1) {
      const value = picture.values[y * picture.width + x]!;
      if (Number.isNaN(value)) continue;
      const pixel = Math.floor(y / side) * width + Math.floor(x / side);
      sums[pixel]! += value;
      counts[pixel]! += 1;
    }
  }
  return { width, height, values: sums.map((sum, pixel) => sum / counts[pixel]!) };
}
