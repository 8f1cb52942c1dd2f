/** Values over two axes as coloured cells. Chart.js has no heat map: the cells are points of a line. */
import type { LegendItem, Plugin } from 'chart.js';
import { CELL_TEXTS } from './cell-texts.ts';
import { type ChartPoint, type LineChart, lineChart, type LineChartParts } from './line-chart.ts';
import { type ChartTheme, orderedColour } from './palette.ts';
import { penOf } from './pen.ts';

/** A cell: its centre and its edges, in units of the axes. */
export interface HeatCell extends ChartPoint {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  /** NaN: there is none, and the cell is grey. Smaller values than the lowest have its colour. */
  readonly value: number;
  /** Which of several quantities at one place it shows. Default: there is only one. */
  readonly quantity?: string;
  /** What is written into the cell, from long to short: the first that has room. */
  readonly texts?: readonly string[];
  /** Outlined. Default: no. */
  readonly isBest?: boolean;
  /** Said after the value where the cell is read. */
  readonly notes?: readonly string[];
}

interface ColouredCell extends HeatCell {
  readonly colour: string;
}

interface ColouredValues {
  readonly cells: readonly HeatCell[];
  /** The value of the first colour. Default: 0. */
  readonly lowest?: number;
}

export interface HeatMapParts extends Omit<LineChartParts, 'datasets'>, ColouredValues {
  /** The title of the values with their unit: `Distance (%)`. */
  readonly valueTitle: string;
}

/** Colours in the legend, from the lowest to the largest value. */
const LEGEND_STEPS = 5;

export function heatMap(
  { cells, valueTitle, lowest = 0, ...parts }: HeatMapParts,
  theme: ChartTheme,
): LineChart {
  const colourOf = coloursOf({ cells, lowest }, theme);
  const data = cells.map((cell): ColouredCell => ({ ...cell, colour: colourOf(cell.value) }));
  const chart = lineChart(
    {
      ...parts,
      datasets: [{ label: valueTitle, data, showLine: false, pointRadius: 0 }],
    },
    theme,
  );
  const labels = heatSteps({ cells, lowest }, theme).map(({ text, colour }, index): LegendItem => ({
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
    plugins: [CELLS, CELL_TEXTS],
  };
}

interface HeatStep {
  readonly text: string;
  readonly colour: string;
}

/** Values from the lowest to the largest at even distances, with their colours: the legend. */
export function heatSteps(values: ColouredValues, theme: ChartTheme): HeatStep[] {
  const colourOf = coloursOf(values, theme);
  const { lowest = 0 } = values;
  const extent = largestOf(values) - lowest;
  return Array.from({ length: LEGEND_STEPS }, (_, index) => {
    const value = lowest + (index / (LEGEND_STEPS - 1)) * extent;
    return { text: readable(value, lowest === 0 ? 3 : 4), colour: colourOf(value) };
  });
}

function coloursOf(values: ColouredValues, theme: ChartTheme): (value: number) => string {
  const { lowest = 0 } = values;
  const extent = largestOf(values) - lowest;
  return (value) => {
    if (Number.isNaN(value)) return theme.grid;
    return orderedColour(theme, extent === 0 ? 0 : Math.max(0, value - lowest) / extent);
  };
}

/** The largest value, and at least the lowest. */
function largestOf({ cells, lowest = 0 }: ColouredValues): number {
  return cells.reduce((most, { value }) => (value > most ? value : most), lowest);
}

/**
 * Fills every cell from whole pixel to whole pixel of the device, so that no seams show between cells.
 * Vectors have much finer pixels than CSS.
 */
export const CELLS: Plugin<'line'> = {
  id: 'cells',
  beforeDatasetsDraw(chart) {
    const { scales, data, chartArea, currentDevicePixelRatio } = chart;
    const { x, y } = scales;
    if (!x || !y) return;
    const whole = (pixel: number) =>
      Math.round(pixel * currentDevicePixelRatio) / currentDevicePixelRatio;
    const pen = penOf(chart);
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

/** Values that begin elsewhere than at 0 may differ in their last digits only. */
function readable(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}
