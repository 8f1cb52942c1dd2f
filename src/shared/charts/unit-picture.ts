/** The weights of one unit as a picture: what is positive in one colour, what is negative in another. */
import {
  pictureOfTiles,
  type PictureShape,
  reducedPicture,
  tilesOf,
} from '../ticket/picture-tiles.ts';
import type { PictureDescription } from './chart-description.ts';
import { MOST_PIXELS, pictureLayer } from './picture.ts';

/**
 * @param values `[inputs]`; pruned weights are 0.
 * @param most the magnitude of the full colours.
 */
export function unitPictureChart(
  { title, subject }: { readonly title: string; readonly subject: string },
  picture: PictureShape,
  values: ArrayLike<number>,
  most: number,
): PictureDescription {
  const tiles = tilesOf(picture);
  const drawn = reducedPicture(pictureOfTiles(tiles, values), MOST_PIXELS);
  const largest = most === 0 ? 1 : most;
  const negative = drawn.values.map((value) => -value);
  const axis = (pixels: number) => ({
    min: 0.5,
    max: pixels + 0.5,
    isWhole: true,
    includesBounds: false,
  });
  return {
    kind: 'picture',
    title,
    subtitle: subject,
    width: drawn.width,
    height: drawn.height,
    extent: { left: 0.5, right: tiles.width + 0.5, top: 0.5, bottom: tiles.height + 0.5 },
    layers: [
      pictureLayer('Positive weight', 0, drawn.values, largest),
      pictureLayer('Negative weight', 1, negative, largest),
    ],
    xTitle: picture[2] === 1 ? 'Column' : 'Column, one tile for each channel',
    yTitle: 'Row',
    x: axis(tiles.width),
    y: { ...axis(tiles.height), isReversed: true },
  };
}
