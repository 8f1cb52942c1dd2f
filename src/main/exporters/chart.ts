/** Charts as files, drawn from the same Chart.js configuration as in the window. */
import { createCanvas, SvgExportFlag } from '@napi-rs/canvas';
import { Chart, type ChartConfiguration, registerables } from 'chart.js';
import { densityChart, LIGHT_THEME, sweepChart } from '../../shared/charts/density-chart.ts';
import type { ExportData } from './exporter.ts';

Chart.register(...registerables);

export type ChartFormat = 'svg' | 'png';

export interface ChartSize {
  /** In CSS pixels; a PNG has twice as many. */
  readonly width: number;
  readonly height: number;
}

const PNG_SCALE = 2;

export function renderChart(
  configuration: ChartConfiguration<'line', { x: number; y: number }[]>,
  format: ChartFormat,
  background: string,
  { width, height }: ChartSize = { width: 900, height: 560 },
): Uint8Array {
  const scale = format === 'png' ? PNG_SCALE : 1;
  const canvas =
    format === 'svg'
      ? createCanvas(width, height, SvgExportFlag.ConvertTextToPaths)
      : createCanvas(width, height);
  const context = canvas.getContext('2d');
  const chart = new Chart(canvas, {
    ...configuration,
    options: {
      ...configuration.options,
      animation: false,
      responsive: false,
      devicePixelRatio: scale,
    },
    plugins: [
      ...(configuration.plugins ?? []),
      {
        id: 'background',
        beforeDraw: () => {
          context.save();
          context.fillStyle = background;
          context.fillRect(0, 0, width, height);
          context.restore();
        },
      },
    ],
  });
  try {
    return 'getContent' in canvas ? canvas.getContent() : canvas.toBuffer('image/png');
  } finally {
    chart.destroy();
  }
}

/** A search's chart on white, as papers are. */
export function chartFile(data: ExportData['chart'], format: ChartFormat): Uint8Array {
  const chart = 'drawn' in data ? data.drawn : densityChart(data.result, data.chart);
  return renderChart(chart, format, LIGHT_THEME.background);
}

/** A line for each grid point of a sweep. */
export function sweepChartFile(
  { name, searches, chart }: ExportData['sweep-chart'],
  format: ChartFormat,
): Uint8Array {
  return renderChart(sweepChart(name, searches, chart), format, LIGHT_THEME.background);
}
