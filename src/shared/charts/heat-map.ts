/** Values over two axes as coloured cells. Chart.js has no heat map: the cells are points of a line. */
import type { LegendItem, Plugin } from 'chart.js';
import { type ChartPoint, type LineChart, lineChart, type LineChartParts } from './line-chart.ts';
import { type ChartTheme, orderedColour } from './palette.ts';
import { shortNumber } from './short-number.ts';

/** A cell: its centre and its edges, in units of the axes. */
export interface HeatCell extends ChartPoint {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  /** The colours begin at 0; smaller values have the same colour as 0. */
  readonly value: number;
  /** Which of several quantities at one place it shows. Default: there is only one. */
  readonly quantity?: string;
}

interface ColouredCell extends HeatCell {
  readonly colour: string;
}

export interface HeatMapParts extends Omit<LineChartParts, 'datasets'> {
  readonly cells: readonly HeatCell[];
  /** The title of the values with their unit: `Distance (%)`. */
  readonly valueTitle: string;
}

/** Colours in the legend, from 0 to the largest value. */
const LEGEND_STEPS = 5;

export function heatMap(
  { cells, valueTitle, ...parts }: HeatMapParts,
  theme: ChartTheme,
): LineChart {
  const colourOf = coloursOf(cells, theme);
  const data = cells.map((cell): ColouredCell => ({ ...cell, colour: colourOf(cell.value) }));
  const chart = lineChart(
    {
      ...parts,
      datasets: [{ label: valueTitle, data, showLine: false, pointRadius: 0 }],
    },
    theme,
  );
  const labels = heatSteps(cells, theme).map(({ text, colour }, index): LegendItem => ({
    text: index === 0 ? `${valueTitle}: ${text}` : text,
    fillStyle: colour,
    fontColor: theme.text,
    lineWidth: 0,
  }));
  return {
    ...chart,
    options: {
      ...chart.options,
      plugins: {
        ...chart.options?.plugins,
        legend: {
          display: true,
          labels: { color: theme.text, boxWidth: 18, boxHeight: 12, generateLabels: () => labels },
        },
      },
    },
    plugins: [CELLS],
  };
}

interface HeatStep {
  readonly text: string;
  readonly colour: string;
}

/** Values from 0 to the largest at even distances, with their colours: the legend. */
export function heatSteps(cells: readonly HeatCell[], theme: ChartTheme): HeatStep[] {
  const colourOf = coloursOf(cells, theme);
  const most = largestOf(cells);
  return Array.from({ length: LEGEND_STEPS }, (_, index) => {
    const value = (index / (LEGEND_STEPS - 1)) * most;
    return { text: shortNumber(value), colour: colourOf(value) };
  });
}

function coloursOf(cells: readonly HeatCell[], theme: ChartTheme): (value: number) => string {
  const most = largestOf(cells);
  return (value) => orderedColour(theme, most === 0 ? 0 : Math.max(0, value) / most);
}

function largestOf(cells: readonly HeatCell[]): number {
  return cells.reduce((most, { value }) => Math.max(most, value), 0);
}

/** The part of a canvas that drawing cells needs; this module knows no DOM. */
interface Pen {
  fillStyle: string;
  save(): void;
  restore(): void;
  beginPath(): void;
  rect(x: number, y: number, width: number, height: number): void;
  clip(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
}

/**
 * Fills every cell from whole pixel to whole pixel of the device, so that no seams show between cells.
 * Vectors have much finer pixels than CSS.
 */
export const CELLS: Plugin<'line'> = {
  id: 'cells',
  beforeDatasetsDraw({ ctx, scales, data, chartArea, currentDevicePixelRatio }) {
    const { x, y } = scales;
    if (!x || !y) return;
    const whole = (pixel: number) =>
      Math.round(pixel * currentDevicePixelRatio) / currentDevicePixelRatio;
    const pen = ctx as unknown as Pen;
    pen.save();
    pen.beginPath();
    pen.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
    pen.clip();
    for (const cell of data.datasets[0]!.data as unknown as readonly ColouredCell[]) {
      const left = whole(x.getPixelForValue(cell.left));
      const top = whole(y.getPixelForValue(cell.top));
      const right = whole(x.getPixelForValue(cell.right));
      const bottom = whole(y.getPixelForValue(cell.bottom));
      pen.fillStyle = cell.colour;
      pen.fillRect(left, top, right - left, bottom - top);
    }
    pen.restore();
  },
};
