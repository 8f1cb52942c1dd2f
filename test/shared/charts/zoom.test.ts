import { describe, expect, it } from 'vitest';
import {
  type AxisGeometry,
  movedTo,
  pixelAt,
  rangeBetween,
  valueAt,
  zoomed,
} from '../../../src/shared/charts/zoom.ts';

/** From 100 % at the left to 1 % at the right. */
const density: AxisGeometry = {
  from: 1,
  to: 100,
  isLogarithmic: true,
  fromPixel: 250,
  toPixel: 50,
};
const iteration: AxisGeometry = {
  from: 0,
  to: 1000,
  isLogarithmic: false,
  fromPixel: 50,
  toPixel: 250,
};

describe('a place in a plot', () => {
  it.each([
    [density, 10, 150],
    [density, 100, 50],
    [iteration, 500, 150],
  ])('is where its value is %#', (axis, value, pixel) => {
    expect(pixelAt(axis, value)).toBeCloseTo(pixel);
    expect(valueAt(axis, pixel)).toBeCloseTo(value);
  });

  it('is dragged over in either direction, and not beyond the axis', () => {
    expect(rangeBetween(iteration, 100, 200)).toEqual({ from: 250, to: 750 });
    expect(rangeBetween(iteration, 200, -40)).toEqual({ from: 0, to: 750 });
    const { from, to } = rangeBetween(density, 50, 150);
    expect([from, to]).toEqual([expect.closeTo(10), expect.closeTo(100)]);
  });
});

describe('a zoom', () => {
  const seen = { from: 0, to: 100, isLogarithmic: false };

  it('leaves the centre where it is', () => {
    expect(zoomed(seen, seen, 20, 0.5)).toEqual({ from: 10, to: expect.closeTo(60) });
  });

  it('ends when everything is seen again', () => {
    const part = { ...seen, from: 10, to: 60 };
    expect(zoomed(part, seen, 20, 4)).toBeUndefined();
    expect(zoomed(part, seen, 10, 2)).toEqual({ from: 10, to: 100 });
  });

  it('goes along with the place that is read', () => {
    const part = { ...seen, from: 20, to: 40 };
    expect(movedTo(part, 30)).toEqual({ from: 20, to: 40 });
    expect(movedTo(part, 50)).toEqual({ from: expect.closeTo(31), to: expect.closeTo(51) });
    expect(movedTo(part, 10)).toEqual({ from: expect.closeTo(9), to: expect.closeTo(29) });
  });
});
