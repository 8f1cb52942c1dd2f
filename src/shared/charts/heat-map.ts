/** Values over two axes as coloured cells. Chart.js has no heat map: the cells are points of a line. */
import type { LegendItem, Plugin } from 'chart.js';
import { smallest } from '../extremes.ts';
import { CELL_TEXTS, cellsOf } from './cell-texts.ts';
import { withColourLegend } from './colour-legend.ts';
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
  /** The value of the first colour. Default: 0; with logarithmic colours the smallest value above it. */
  readonly lowest?: number;
  /** Equal ratios of values are equal steps of colour. Cells of 0 are grey. Default: no. */
  readonly isLogarithmic?: boolean;
}

export interface HeatMapParts extends Omit<LineChartParts, 'datasets'>, ColouredValues {
  /** The title of the values with their unit: `Distance (%)`. */
  readonly valueTitle: string;
}

/** Colours in the legend, from the lowest to the largest value. */
const LEGEND_STEPS = 5;

export function heatMap(
  { cells, valueTitle, lowest, isLogarithmic, ...parts }: HeatMapParts,
  theme: ChartTheme,
): LineChart {
  const values: ColouredValues = {
    cells,
    ...(lowest !== undefined && { lowest }),
    ...(isLogarithmic !== undefined && { isLogarithmic }),
  };
  const colourOf = coloursOf(values, theme);
  const data = cells.map((cell): ColouredCell => ({ ...cell, colour: colourOf(cell.value) }));
  const chart = lineChart(
    {
      ...parts,
      datasets: [{ label: valueTitle, data, showLine: false, pointRadius: 0 }],
    },
    theme,
  );
  const title = legendTitle({ ...values, valueTitle });
  const labels = heatSteps(values, theme).map(({ text, colour }, index): LegendItem => ({
    text: index === 0 ? `${title}: ${text}` : text,
    fillStyle: colour,
    fontColor: theme.text,
    lineWidth: 0,
  }));
  return { ...withColourLegend(chart, labels, theme), plugins: [CELLS, CELL_TEXTS] };
}

interface HeatStep {
  readonly text: string;
  readonly colour: string;
}

/** Values from the lowest to the largest at even distances, with their colours: the legend. */
export function heatSteps(values: ColouredValues, theme: ChartTheme): HeatStep[] {
  const colourOf = coloursOf(values, theme);
  const lowest = lowestOf(values);
  const most = largestOf(values);
  return Array.from({ length: LEGEND_STEPS }, (_, index) => {
    const share = index / (LEGEND_STEPS - 1);
    const value = isByRatio(values)
      ? lowest * (most / lowest) ** share
      : lowest + share * (most - lowest);
    return {
      text: readable(value, lowest === 0 || isByRatio(values) ? 3 : 4),
      colour: colourOf(value),
    };
  });
}

/** The title of the values, which says how colours and values go together. */
export function legendTitle({
  valueTitle,
  ...values
}: ColouredValues & { readonly valueTitle: string }): string {
  if (!isByRatio(values)) return valueTitle;
  const hasZeros = values.cells.some(({ value }) => value === 0);
  return `${valueTitle}, logarithmic colours${hasZeros ? ' (grey: 0)' : ''}`;
}

function coloursOf(values: ColouredValues, theme: ChartTheme): (value: number) => string {
  const isRatio = isByRatio(values);
  const place = (value: number): number => (isRatio ? Math.log(value) : value);
  const lowest = place(lowestOf(values));
  const extent = place(largestOf(values)) - lowest;
  return (value) => {
    if (Number.isNaN(value) || (isRatio && value <= 0)) return theme.grid;
    return orderedColour(theme, extent === 0 ? 0 : Math.max(0, place(value) - lowest) / extent);
  };
}

/** Without a value above 0 there are no ratios. */
function isByRatio(values: ColouredValues): boolean {
  return values.isLogarithmic === true && lowestOf(values) > 0;
}

function lowestOf({ cells, lowest, isLogarithmic }: ColouredValues): number {
  if (lowest !== undefined || isLogarithmic !== true) return lowest ?? 0;
  const positive = cells.map(({ value }) => value).filter((value) => value > 0);
  return positive.length === 0 ? 0 : smallest(positive);
}

/** The largest value, and at least the lowest. */
function largestOf(values: ColouredValues): number {
  return values.cells.reduce((most, { value }) => (value > most ? value : most), lowestOf(values));
}

/**
 * Fills every cell from whole pixel to whole pixel of the device, so that no seams show between cells.
 * Vectors have much finer pixels than CSS.
 */
export const CELLS: Plugin<'line'> = {
  id: 'cells',
  beforeDatasetsDraw(chart) {
    const { scales, chartArea, currentDevicePixelRatio } = chart;
    const { x, y } = scales;
    if (!x || !y) return;
    const whole = (pixel: number) =>
      Math.round(pixel * currentDevicePixelRatio) / currentDevicePixelRatio;
    const pen = penOf(chart);
    pen.save();
    pen.beginPath();
    pen.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
    pen.clip();
    for (const cell of cellsOf(chart)) {
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
