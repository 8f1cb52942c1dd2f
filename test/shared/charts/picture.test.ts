import { describe, expect, it } from 'vitest';
import { drawnChart } from '../../../src/shared/charts/chart-description.ts';
import { DARK_THEME, LIGHT_THEME } from '../../../src/shared/charts/palette.ts';
import {
  type PictureCell,
  pictureColours,
  pictureLayer,
  quantityAt,
} from '../../../src/shared/charts/picture.ts';

const RED = '#ff0000';
const layer = (colour: string, ...values: number[]) => ({
  label: colour,
  colour,
  values: Uint8Array.from(values),
  most: 1,
});

describe('the colours of a picture', () => {
  it('go from the background to the colour of the layer', () => {
    expect([...pictureColours([layer(RED, 0, 255)], 2, '#ffffff')]).toEqual([
      255, 255, 255, 255, 255, 0, 0, 255,
    ]);
    expect([...pictureColours([layer('rgb(10, 20, 30)', 255)], 1, '#000000')]).toEqual([
      10, 20, 30, 255,
    ]);
  });

  it('add up like inks on white, and like lights on black', () => {
    const both = [layer('#ff0000', 255), layer('#0000ff', 255)];
    expect([...pictureColours(both, 1, '#ffffff')]).toEqual([0, 0, 0, 255]);
    expect([...pictureColours(both, 1, '#000000')]).toEqual([255, 0, 255, 255]);
  });
});

describe('a layer of a picture', () => {
  it('is scaled to its largest quantity; what is there shows, and what is not does not', () => {
    const { values } = pictureLayer('a', 0, [0, 1, 1000, NaN, -3], 1000);
    expect([...values]).toEqual([0, 1, 255, 0, 0]);
  });

  it('gives its quantities back', () => {
    const linear = pictureLayer('a', 0, [51], 100);
    expect(quantityAt(linear, linear.values[0]!)).toBeCloseTo(51, 0);
    const logarithmic = pictureLayer('a', 0, [1, 1000], 1000, true);
    expect(quantityAt(logarithmic, logarithmic.values[1]!)).toBeCloseTo(1000, 6);
    expect(quantityAt(logarithmic, logarithmic.values[0]!)).toBeCloseTo(1, 1);
  });
});

describe('a picture as a chart', () => {
  const described = {
    kind: 'picture',
    title: 'A mask',
    subtitle: 'of a test',
    xTitle: 'x',
    yTitle: 'y',
    x: { min: 0, max: 4 },
    y: { min: 0, max: 2, isReversed: true },
    width: 4,
    height: 2,
    extent: { left: 0, right: 4, top: 0, bottom: 2 },
    layers: [
      { label: 'Kept', colour: 'text', values: Uint8Array.of(0, 255, 255, 0, 0, 0, 0, 9), most: 1 },
    ],
  } as const;

  it.each([LIGHT_THEME, DARK_THEME])('draws neighbours of a colour at once: %#', (theme) => {
    const [dataset] = drawnChart(described, theme).data.datasets;
    const cells = dataset!.data as unknown as PictureCell[];
    expect(cells.map(({ left, right, top, bottom }) => [left, right, top, bottom])).toEqual([
      [1, 3, 0, 1],
      [3, 4, 1, 2],
    ]);
    expect(cells[0]).toMatchObject({ x: 2, y: 0.5 });
  });
});
