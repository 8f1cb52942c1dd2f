/** The parts that all line charts share: title, subtitle, axes with titles and a legend. */
import type { Chart, ChartConfiguration, ChartDataset, LegendItem } from 'chart.js';
import { largest } from '../extremes.ts';
import { fitTitle } from './axis-title.ts';
import { type ChartTheme, faded } from './palette.ts';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

export type LineDataset = ChartDataset<'line', ChartPoint[]>;
export type LineChart = ChartConfiguration<'line', ChartPoint[]>;

type Axes = NonNullable<NonNullable<LineChart['options']>['scales']>;
export type LineAxis = Extract<
  NonNullable<Axes[string]>,
  { type?: 'linear' | 'logarithmic' | undefined }
>;

export interface LineChartParts {
  readonly title: string;
  /** States what N is. */
  readonly subtitle: string;
  readonly datasets: LineDataset[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** Options of the axes, in addition to their titles. */
  readonly x?: LineAxis;
  readonly y?: LineAxis;
}

const BAND = 'band of ';

/** The label of what belongs to a line, such as its band: it has no legend entry of its own. */
export function bandLabel(line: string): string {
  return `${BAND}${line}`;
}

export function isBand(label: string | undefined): boolean {
  return label?.startsWith(BAND) ?? false;
}

export function lineChart(parts: LineChartParts, theme: ChartTheme): LineChart {
  const axis = (title: string, own: LineAxis = {}): LineAxis => ({
    type: 'linear',
    title: { display: true, text: title, color: theme.text },
    grid: { color: theme.grid },
    border: { color: theme.grid },
    beforeFit: (drawn) => {
      fitTitle(drawn, title);
    },
    ...own,
    ticks: { color: theme.text, ...own.ticks },
  });
  return {
    type: 'line',
    data: { datasets: parts.datasets },
    options: {
      animation: false,
      parsing: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { padding: 12 },
      scales: {
        x: axis(parts.xTitle, parts.x),
        y: axis(parts.yTitle, parts.y),
      },
      plugins: {
        title: {
          display: true,
          color: theme.text,
          font: { size: 16 },
          text: parts.title,
        },
        subtitle: {
          display: true,
          color: theme.text,
          padding: { bottom: 8 },
          text: parts.subtitle,
        },
        legend: {
          labels: {
            color: theme.text,
            // A line, not the outline of a box: the outline overlaps and fills the gaps between dashes.
            usePointStyle: true,
            pointStyleWidth: LEGEND_LINE,
            generateLabels: (chart) => legendOf(chart, theme),
          },
        },
      },
    },
  };
}

/** The width of a legend's lines. */
const LEGEND_LINE = 36;

/**
 * Legend entries with the dashes of their lines, which Chart.js only draws for boxes, or with room for the
 * marks of points without a line.
 */
function legendOf(chart: Chart, theme: ChartTheme): LegendItem[] {
  const datasets = chart.data.datasets as LineDataset[];
  return datasets.flatMap((dataset, datasetIndex): LegendItem[] => {
    const { label = '' } = dataset;
    if (isBand(label)) return [];
    const entry = {
      text: label,
      datasetIndex,
      hidden: !chart.isDatasetVisible(datasetIndex),
      strokeStyle: dataset.borderColor as string,
      lineWidth: dataset.borderWidth as number,
      fontColor: theme.text,
    };
    // The marks are drawn where a file is made.
    const isMark = dataset.showLine === false;
    return [
      {
        ...entry,
        pointStyle: 'line',
        ...(isMark ? { lineWidth: 0 } : { lineDash: dataset.borderDash as number[] }),
      },
    ];
  });
}

/** What the band around a line shows. */
export const BANDS = ['range', 'interval', 'replicates'] as const;
export type Band = (typeof BANDS)[number];

/** What a subtitle says of the band. */
export const BAND_WORDS: Readonly<Record<Band, string>> = {
  range: 'band: min to max',
  interval: 'band: 95 % interval of the mean',
  replicates: 'thin lines: each replicate',
};

/** A point of a line with a band: a quantity over replicates. All values are in the axis's unit. */
export interface BandedPoint {
  readonly x: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** The number of replicates. */
  readonly n?: number;
  /** The 95 % interval of the mean (Student's t); missing where nothing varies. */
  readonly lower?: number;
  readonly upper?: number;
  /** By replicate; NaN where one has none. */
  readonly values?: readonly number[];
  /** The paired difference from the chart's reference. */
  readonly difference?: PointDifference;
  readonly verdict?: string;
  /** Shown where the point is read. */
  readonly note?: string;
}

export interface PointDifference {
  readonly mean: number;
  /** The confidence interval; missing where there is none. */
  readonly lower?: number;
  readonly upper?: number;
}

export function bandedLine(
  label: string,
  points: readonly BandedPoint[],
  {
    colour,
    dash,
    band = 'range',
  }: { readonly colour: string; readonly dash: number[]; readonly band?: Band },
): LineDataset[] {
  const along = (pick: (point: BandedPoint) => number) =>
    points.map((point) => ({ x: point.x, y: pick(point) }));
  const line: LineDataset = {
    label,
    data: along(({ mean }) => mean),
    borderColor: colour,
    backgroundColor: colour,
    borderDash: dash,
    borderWidth: 2,
    pointRadius: points.length > MOST_MARKED_POINTS ? 0 : 3,
    clip: 8,
  };
  const part = { label: bandLabel(label), pointRadius: 0 };
  if (band === 'replicates') {
    const replicates = largest(points.map(({ values }) => values?.length ?? 0));
    return [
      line,
      ...Array.from({ length: Math.max(0, replicates) }, (_, replicate): LineDataset => ({
        ...part,
        // What a replicate lacks is no gap: its line goes on to the next point that it has.
        data: along(({ values }) => values?.[replicate] ?? Number.NaN).filter(
          ({ y }) => !Number.isNaN(y),
        ),
        borderColor: faded(colour, 0.5),
        borderDash: dash,
        borderWidth: 1,
      })),
    ];
  }
  const edge = (data: ChartPoint[], fill: false | string): LineDataset => ({
    ...part,
    data,
    borderWidth: 0,
    backgroundColor: faded(colour, 0.18),
    fill,
  });
  const low = band === 'range' ? 'min' : 'lower';
  const high = band === 'range' ? 'max' : 'upper';
  return [
    line,
    edge(
      along((point) => point[low] ?? point.mean),
      false,
    ),
    edge(
      along((point) => point[high] ?? point.mean),
      '-1',
    ),
  ];
}

/** More marks than this would hide the line. */
const MOST_MARKED_POINTS = 100;

/** A square, or a diamond where it is turned. */
const MARK_STYLE = 'rectRounded';
const NO_FILL = 'transparent';

/** Hollow marks without a line. */
export function marks(
  label: string,
  points: readonly ChartPoint[],
  colour: string,
  isDiamond = false,
): LineDataset {
  return {
    label,
    data: [...points],
    showLine: false,
    borderColor: colour,
    backgroundColor: NO_FILL,
    borderWidth: 2,
    pointStyle: MARK_STYLE,
    pointRotation: isDiamond ? 45 : 0,
    pointRadius: 6,
    clip: 8,
  };
}

/** A dashed line across the chart that others are compared with. */
export function referenceLine(
  label: string,
  y: number,
  from: number,
  to: number,
  theme: ChartTheme,
): LineDataset {
  return {
    label,
    data: [
      { x: from, y },
      { x: to, y },
    ],
    borderColor: theme.reference,
    backgroundColor: theme.reference,
    borderDash: [2, 4],
    borderWidth: 1.5,
    pointRadius: 0,
  };
}

/** `3 replicates`, `1 replicate` */
export function describeReplicates(count: number): string {
  return `${count} replicate${count === 1 ? '' : 's'}`;
}
