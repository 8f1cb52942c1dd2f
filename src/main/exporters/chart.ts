/** Charts as files, drawn from the same description as in the window. */
import { Chart, registerables } from 'chart.js';
import { type DrawableChart, drawnChart } from '../../shared/charts/chart-description.ts';
import { type ChartLook, chartLook, toPixels } from '../../shared/contract/chart-look.ts';
import type { LineChart } from '../../shared/charts/line-chart.ts';
import type { ChartTheme } from '../../shared/charts/palette.ts';
import { parallelChart } from '../../shared/charts/parallel-chart.ts';
import { familyWithFallbacks } from './drawing/fonts.ts';
import { pdfOf } from './drawing/pdf-file.ts';
import { pngOf } from './drawing/png-file.ts';
import { Recording } from './drawing/recording.ts';
import type { Drawing } from './drawing/shapes.ts';
import { neededByLegend, styledChart } from './drawing/styled-chart.ts';
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
  const { drawing, size } = drawChart(
    configuration,
    background,
    look,
    format === 'png' ? look.dpi : VECTOR_DPI,
  );
  switch (format) {
    case 'pdf':
      return pdfOf(drawing, size, title);
    case 'png':
      return pngOf(
        drawing,
        toPixels(size.width, look.dpi),
        toPixels(size.height, look.dpi),
        look.dpi,
      );
    case 'svg':
      return new TextEncoder().encode(svgOfDrawing({ drawing, size }, look, title));
  }
}

const VECTOR_DPI = 1200;

export function chartFile({ chart, theme, look }: ExportedChart, format: ChartFormat): Uint8Array {
  return renderChart(configurationOf(chart, theme), format, theme.background, look);
}

/** The chart as an element of a page. @param idPrefix begins its ids, which a page must not have twice. */
export function chartElement({ chart, theme, look }: ExportedChart, idPrefix: string): string {
  const configuration = configurationOf(chart, theme);
  const drawn = drawChart(configuration, theme.background, look, VECTOR_DPI);
  return svgOfDrawing(drawn, look, titleOf(configuration), idPrefix);
}

function configurationOf(chart: DrawableChart, theme: ChartTheme): LineChart {
  return chart.kind === 'parallel' ? parallelChart(chart, theme) : drawnChart(chart, theme);
}

function svgOfDrawing(
  { drawing, size }: DrawnPage,
  look: ChartLook,
  title: string,
  idPrefix?: string,
): string {
  const fontFamily = familyWithFallbacks(look.fontFamily);
  return svgOf(drawing, { ...size, fontFamily, title, idPrefix });
}

interface DrawnPage {
  readonly drawing: Drawing;
  /** In millimetres. */
  readonly size: { readonly width: number; readonly height: number };
}

/** A legend that takes more of the height makes the page higher, so that it isn't cut off. */
const LEGEND_SHARE = 0.4;

function drawChart(
  configuration: LineChart,
  background: string,
  look: ChartLook,
  dpi: number,
): DrawnPage {
  const drawn = drawnOnce(configuration, background, look, dpi);
  // A legend at the right stands beside the plot.
  const room = drawn.drawing.height * (look.legend === 'right' ? 1 : LEGEND_SHARE);
  const missing = drawn.legendHeight - room;
  const { width, height } = look;
  if (missing <= 0) return { drawing: drawn.drawing, size: { width, height } };
  const size = { width, height: height + (missing / CSS_DPI) * MILLIMETRES_PER_INCH };
  const page = { ...look, ...size };
  const { drawing } = drawnOnce(configuration, background, page, dpi, drawn.legendHeight);
  return { drawing, size };
}

/** @param legendHeight in pixels. Default: as much as Chart.js gives it. */
function drawnOnce(
  configuration: LineChart,
  background: string,
  look: ChartLook,
  dpi: number,
  legendHeight?: number,
): { readonly drawing: Drawing; readonly legendHeight: number } {
  const width = (look.width / MILLIMETRES_PER_INCH) * CSS_DPI;
  const height = (look.height / MILLIMETRES_PER_INCH) * CSS_DPI;
  const recording = new Recording(width, height);
  const widthOf = (text: string, font: string): number => {
    recording.font = font;
    return recording.measureText(text).width;
  };
  const styled = styledChart(configuration, look, width, { widthOf, legendHeight });
  const chart = new Chart(recording.canvas, {
    ...styled,
    options: { ...styled.options, devicePixelRatio: dpi / CSS_DPI },
  });
  // Ending a chart clears its canvas, and must not touch what was drawn.
  const shapes = [...recording.shapes];
  const needed = neededByLegend(chart);
  chart.destroy();
  return { drawing: { width, height, background, shapes }, legendHeight: needed };
}

/** For people who don’t see the chart. */
function titleOf({ options }: LineChart): string {
  const text = options?.plugins?.title?.text;
  return typeof text === 'string' ? text : '';
}
