/** What the first layer keeps of each input, as a picture of the input's shape or as a bar by input. */
import { largest } from '../extremes.ts';
import { type InputMap, type InputMeasure, isConvolution } from '../ticket/input-map.ts';
import {
  channelName,
  type PictureShape,
  pictureOfTiles,
  reducedPicture,
  tilesOf,
} from '../ticket/picture-tiles.ts';
import type { AxisDescription, ChartDescription, PictureDescription } from './chart-description.ts';
import { MOST_PIXELS, pictureLayer } from './picture.ts';

const MEASURES: Readonly<Record<InputMeasure, { readonly title: string; readonly unit: string }>> =
  {
    kept: { title: 'Kept weights', unit: 'Kept weights' },
    magnitude: { title: 'Sum of |w| of kept weights', unit: 'Sum of |w|' },
  };

/** The values of a measure; the kept weights where no others are stored. */
export function inputValues(map: InputMap, measure: InputMeasure): Uint32Array | Float64Array {
  return measure === 'magnitude' && map.magnitude ? map.magnitude : map.kept;
}

/** @param subject says which training it is: `Small, replicate 1, level 3, ticket`. */
export function inputMapChart(
  subject: string,
  map: InputMap,
  measure: InputMeasure,
): ChartDescription | PictureDescription {
  const { title, unit } = MEASURES[map.magnitude ? measure : 'kept'];
  const values = inputValues(map, measure);
  const what = isConvolution(map) ? 'position of the filters' : 'input';
  const frame = {
    title: `${title} by ${what}: ${map.tensor}`,
    subtitle: `${subject}; sums over all ${isConvolution(map) ? 'filters' : 'units'} of the layer`,
  };
  if (!map.picture) {
    return {
      kind: 'lines',
      ...frame,
      lines: [
        {
          kind: 'outline',
          label: unit,
          points: Array.from(values, (y, index) => ({ x: index + 1, y })),
          colour: 0,
          isFilled: true,
        },
      ],
      xTitle: 'Input, counted from 1',
      yTitle: unit,
      x: { min: 0.5, max: values.length + 0.5, isWhole: true, includesBounds: false },
      y: { min: 0 },
    };
  }
  const tiles = tilesOf(map.picture);
  const whole = pictureOfTiles(tiles, values);
  const reduced = reducedPicture(whole, MOST_PIXELS);
  const most = largest(reduced.values.map((value) => (Number.isNaN(value) ? 0 : value)));
  return {
    kind: 'picture',
    ...frame,
    width: reduced.width,
    height: reduced.height,
    extent: { left: 0.5, right: tiles.width + 0.5, top: 0.5, bottom: tiles.height + 0.5 },
    layers: [pictureLayer(unit, 0, reduced.values, most === 0 ? 1 : most)],
    xTitle: columnTitle(map.picture),
    yTitle: 'Row',
    x: { min: 0.5, max: tiles.width + 0.5, ...columnTicks(map.picture, tiles.across) },
    y: {
      min: 0.5,
      max: tiles.height + 0.5,
      isReversed: true,
      isWhole: true,
      includesBounds: false,
    },
  };
}

function columnTitle([, , channels]: PictureShape): string {
  return channels === 1 ? 'Column' : 'Column, one tile for each channel';
}

/** Names of channels under their tiles, where all tiles are in one row. */
function columnTicks([, width, channels]: PictureShape, across: number): Partial<AxisDescription> {
  if (channels === 1 || across < channels) return { isWhole: true, includesBounds: false };
  return {
    namedTicks: Array.from({ length: channels }, (_, channel) => ({
      at: channel * (width + 1) + (width + 1) / 2,
      name: channelName(channel, channels),
    })),
  };
}
