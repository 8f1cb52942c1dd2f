import { describe, expect, it } from 'vitest';
import {
  asPicture,
  describeInput,
  pictureOfTiles,
  reducedPicture,
  tilesOf,
} from '../../../src/shared/ticket/picture-tiles.ts';

describe('tiles of a picture', () => {
  it('are the picture itself where it has one channel', () => {
    expect(tilesOf([2, 3, 1])).toEqual({
      width: 3,
      height: 2,
      across: 1,
      indices: Int32Array.of(0, 1, 2, 3, 4, 5),
    });
  });

  it('are side by side for each channel, a pixel apart', () => {
    const { width, height, indices } = tilesOf([1, 2, 3]);
    expect([width, height]).toEqual([8, 1]);
    expect([...indices]).toEqual([0, 3, -1, 1, 4, -1, 2, 5]);
  });

  it('form a square where there are many', () => {
    const { width, height, across, indices } = tilesOf([1, 1, 5]);
    expect([width, height, across]).toEqual([5, 3, 3]);
    // prettier-ignore
    expect([...indices]).toEqual([
      0, -1, 1, -1, 2,
      -1, -1, -1, -1, -1,
      3, -1, 4, -1, -1,
    ]);
  });

  it('take values by index, and none in gaps', () => {
    const { values } = pictureOfTiles(tilesOf([1, 1, 2]), [7, 9]);
    expect([...values]).toEqual([7, NaN, 9]);
  });
});

it('only three sizes are a picture', () => {
  expect(asPicture([28, 28, 1])).toEqual([28, 28, 1]);
  expect(asPicture([784])).toBeUndefined();
  expect(asPicture([3, 3, 16, 32])).toBeUndefined();
  expect(asPicture(undefined)).toBeUndefined();
});

it('inputs are named by pixel and channel, counted from 1', () => {
  expect(describeInput(29, [28, 28, 1])).toBe('row 2, column 2');
  expect(describeInput(5, [2, 2, 3])).toBe('row 1, column 2, blue');
  // The input of a hidden layer, with three filters before it.
  expect(describeInput(5, [2, 2, 3], false)).toBe('row 1, column 2, channel 3');
  expect(describeInput(3, [2, 2, 2])).toBe('row 1, column 2, channel 2');
  expect(describeInput(5, undefined)).toBe('input 6');
});

it('a large picture is reduced to means of blocks, gaps aside', () => {
  const values = Float64Array.of(1, 3, 5, NaN, 1, 3, 5, 7);
  const reduced = reducedPicture({ width: 4, height: 2, values }, 2);
  expect([reduced.width, reduced.height]).toEqual([2, 1]);
  expect(reduced.values[0]).toBe(2);
  expect(reduced.values[1]).toBeCloseTo(17 / 3, 12);
});
