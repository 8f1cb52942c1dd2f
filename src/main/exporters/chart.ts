/** Charts as files, drawn from the same description as in the window. */
import { Chart, registerables } from 'chart.js';
import { drawnChart } from '../../shared/charts/chart-description.ts';
import { type ChartLook, chartLook, toPixels } from '../../shared/contract/chart-look.ts';
import type { LineChart } from '../../shared/charts/line-chart.ts';
import { familyWithFallbacks } from './drawing/fonts.ts';
import { pdfOf } from './drawing/pdf-file.ts';
import { pngOf } from './drawing/png-file.ts';
import { Recording } from './drawing/recording.ts';
import type { Drawing } from './drawing/shapes.ts';
import { styledChart } from './drawing/styled-chart.ts';
import { svgOf } from './drawing/svg-file.ts';
import type { ExportedChart } from './exporter.ts';

Chart.register(...registerables);

export type ChartFormat = 'pdf' | 'svg' | 'png';

const CSS_DPI = 96;
const MILLIMETRES_PER_INCH = 25.4;

export function renderChart(
  configuration: LineChart,
  format: ChartFormat,
  background: string,
  look: ChartLook = chartLook(),
): Uint8Array {
  const title = titleOf(configuration);
  // Lines of a grid are drawn on whole pixels. Vectors have a pixel of a twelve-hundredth of an inch.
  const drawing = drawChart(configuration, background, look, format === 'png' ? look.dpi : 1200);
  switch (format) {
    case 'pdf':
      return pdfOf(drawing, look, title);
    case 'png':
      return pngOf(
        drawing,
        toPixels(look.width, look.dpi),
        toPixels(look.height, look.dpi),
        look.dpi,
      );
    case 'svg':
      return new TextEncoder().encode(svgOfDrawing(drawing, look, title));
  }
}

export function chartFile({ chart, theme, look }: ExportedChart, format: ChartFormat): Uint8Array {
  return renderChart(drawnChart(chart, theme), format, theme.background, look);
}

/** The chart as an element of a page. @param idPrefix begins its ids, which a page must not have twice. */
export function chartElement({ chart, theme, look }: ExportedChart, idPrefix: string): string {
  const configuration = drawnChart(chart, theme);
  const drawing = drawChart(configuration, theme.background, look, 1200);
  return svgOfDrawing(drawing, look, titleOf(configuration), idPrefix);
}

function svgOfDrawing(drawing: Drawing, look: ChartLook, title: string, idPrefix?: string): string {
  const { width, height } = look;
  const fontFamily = familyWithFallbacks(look.fontFamily);
  return svgOf(drawing, { width, height, fontFamily, title, idPrefix });
}

function drawChart(
  configuration: LineChart,
  background: string,
  look: ChartLook,
  dpi: number,
): Drawing {
  const width = (look.width / MILLIMETRES_PER_INCH) * CSS_DPI;
  const height = (look.height / MILLIMETRES_PER_INCH) * CSS_DPI;
  const recording = new Recording(width, height);
  const widthOf = (text: string, font: string): number => {
    recording.font = font;
    return recording.measureText(text).width;
  };
  const styled = styledChart(configuration, look, width, widthOf);
  const chart = new Chart(recording.canvas, {
    ...styled,
    options: { ...styled.options, devicePixelRatio: dpi / CSS_DPI },
  });
  // Ending a chart clears its canvas, and must not touch what was drawn.
  const shapes = [...recording.shapes];
  chart.destroy();
  return { width, height, background, shapes };
}

/** For people who don’t see the chart. */
function titleOf({ options }: LineChart): string {
  const text = options?.plugins?.title?.text;
  return Array.isArray(text) ? text.join(' ') : (text ?? '');
}
