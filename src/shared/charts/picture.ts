/**
 * A picture of values over two axes, such as a mask: layers of ink over the background. Each layer has a
 * colour and says how much of it each pixel gets, so that a pixel can be of several kinds at once.
 */
import type { LegendItem } from 'chart.js';
import { withColourLegend } from './colour-legend.ts';
import { CELLS } from './heat-map.ts';
import { type ChartPoint, type LineChart, lineChart, type LineChartParts } from './line-chart.ts';
import type { ChartTheme } from './palette.ts';
import { shortNumber } from './short-number.ts';

export interface PictureLayer<Colour> {
  /** What a pixel of the full colour is, with its unit: `Kept weights`. */
  readonly label: string;
  readonly colour: Colour;
  /** `[height, width]`, row-major from the top: 0 is the background, 255 the full colour. */
  readonly values: Uint8Array;
  /** The quantity at 255. */
  readonly most: number;
  /** Whether the values are those of log(1 + quantity). Default: no. */
  readonly isLogarithmic?: boolean;
}

/** The edges of a picture in units of its axes. */
export interface PictureExtent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface PictureParts<Colour> {
  readonly width: number;
  readonly height: number;
  readonly extent: PictureExtent;
  readonly layers: readonly PictureLayer<Colour>[];
}

/** The most pixels of a picture: each may be a rectangle of an SVG file. */
export const MOST_PIXELS = 65_536;

/** A layer of quantities, scaled to the largest of them. NaN is drawn as the background. */
export function pictureLayer<Colour>(
  label: string,
  colour: Colour,
  quantities: ArrayLike<number>,
  most: number,
  isLogarithmic = false,
): PictureLayer<Colour> {
  const scaled = (quantity: number): number => {
    if (!(quantity > 0) || most <= 0) return 0;
    const share = isLogarithmic ? Math.log1p(quantity) / Math.log1p(most) : quantity / most;
    // What is there is never drawn as if it were not.
    return Math.max(1, Math.min(255, Math.round(255 * share)));
  };
  const values = Uint8Array.from({ length: quantities.length }, (_, pixel) =>
    scaled(quantities[pixel]!),
  );
  return { label, colour, values, most, ...(isLogarithmic && { isLogarithmic }) };
}

type Rgb = readonly [number, number, number];

/**
 * `[height, width, 4]`: red, green, blue and opacity of every pixel. Layers add up like inks on paper, or
 * like lights in the dark.
 */
export function pictureColours(
  layers: readonly PictureLayer<string>[],
  pixels: number,
  background: string,
): Uint8ClampedArray<ArrayBuffer> {
  const paper = rgbOf(background);
  const inks = layers.map(({ colour, values }) => {
    const own = rgbOf(colour);
    return { values, steps: own.map((channel, index) => (channel - paper[index]!) / 255) };
  });
  const colours = new Uint8ClampedArray(pixels * 4);
  const [only, ...others] = layers;
  if (only && others.length === 0 && pixels > VALUES) {
    paintOne(colours, only, background);
    return colours;
  }
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      let sum = paper[channel]!;
      for (const { values, steps } of inks) sum += values[pixel]! * steps[channel]!;
      // It is rounded and kept in 0..255.
      colours[pixel * 4 + channel] = sum;
    }
    colours[pixel * 4 + 3] = 255;
  }
  return colours;
}

/** The values that a byte has. */
const VALUES = 256;

/** With one layer a pixel has one of 256 colours, which are computed once. */
function paintOne(
  colours: Uint8ClampedArray<ArrayBuffer>,
  layer: PictureLayer<string>,
  background: string,
): void {
  const every = Uint8Array.from({ length: VALUES }, (_, value) => value);
  const words = pictureColours([{ ...layer, values: every }], VALUES, background);
  const table = new Uint32Array(words.buffer);
  const painted = new Uint32Array(colours.buffer);
  for (let pixel = 0; pixel < painted.length; pixel += 1) {
    painted[pixel] = table[layer.values[pixel]!]!;
  }
}

