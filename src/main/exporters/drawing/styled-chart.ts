/** A chart's configuration with the fonts, sizes, titles and legend of a file. */
import type { Chart, LegendItem, Plugin } from 'chart.js';
import { drawPoint } from 'chart.js/helpers';
import type { ChartLook } from '../../../shared/contract/chart-look.ts';
import {
  isBand,
  type LineAxis,
  type LineChart,
  type LineDataset,
} from '../../../shared/charts/line-chart.ts';
import { penOf } from '../../../shared/charts/pen.ts';
import { wrapped } from '../../../shared/charts/wrapped.ts';
import { largest } from '../../../shared/extremes.ts';
import { familyWithFallbacks } from './fonts.ts';

/** Charts are described for letters of this many pixels. Everything else grows with them. */
const DESCRIBED_PIXELS = 12;
const PIXELS_PER_POINT = 96 / 72;
const TITLE_SCALE = 1.2;
const LEGEND_LINE = 30;
const LEGEND_MARKS = 'legend-marks';

interface Measures {
  /** The width of a text in a font, in pixels. */
  readonly widthOf: (text: string, font: string) => number;
  /** In pixels. Undefined: as much as Chart.js gives it, which is at most half of the page. */
  readonly legendHeight: number | undefined;
}

export function styledChart(
  chart: LineChart,
  look: ChartLook,
  pageWidth: number,
  { widthOf, legendHeight }: Measures,
): LineChart {
  const size = Number((look.fontSize * PIXELS_PER_POINT).toFixed(2));
  const scale = size / DESCRIBED_PIXELS;
  const font = { family: familyWithFallbacks(look.fontFamily), size };
  const titleFont = { ...font, size: size * TITLE_SCALE, weight: 'bold' as const };
  const padding = 8 * scale;
  const plugins = chart.options?.plugins;
  const inLines = (text: unknown, { size: pixels, weight }: typeof titleFont | PlainFont) => {
    const css = `${weight === 'bold' ? 'bold ' : ''}${pixels}px ${font.family}`;
    return wrapped(asText(text), pageWidth - 2 * padding, (part) => widthOf(part, css));
  };
  const legendLabels = plugins?.legend?.labels;
  const legendSize =
    size *
    legendScale(chart, look, pageWidth - 6 * padding - LEGEND_LINE * scale, (label) =>
      widthOf(label, `${size}px ${font.family}`),
    );
  const isLegendShown = look.legend !== 'none' && plugins?.legend?.display !== false;
  return {
    ...chart,
    data: { datasets: chart.data.datasets.map((dataset) => scaledDataset(dataset, scale)) },
    options: {
      ...chart.options,
      animation: false,
      responsive: false,
      layout: { padding },
      scales: Object.fromEntries(
        Object.entries(chart.options?.scales ?? {}).map(([id, axis]) => [
          id,
          scaledAxis(axis as LineAxis, font, scale),
        ]),
      ),
      plugins: {
        ...plugins,
        title: {
          ...plugins?.title,
          display: look.isTitleShown,
          font: titleFont,
          padding: { top: 0, bottom: 4 * scale },
          text: inLines(plugins?.title?.text, titleFont),
        },
        subtitle: {
          ...plugins?.subtitle,
          display: look.isTitleShown,
          font,
          padding: { bottom: 6 * scale },
          text: inLines(plugins?.subtitle?.text, font),
        },
        legend: {
          ...plugins?.legend,
          display: isLegendShown,
          ...(legendHeight !== undefined && { maxHeight: legendHeight }),
          ...(look.legend !== 'none' && { position: look.legend }),
          labels: {
            ...legendLabels,
            font: { ...font, size: legendSize },
            padding: 8 * scale,
            pointStyleWidth: LEGEND_LINE * scale,
            boxHeight: legendSize * 0.8,
            ...(legendLabels?.generateLabels && {
              generateLabels: (drawn: Chart) =>
                legendLabels.generateLabels!(drawn).map((item) =>
                  isMark(drawn.data.datasets, item)
                    ? { ...item, strokeStyle: UNSEEN, fillStyle: UNSEEN }
                    : item,
                ),
            }),
          },
        },
      },
    },
    // Those of the description have the size of the window.
    plugins: [
      ...(chart.plugins ?? []).filter(({ id }) => id !== LEGEND_MARKS),
      legendMarks(legendSize),
    ],
  };
}

/**
 * The height in pixels that all entries of the legend need, of which Chart.js cuts off what it has no room
 * for. At the right of the plot it makes another column first: that takes the width of the plot.
 */
