/**
 * Has lines of many points drawn in columns of pixels instead of by Chart.js, which gets two points of each: as
 * many as its axes need.
 */
import type { Chart, Plugin } from 'chart.js';
import type { ChartPoint, LineDataset } from '../../shared/charts/line-chart.ts';
import { between, type ColumnLook, columnFrame, coveredBy, drawColumns } from './column-drawing.ts';

/** Charts with fewer points are stroked, with round corners and smooth edges. */
const MOST_STROKED = 600;
/** Shorter lines are stroked in any chart. */
const SHORTEST = 100;

/** The part of the x axis that is seen. */
export interface Seen {
  readonly min?: number;
  readonly max?: number;
}

interface LongLine extends ColumnLook {
  readonly points: readonly ChartPoint[];
  /** The other edge of an area. */
  readonly edge?: readonly ChartPoint[];
}

/** The datasets for Chart.js, and what is drawn in place of some of them. */
export interface Drawn {
  readonly datasets: LineDataset[];
  readonly long: ReadonlyMap<number, LongLine>;
}

export function withLongLines(datasets: readonly LineDataset[], seen: Seen | undefined): Drawn {
  const points = datasets.reduce((sum, { data }) => sum + data.length, 0);
  if (points <= MOST_STROKED) return { datasets: [...datasets], long: new Map() };
  const long = new Map<number, LongLine>();
  const drawn = datasets.map((dataset, index) => {
    const { data } = dataset;
    if (data.length < SHORTEST || dataset.showLine === false || dataset.stepped) return dataset;
    const edge = dataset.fill === '-1' ? datasets[index - 1]?.data : undefined;
    if (dataset.fill !== undefined && dataset.fill !== false && !edge) return dataset;
    long.set(index, {
      points: data,
      ...(edge && { edge }),
      colour: textOf(edge ? dataset.backgroundColor : dataset.borderColor),
      width: edge || typeof dataset.borderWidth !== 'number' ? 0 : dataset.borderWidth,
      dash: edge ? [] : lengthsOf(dataset.borderDash),
    });
    return {
      ...dataset,
      data: cornersOf(data, seen),
      fill: false,
      showLine: false,
      pointRadius: 0,
    };
  });
  return { datasets: drawn, long };
}

/** @param longLines those that are drawn now, by dataset. */
export function longLinesPlugin(longLines: () => Drawn['long']): Plugin<'line'> {
  return {
    id: 'long-lines',
    beforeDatasetDraw: (chart, { index }) => {
      const line = longLines().get(index);
      if (!line) return true;
      draw(chart, line);
      return false;
    },
  };
}

function draw({ ctx, chartArea, scales, currentDevicePixelRatio }: Chart, line: LongLine): void {
  if (line.width === 0 && !line.edge) return;
  const frame = columnFrame(chartArea, currentDevicePixelRatio);
  const places = {
    x: (value: number) => scales['x']!.getPixelForValue(value),
    y: (value: number) => scales['y']!.getPixelForValue(value),
  };
  const covered = coveredBy(line.points, places, frame);
  const area = line.edge && between(covered, coveredBy(line.edge, places, frame));
  drawColumns(ctx, area ?? covered, line, frame);
}

/** Two corners of the rectangle around the points that are seen. */
function cornersOf(
  points: readonly ChartPoint[],
  { min = -Infinity, max = Infinity }: Seen = {},
): ChartPoint[] {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    if (x < min || x > max || !Number.isFinite(y)) continue;
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (left > right) return [];
  return [
    { x: left, y: low },
    { x: right, y: high },
  ];
}

/** Colours and dashes of described lines are plain. */
function textOf(colour: LineDataset['borderColor']): string {
  return typeof colour === 'string' ? colour : 'transparent';
}

function lengthsOf(dash: LineDataset['borderDash']): readonly number[] {
  return Array.isArray(dash) ? dash.map((length = 0) => length) : [];
}
