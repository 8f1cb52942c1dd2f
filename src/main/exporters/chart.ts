/** Charts as files, drawn from the same Chart.js configuration as in the window. */
import { createCanvas, SvgExportFlag } from '@napi-rs/canvas';
import { Chart, registerables } from 'chart.js';
import type { LineChart } from '../../shared/charts/line-chart.ts';
import { LIGHT_THEME } from '../../shared/charts/palette.ts';

Chart.register(...registerables);

export type ChartFormat = 'svg' | 'png';

export interface ChartSize {
  /** In CSS pixels; a PNG has twice as many. */
  readonly width: number;
  readonly height: number;
}

const PNG_SCALE = 2;

export function renderChart(
  configuration: LineChart,
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

/** A chart on white, as in papers. */
export function chartFile(chart: LineChart, format: ChartFormat): Uint8Array {
  return renderChart(chart, format, LIGHT_THEME.background);
}
