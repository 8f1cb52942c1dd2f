/** Charts as files, drawn from the same configuration as in the window, with title, axes, legend and N. */
import { BasicPlatform, Chart, type ChartConfiguration } from 'chart.js';
import type { DownloadableFile } from '../../shared/contract/records.ts';
import type { ChartPoint, LineChart } from '../../shared/charts/line-chart.ts';
import type { ChartTheme } from '../../shared/charts/palette.ts';
import { SvgContext } from './svg-context.ts';
import './window-chart.ts';

export const CHART_FILE_FORMATS = ['svg', 'png'] as const;
export type ChartFileFormat = (typeof CHART_FILE_FORMATS)[number];

/** In CSS pixels; a PNG has twice as many each way. */
const WIDTH = 900;
const HEIGHT = 560;
const PNG_SCALE = 2;

/** @param name The name of the file, without its extension. */
export async function chartFile(
  chart: LineChart,
  format: ChartFileFormat,
  name: string,
  theme: ChartTheme,
): Promise<DownloadableFile> {
  const bytes = format === 'svg' ? drawSvg(chart, theme) : await drawPng(chart, theme);
  return {
    name: `${safeName(name)}.${format}`,
    mediaType: format === 'svg' ? 'image/svg+xml' : 'image/png',
    bytes,
  };
}

function drawSvg(chart: LineChart, theme: ChartTheme): Uint8Array<ArrayBuffer> {
  const ruler = document.createElement('canvas').getContext('2d');
  if (!ruler) throw new Error('this browser has no 2D canvas');
  const context = new SvgContext(WIDTH, HEIGHT, (text, font) => {
    ruler.font = font;
    return ruler.measureText(text);
  });
  const canvas = { width: WIDTH, height: HEIGHT, style: {}, getContext: () => context };
  context.canvas = canvas;
  draw(canvas as unknown as HTMLCanvasElement, chart, theme, 1).destroy();
  const title = chart.options?.plugins?.title?.text;
  return new TextEncoder().encode(context.toSvg([title ?? 'Chart'].flat().join(' ')));
}

async function drawPng(chart: LineChart, theme: ChartTheme): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const drawn = draw(canvas, chart, theme, PNG_SCALE);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  drawn.destroy();
  if (!blob) throw new Error('this browser can’t write PNG files');
  return new Uint8Array(await blob.arrayBuffer());
}

function draw(
  canvas: HTMLCanvasElement,
  chart: LineChart,
  theme: ChartTheme,
  scale: number,
): Chart<'line', ChartPoint[]> {
  const configuration: ChartConfiguration<'line', ChartPoint[]> = {
    ...chart,
    platform: BasicPlatform,
    options: {
      ...chart.options,
      animation: false,
      responsive: false,
      devicePixelRatio: scale,
      events: [],
    },
    plugins: [
      ...(chart.plugins ?? []),
      {
        id: 'background',
        beforeDraw: ({ ctx }) => {
          ctx.save();
          ctx.fillStyle = theme.background;
          ctx.fillRect(0, 0, WIDTH, HEIGHT);
          ctx.restore();
        },
      },
    ],
  };
  const drawn = new Chart(canvas, configuration);
  drawn.draw();
  return drawn;
}

/** Letters and digits of any script, joined by hyphens. */
function safeName(name: string): string {
  const safe = name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return safe === '' ? 'chart' : safe.slice(0, 100);
}
