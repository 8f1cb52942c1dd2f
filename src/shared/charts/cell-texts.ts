/** Texts within the cells of a heat map, and the outline of the best one. */
import type { Chart, Plugin } from 'chart.js';
import { fontOf, penOf } from './pen.ts';

/** What is written into a cell, which knows its place and its colour. */
export interface WrittenCell {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly colour: string;
  /** From long to short: the first that has room is written. */
  readonly texts?: readonly string[];
  readonly isBest?: boolean;
}

/** The cells of a chart, which Chart.js keeps as the points of a line. */
export function cellsOf({ data }: Pick<Chart<'line'>, 'data'>): readonly WrittenCell[] {
  const points: unknown = data.datasets[0]?.data ?? [];
  return points as readonly WrittenCell[];
}

/** Room between a text and the edges of its cell, in pixels. */
const MARGIN = 3;

export const CELL_TEXTS: Plugin<'line'> = {
  id: 'cell-texts',
  afterDatasetsDraw(chart) {
    const { x, y } = chart.scales;
    if (!x || !y) return;
    const pen = penOf(chart);
    const { size, css } = fontOf(x);
    pen.save();
    pen.font = css;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    for (const cell of cellsOf(chart)) {
      const [left, right] = [x.getPixelForValue(cell.left), x.getPixelForValue(cell.right)];
      const [one, other] = [y.getPixelForValue(cell.top), y.getPixelForValue(cell.bottom)];
      const [width, height] = [right - left, Math.abs(other - one)];
      const text = cell.texts?.find((each) => {
        return pen.measureText(each).width <= width - 2 * MARGIN && size <= height - 2 * MARGIN;
      });
      const ink = inkOn(cell.colour);
      if (text !== undefined) {
        pen.fillStyle = ink;
        pen.fillText(text, (left + right) / 2, (one + other) / 2);
      }
      if (cell.isBest !== true) continue;
      pen.strokeStyle = ink;
      pen.lineWidth = 2;
      pen.strokeRect(left + 2, Math.min(one, other) + 2, width - 4, height - 4);
    }
    pen.restore();
  },
};

/** Black or white, whichever is easier to read on the colour. @param colour `rgb(…)` or `#rrggbb`. */
function inkOn(colour: string): string {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  // Relative luminance (WCAG 2.1), in which black and white have equal contrast at 0.179.
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}