export function neededByLegend(chart: Chart): number {
  const legend = shownLegend(chart);
  if (!legend) return 0;
  const { padding } = legend.options.labels;
  const boxes = legend.legendHitBoxes;
  const last = boxes.at(-1);
  if (!last) return 0;
  if (chart.options.plugins?.legend?.position === 'right') {
    const page = 2 * (chart.options.layout?.padding as number);
    return boxes.reduce((sum, { height }) => sum + height + padding, padding + page);
  }
  return last.top + last.height + padding - legend.top;
}

/** Smaller letters, down to this part, where a label would be cut off. */
const LEAST_LEGEND_SCALE = 0.6;
/** The part of the page that a legend at the right may take. */
const LEGEND_SHARE = 0.4;

function legendScale(
  { data }: LineChart,
  { legend }: ChartLook,
  room: number,
  widthOf: (label: string) => number,
): number {
  const labels = data.datasets.flatMap(({ label }) =>
    label === undefined || isBand(label) ? [] : [label],
  );
  const widest = Math.max(1, largest(labels.map(widthOf)));
  const most = legend === 'right' ? room * LEGEND_SHARE : room;
  return Math.min(1, Math.max(LEAST_LEGEND_SCALE, most / widest));
}

interface PlainFont {
  readonly family: string;
  readonly size: number;
  readonly weight?: undefined;
}

function scaledAxis(axis: LineAxis, font: PlainFont, scale: number): LineAxis {
  return {
    ...axis,
    ticks: { ...axis.ticks, font, padding: 2 * scale },
    title: { display: true, ...axis.title, font, padding: { top: 2 * scale, bottom: 2 * scale } },
    grid: { ...axis.grid, lineWidth: 0.75 * scale, tickLength: 4 * scale },
    border: { ...axis.border, width: scale },
  };
}

function scaledDataset(dataset: LineDataset, scale: number): LineDataset {
  const scaled = { ...dataset };
  for (const name of ['borderWidth', 'pointRadius'] as const) {
    const value = scaled[name];
    if (typeof value === 'number') scaled[name] = value * scale;
  }
  if (Array.isArray(scaled.borderDash)) {
    scaled.borderDash = scaled.borderDash.map((length = 0) => length * scale);
  }
  return scaled;
}

/** Marks are left to `legendMarks`, because a legend stretches them to the width of its lines. */
function isMark(datasets: readonly unknown[], { datasetIndex = -1 }: LegendItem): boolean {
  return (datasets[datasetIndex] as LineDataset | undefined)?.showLine === false;
}

const UNSEEN = 'rgba(0, 0, 0, 0)';

interface DrawnLegend {
  readonly top: number;
  readonly legendItems?: readonly LegendItem[];
  readonly legendHitBoxes: readonly {
    readonly left: number;
    readonly top: number;
    readonly height: number;
  }[];
  readonly options: {
    readonly display: boolean;
    readonly labels: { readonly padding: number; readonly pointStyleWidth?: number };
  };
}

/** Undefined where there is none. Not all of it is in the types of Chart.js. */
function shownLegend(chart: Chart): DrawnLegend | undefined {
  const legend: unknown = chart.legend;
  const drawn = legend as DrawnLegend | undefined;
  return drawn?.options.display ? drawn : undefined;
}

/** Draws the marks of points without a line in the legend, in their own shape. */
function legendMarks(size: number): Plugin<'line'> {
  return {
    id: LEGEND_MARKS,
    afterDraw(chart) {
      const legend = shownLegend(chart);
      if (!legend) return;
      const pen = penOf(chart);
      const middle = (legend.options.labels.pointStyleWidth ?? 0) / 2;
      for (const [index, item] of (legend.legendItems ?? []).entries()) {
        const box = legend.legendHitBoxes[index];
        const dataset = chart.data.datasets[item.datasetIndex ?? -1] as LineDataset | undefined;
        if (!box || !dataset || !isMark(chart.data.datasets, item)) continue;
        pen.save();
        pen.strokeStyle = dataset.borderColor as string;
        pen.lineWidth = dataset.borderWidth as number;
        pen.fillStyle = UNSEEN;
        const radius = Math.min(dataset.pointRadius as number, size / 2);
        const look = {
          pointStyle: dataset.pointStyle as string,
          rotation: (dataset.pointRotation ?? 0) as number,
          radius,
          borderWidth: pen.lineWidth,
        };
        drawPoint(pen, look, box.left + middle, box.top + size / 2);
        pen.restore();
      }
    },
  };
}

const asText = (text: unknown): string => (typeof text === 'string' ? text : '');
