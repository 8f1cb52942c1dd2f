import { describe, expect, it } from 'vitest';
import {
  between,
  columnFrame,
  coveredBy,
  drawColumns,
  isInGap,
} from '../../../src/renderer/charts/column-drawing.ts';

const FRAME = { left: 0, top: 0, bottom: 100, step: 1, count: 6 };
const SAME = { x: (value: number) => value, y: (value: number) => value };
const covered = (...points: readonly (readonly [number, number])[]) => {
  const { top, bottom } = coveredBy(
    points.map(([x, y]) => ({ x, y })),
    SAME,
    FRAME,
  );
  return Array.from(top, (value, column) =>
    value === Infinity ? undefined : [value, bottom[column]],
  );
};

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
    const low = coveredBy(
      [
        { x: 0, y: 80 },
        { x: 5, y: 80 },
      ],
      SAME,
      FRAME,
    );
    const high = coveredBy(
      [
        { x: 0, y: 20 },
        { x: 5, y: 30 },
      ],
      SAME,
      FRAME,
    );
    const area = between(high, low);
    expect([area.top[2], area.bottom[2]]).toEqual([24, 80]);
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
    const drawn: number[][] = [];
    const pen = {
      save: () => undefined,
      restore: () => undefined,
      fillRect: (...rectangle: number[]) => drawn.push(rectangle),
    } as unknown as CanvasRenderingContext2D;
    const line = coveredBy(
      [
        { x: 0, y: 50 },
        { x: 1, y: 50 },
        { x: 2, y: 300 },
      ],
      SAME,
      FRAME,
    );
    drawColumns(pen, line, { colour: 'red', width: 2, dash: [] }, FRAME);
    expect(drawn).toEqual([
      [0, 49, 1, 2],
      [1, 49, 1, 51],
    ]);
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
