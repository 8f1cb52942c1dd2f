import { describe, expect, it } from 'vitest';
import type { PictureDescription } from '../../../src/shared/charts/chart-description.ts';
import { picturePart } from '../../../src/shared/charts/picture-part.ts';

/** Four pixels across and three down. */
const CHART: PictureDescription = {
  kind: 'picture',
  title: 'A picture',
  subtitle: 'of pixels',
  width: 4,
  height: 3,
  extent: { left: -2, right: 2, top: 30, bottom: 0 },
  layers: [
    {
      label: 'Weights',
      colour: 'text',
      values: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
      most: 1,
    },
  ],
  xTitle: 'Initial value',
  yTitle: 'Final value',
  x: { min: -2, max: 2 },
};

describe('a picture that is zoomed into', () => {
  it('has the pixels, axes and words of the part that is shown', () => {
    expect(picturePart(CHART, { left: 1, top: 1, columns: 2, rows: 2 })).toMatchObject({
      title: 'A picture',
      subtitle: 'of pixels; shown: Initial value -1 to 1, Final value 0 to 20',
      width: 2,
      height: 2,
      extent: { left: -1, right: 1, top: 20, bottom: 0 },
      layers: [{ label: 'Weights', values: Uint8Array.of(5, 6, 9, 10) }],
      x: { min: -1, max: 1 },
      y: { min: 0, max: 20 },
    });
  });

  it('has all pixels of the part where the screen has fewer of them', () => {
    const seen = { left: 1, top: 0, columns: 1, rows: 1 };
    expect(picturePart(CHART, seen, { width: 2, height: 3 })).toMatchObject({
      width: 2,
      height: 1,
      layers: [{ values: Uint8Array.of(2, 3) }],
    });
  });

  it.each([
    [100, 11],
    [28, 25],
    [120, 29],
    [500, 15],
    [7, 10],
  ])('ends with the last pixel of %i where the screen has %i', (pixels, shown) => {
    const values = new Uint8Array(pixels * pixels).fill(1);
    const chart = {
      ...CHART,
      width: pixels,
      height: pixels,
      layers: [{ ...CHART.layers[0]!, values }],
    };
    const seen = { left: 1, top: 2, columns: shown - 1, rows: shown - 2 };
    const part = picturePart(chart, seen, { width: shown, height: shown });
    const start = Math.floor(pixels / shown);
    expect([part.width, part.height]).toEqual([
      pixels - start,
      pixels - Math.floor((2 * pixels) / shown),
    ]);
    expect(part.extent).toMatchObject({ right: 2, bottom: 0 });
    expect(part.layers[0]!.values.every((value) => value === 1)).toBe(true);
  });

  it('is the whole one where all of it is shown, or where the part is of another picture', () => {
    expect(picturePart(CHART, undefined)).toBe(CHART);
    expect(picturePart(CHART, { left: 0, top: 0, columns: 4, rows: 3 })).toBe(CHART);
    expect(picturePart(CHART, { left: 3, top: 0, columns: 4, rows: 3 })).toBe(CHART);
  });
});