/** @param colour `#rrggbb` or `rgb(r, g, b)`, as themes have them. */
function rgbOf(colour: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (hex) return [parseInt(hex[1]!, 16), parseInt(hex[2]!, 16), parseInt(hex[3]!, 16)];
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** Steps of a layer in the legend, if it has it alone. */
const LEGEND_STEPS = [0.25, 0.5, 0.75, 1];

/** Neighbouring pixels of one colour: their centre and their edges, in units of the axes. */
export interface PictureCell extends ChartPoint, PictureExtent {
  readonly colour: string;
}

export function picture(
  parts: Omit<LineChartParts, 'datasets'> & PictureParts<string>,
  theme: ChartTheme,
): LineChart {
  const { width, height, extent, layers, ...frame } = parts;
  const label = layers.map((layer) => layer.label).join(', ');
  const data = cellsOf({ width, height, extent, layers }, theme);
  const chart = lineChart(
    { ...frame, datasets: [{ label, data, showLine: false, pointRadius: 0 }] },
    theme,
  );
  const labels = legendOf(layers, theme);
  return { ...withColourLegend(chart, labels, theme), plugins: [CELLS] };
}

function legendOf(layers: readonly PictureLayer<string>[], theme: ChartTheme): LegendItem[] {
  const shares = layers.length === 1 ? LEGEND_STEPS : [1];
  return layers.flatMap((layer) =>
    shares.map((share, index): LegendItem => ({
      text: index === 0 ? legendLabel(layer, share) : shortNumber(quantityAt(layer, 255 * share)),
      fillStyle: mixed(layer, share, theme),
      fontColor: theme.text,
      lineWidth: 0,
    })),
  );
}

function legendLabel(layer: PictureLayer<string>, share: number): string {
  // A share of 1 is a weight that is or is not there: the label says it all.
  return layer.most === 1 && share === 1
    ? layer.label
    : `${layer.label}: ${shortNumber(quantityAt(layer, 255 * share))}`;
}

function mixed(layer: PictureLayer<string>, share: number, theme: ChartTheme): string {
  const values = Uint8Array.of(Math.round(255 * share));
  return cssColour(pictureColours([{ ...layer, values }], 1, theme.background), 0);
}

/** The quantity that a value of a layer stands for. */
export function quantityAt<Colour>(
  { most, isLogarithmic }: Pick<PictureLayer<Colour>, 'most' | 'isLogarithmic'>,
  value: number,
): number {
  const share = value / 255;
  return isLogarithmic === true ? Math.expm1(share * Math.log1p(most)) : share * most;
}

/** Neighbours of the same colour in a row are one cell. Cells of the background are left out. */
function cellsOf(
  { width, height, extent, layers }: PictureParts<string>,
  theme: ChartTheme,
): PictureCell[] {
  const colours = pictureColours(layers, width * height, theme.background);
  const words = new Uint32Array(colours.buffer);
  const paper = new Uint32Array(pictureColours([], 1, theme.background).buffer)[0]!;
  const across = (extent.right - extent.left) / width;
  const down = (extent.bottom - extent.top) / height;
  const cells: PictureCell[] = [];
  for (let y = 0; y < height; y += 1) {
    let start = 0;
    for (let x = 1; x <= width; x += 1) {
      const first = y * width + start;
      if (x < width && words[y * width + x] === words[first]) continue;
      if (words[first] !== paper) {
        const [left, right] = [extent.left + start * across, extent.left + x * across];
        const [top, bottom] = [extent.top + y * down, extent.top + (y + 1) * down];
        cells.push({
          x: (left + right) / 2,
          y: (top + bottom) / 2,
          left,
          right,
          top,
          bottom,
          colour: cssColour(colours, first),
        });
      }
      start = x;
    }
  }
  return cells;
}

function cssColour(colours: Uint8ClampedArray, pixel: number): string {
  const [red, green, blue] = colours.subarray(pixel * 4, pixel * 4 + 3);
  return `rgb(${red}, ${green}, ${blue})`;
}
