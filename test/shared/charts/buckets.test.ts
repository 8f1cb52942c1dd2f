import { describe, expect, it } from 'vitest';
import {
  BlockExtremes,
  firstAtLeast,
  placeIn,
  pointsToDraw,
  shareOf,
} from '../../../src/shared/charts/buckets.ts';
import { rng } from '../../../src/shared/rng.ts';

const random = rng('test', 'buckets');
const noise = (count: number) =>
  Float64Array.from({ length: count }, () => random.below(1_000_000));
const rising = (count: number) => Float64Array.from({ length: count }, (_, index) => index);

/** By reading every value. */
function extremesOf(values: ArrayLike<number>, from: number, end: number) {
  const part = Array.from(values).slice(from, end);
  return [part.reduce((a, b) => (b < a ? b : a)), part.reduce((a, b) => (b > a ? b : a))];
}

describe('the lowest and highest values of a part', () => {
  it.each([
    [0, 5000],
    [1, 2],
    [255, 257],
    [256, 512],
    [3, 4997],
    [4990, 5000],
  ])('are those of reading all from %i to %i', (from, end) => {
    const values = noise(5000);
    const { lowest, highest } = new BlockExtremes(values).within(from, end);
    expect([values[lowest], values[highest]]).toEqual(extremesOf(values, from, end));
    for (const index of [lowest, highest]) {
      expect(index).toBeGreaterThanOrEqual(from);
      expect(index).toBeLessThan(end);
    }
  });

  it('leave out what is no number', () => {
    const values = noise(2000).fill(Number.NaN, 100, 1500);
    const extremes = new BlockExtremes(values);
    expect(extremes.within(200, 1400)).toEqual({ lowest: -1, highest: -1 });
    expect(extremes.within(50, 1600).lowest).not.toBe(-1);
  });

  it('are found in a list that has grown', () => {
    const values = [...noise(700)];
    const extremes = new BlockExtremes(values);
    extremes.within(0, 700);
    values.push(-1, ...noise(900), 2_000_000);
    expect(extremes.within(0, values.length)).toEqual({ lowest: 700, highest: values.length - 1 });
  });
});

describe('the points to draw', () => {
  const span = (from: number, to: number, isLogarithmic = false) => ({ from, to, isLogarithmic });

  it('are all points where there is room for all', () => {
    const xs = rising(10);
    const indices = pointsToDraw(xs, new BlockExtremes(noise(10)), span(0, 9), 100);
    expect(indices).toEqual([...rising(10)]);
  });

  it('reach over both edges of the part that is seen, so that the line does', () => {
    const xs = rising(100);
    const indices = pointsToDraw(xs, new BlockExtremes(noise(100)), span(10.5, 20.5), 100);
    expect([indices[0], indices.at(-1)]).toEqual([10, 21]);
  });

  it.each([false, true])(
    'have every extreme of a long curve (logarithmic: %s)',
    (isLogarithmic) => {
      const count = 200_000;
      const xs = rising(count).map((x) => x + 1);
      const values = noise(count);
      values[77_777] = 5_000_000;
      values[123_456] = -5;
      const indices = pointsToDraw(
        xs,
        new BlockExtremes(values),
        span(1, count, isLogarithmic),
        300,
      );
      expect(indices.length).toBeLessThanOrEqual(2 * 300 + 2);
      expect(indices).toContain(77_777);
      expect(indices).toContain(123_456);
      expect([indices[0], indices.at(-1)]).toEqual([0, count - 1]);
      expect(indices).toEqual([...indices].sort((one, other) => one - other));
      expect(new Set(indices).size).toBe(indices.length);
    },
  );

  it('have the extremes of the first and the last column, whatever lies beside them', () => {
    const xs = rising(40);
    const values = new Float64Array(40).fill(5);
    // The neighbours of what is seen are lower and higher than all within.
    for (const [index, value] of [
      [9, 0],
      [11, 1],
      [12, 9],
      [27, 9],
      [28, 1],
      [30, 10],
    ] as const) {
      values[index] = value;
    }
    const indices = pointsToDraw(xs, new BlockExtremes(values), span(9.5, 29.5), 4);
    expect(indices).toEqual(expect.arrayContaining([9, 11, 12, 27, 28, 30]));
    expect([indices[0], indices.at(-1)]).toEqual([9, 30]);
  });

  it('have one without a value where a column has none, so that the line has a gap', () => {
    const values = noise(100).fill(Number.NaN, 40, 60);
    const drawn = pointsToDraw(rising(100), new BlockExtremes(values), span(0, 99), 10);
    expect(drawn.filter((index) => Number.isNaN(values[index])).length).toBeGreaterThan(0);
    expect(drawn.length).toBeLessThanOrEqual(2 * 10 + 2);
  });

  it('are none of an empty curve', () => {
    expect(pointsToDraw([], new BlockExtremes([]), span(0, 1), 10)).toEqual([]);
  });
});

describe('a place on an axis', () => {
  it.each([false, true])('is where its share is (logarithmic: %s)', (isLogarithmic) => {
    const span = { from: 2, to: 200, isLogarithmic };
    expect(placeIn(span, 0.5)).toBeCloseTo(isLogarithmic ? 20 : 101);
    expect(shareOf(span, placeIn(span, 0.3))).toBeCloseTo(0.3);
  });

  it('is found among rising values', () => {
    expect([0, 1, 2.5, 9].map((x) => firstAtLeast([1, 2, 3], x))).toEqual([0, 0, 2, 3]);
  });
});
