/** Charts as files, drawn from the same description as in the window. */
import { createCanvas, SvgExportFlag } from '@napi-rs/canvas';
import { Chart, registerables } from 'chart.js';
import { drawnChart } from '../../shared/charts/chart-description.ts';
import type { LineChart } from '../../shared/charts/line-chart.ts';
import type { ExportedChart } from './exporter.ts';

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
    return 'getContent' in canvas ? withOwnIds(canvas.getContent()) : canvas.toBuffer('image/png');
  } finally {
    chart.destroy();
  }
}

/** Skia counts clip paths within the process. Counted within the file, equal charts are equal files. */
function withOwnIds(svg: Uint8Array): Uint8Array {
  const ids = new Map<string, string>();
  const text = Buffer.from(svg).toString('utf8');
  return Buffer.from(
    text.replaceAll(/\bcl_[0-9a-f]+\b/g, (id) => {
      const own = ids.get(id) ?? `cl_${ids.size}`;
      ids.set(id, own);
      return own;
    }),
  );
}

export function chartFile({ chart, theme }: ExportedChart, format: ChartFormat): Uint8Array {
  return renderChart(drawnChart(chart, theme), format, theme.background);
}
