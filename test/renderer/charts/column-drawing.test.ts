import { describe, expect, it } from 'vitest';
import {
  between,
  columnFrame,
  type Covered,
  coveredBy,
  drawColumns,
  isInGap,
} from '../../../src/renderer/charts/column-drawing.ts';
import { recordingPen } from './recording-pen.ts';

const FRAME = { left: 0, top: 0, bottom: 100, step: 1, count: 6 };
const SAME = { x: (value: number) => value, y: (value: number) => value };
const lineOf = (...points: readonly (readonly [number, number])[]) =>
  coveredBy(
    points.map(([x, y]) => ({ x, y })),
    SAME,
    FRAME,
  );
const covered = (...points: readonly (readonly [number, number])[]) => {
  const { top, bottom } = lineOf(...points);
  return Array.from(top, (value, column) =>
    value === Infinity ? undefined : [value, bottom[column]],
  );
};

/** The rectangles of a line. @param width 0 for an area. */
function drawnWith(width: number, line: Covered): number[][] {
  const { pen, rectangles } = recordingPen();
  drawColumns(pen, line, { colour: 'red', width, dash: [] }, FRAME);
  return rectangles.map((each) => [each.x, each.y, each.width, each.height]);
}

describe('a line in columns of pixels', () => {
  it('covers all that lies between its points', () => {
    expect(covered([0, 10], [2, 30])).toEqual([
      [10, 20],
      [20, 30],
      [30, 30],
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('covers the extremes of many points in one column, and the way to the next', () => {
    const [first, second] = covered([0.1, 50], [0.2, 5], [0.4, 95], [0.5, 50], [1.5, 60]);
    expect(first).toEqual([5, 95]);
    expect(second).toEqual([55, 60]);
  });

  it('reaches the edges from points beyond them', () => {
    expect(covered([-6, 0], [12, 18])).toEqual(
      [0, 1, 2, 3, 4, 5].map((column) => [column + 6, column + 7]),
    );
    expect(covered([-6, 0], [-1, 9])).toEqual(Array.from({ length: 6 }));
  });

  it('is broken by a point that has no place', () => {
    expect(covered([0, 1], [1, Number.NaN], [3, 4])).toEqual([
      [1, 1],
      undefined,
      undefined,
      [4, 4],
      undefined,
      undefined,
    ]);
  });

  it('is the same from right to left', () => {
    expect(covered([4.5, 10], [0.5, 50])).toEqual(covered([0.5, 50], [4.5, 10]));
  });

  it('has an area to another one', () => {
    const [low, high] = [lineOf([0, 80], [5, 80]), lineOf([0, 20], [5, 30])];
    const area = between(high, low);
    expect([area.top[2], area.bottom[2]]).toEqual([24, 80]);
  });

  it('has no area where the other one is not', () => {
    const [whole, half] = [lineOf([0, 80], [6, 20]), lineOf([0, 10], [2, 10])];
    for (const area of [between(whole, half), between(half, whole)]) {
      expect([...area.top].map(Number.isFinite)).toEqual([true, true, true, false, false, false]);
      expect(drawnWith(0, area)).toHaveLength(3);
    }
  });
});

describe('columns', () => {
  it.each([
    [1, 1],
    [1.5, 4 / 3],
    [2, 1],
    [0.5, 2],
  ])('at a pixel ratio of %d begin and end at pixels of the screen', (ratio, step) => {
    const frame = columnFrame({ left: 41.3, right: 141.3, top: 0, bottom: 9 }, ratio);
    expect(frame.step).toBeCloseTo(step);
    expect((frame.left * ratio) % 1).toBeCloseTo(0);
    expect(frame.left + frame.count * frame.step).toBeGreaterThanOrEqual(141.3);
  });

  it('are as wide as the line is where it is level, and end at the edge of the plot', () => {
    const line = lineOf([0, 50], [1, 50], [2, 300]);
    expect(drawnWith(2, line)).toEqual([
      [0, 49, 1, 2],
      [1, 49, 1, 52],
    ]);
  });

  it('are as wide at the edges of the plot as elsewhere, and areas end there', () => {
    const [top, bottom] = [lineOf([0, 0], [3, 0]), lineOf([0, 100], [3, 100])];
    expect(drawnWith(2, top)[0]).toEqual([0, -1, 1, 2]);
    expect(drawnWith(2, bottom)[0]).toEqual([0, 99, 1, 2]);
    const area = between(lineOf([0, -50], [3, -50]), lineOf([0, 150], [3, 150]));
    expect(drawnWith(0, area)[0]).toEqual([0, 0, 1, 100]);
  });

  it('are faint in the gaps of dashes, and leave the pen as it was', () => {
    const { pen, rectangles } = recordingPen();
    pen.globalAlpha = 0.5;
    pen.fillStyle = 'blue';
    drawColumns(pen, lineOf([0, 5], [6, 5]), { colour: 'red', width: 2, dash: [2, 1] }, FRAME);
    expect(rectangles.map(({ opacity }) => opacity)).toEqual([1, 1, 0.25, 1, 1, 0.25]);
    expect(rectangles.every(({ colour }) => colour === 'red')).toBe(true);
    expect([pen.globalAlpha, pen.fillStyle]).toEqual([0.5, 'blue']);
  });
});

it('strokes and gaps follow each other along a line', () => {
  expect([0, 3, 4, 5.9, 6, 10].map((at) => isInGap([4, 2], at))).toEqual([
    false,
    false,
    true,
    true,
    false,
    true,
  ]);
  expect(isInGap([], 7)).toBe(false);
});
