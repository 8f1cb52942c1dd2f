/** Values over two axes as coloured cells. Chart.js has no heat map: the cells are points of a line. */
import type { LegendItem, Plugin } from 'chart.js';
import { type ChartPoint, type LineChart, lineChart, type LineChartParts } from './line-chart.ts';
import { type ChartTheme, orderedColour } from './palette.ts';

/** A cell: its centre and its edges, in units of the axes. */
export interface HeatCell extends ChartPoint {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  /** The colours begin at 0; smaller values have the same colour as 0. */
  readonly value: number;
}

interface ColouredCell extends HeatCell {
  readonly colour: string;
  /** Shown in the tooltip, below x and y. */
  readonly note: string;
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
  const largest = cells.reduce((most, { value }) => Math.max(most, value), 0);
  const colourOf = (value: number): string =>
    orderedColour(theme, largest === 0 ? 0 : Math.max(0, value) / largest);
  const data = cells.map((cell): ColouredCell => ({
    ...cell,
    colour: colourOf(cell.value),
    note: `${valueTitle}: ${readable(cell.value)}`,
  }));
  const chart = lineChart(
    {
      ...parts,
      datasets: [{ label: valueTitle, data, showLine: false, pointRadius: 0, pointHitRadius: 0 }],
    },
    theme,
  );
  const steps = Array.from(
    { length: LEGEND_STEPS },
    (_, index) => (index / (LEGEND_STEPS - 1)) * largest,
  );
  const labels = steps.map((value, index): LegendItem => ({
    text: index === 0 ? `${valueTitle}: ${readable(value)}` : readable(value),
    fillStyle: colourOf(value),
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

/** The part of a canvas that drawing cells needs; this module knows no DOM. */
interface Pen {
  fillStyle: string;
  save(): void;
  restore(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
}

/** Fills every cell from whole pixel to whole pixel, so that no seams show between cells. */
export const CELLS: Plugin<'line'> = {
  id: 'cells',
  beforeDatasetsDraw({ ctx, scales, data }) {
    const { x, y } = scales;
    if (!x || !y) return;
    const pen = ctx as unknown as Pen;
    pen.save();
    for (const cell of data.datasets[0]!.data as unknown as readonly ColouredCell[]) {
      const left = Math.round(x.getPixelForValue(cell.left));
      const top = Math.round(y.getPixelForValue(cell.top));
      const right = Math.round(x.getPixelForValue(cell.right));
      const bottom = Math.round(y.getPixelForValue(cell.bottom));
      pen.fillStyle = cell.colour;
      pen.fillRect(left, top, right - left, bottom - top);
    }
    pen.restore();
  },
};

/** The lines that a tooltip shows below a point's x and y; none for points of lines. */
export function notesOf(point: unknown): string[] {
  const isNoted = typeof point === 'object' && point !== null && 'note' in point;
  return isNoted && typeof point.note === 'string' ? [point.note] : [];
}

function readable(value: number): string {
  return String(Number(value.toPrecision(3)));
}
