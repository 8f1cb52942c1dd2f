/** The parts that all line charts share: title, subtitle, axes with titles and a legend. */
import type { Chart, ChartConfiguration, ChartDataset, LegendItem } from 'chart.js';
import type { ChartTheme } from './palette.ts';

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

/** The label of a line's band. Bands belong to their line: no legend entry, no tooltip. */
export function bandLabel(line: string): string {
  return `${BAND}${line}`;
}

export function isBand(label: string | undefined): boolean {
  return label?.startsWith(BAND) ?? false;
}

/** The characters of a title that fit the width of an exported chart; Chart.js squeezes longer lines. */
const TITLE_LINE = 90;
/** The same for the smaller letters of a subtitle. */
const SUBTITLE_LINE = 120;

/** Breaks a title at spaces, and within a word only if the word is longer than a line. */
function inLines(title: string, longest: number): string | string[] {
  if (title.length <= longest) return title;
  const pieces = title.split(' ').flatMap((word) => piecesOf(word, longest));
  return pieces.reduce<string[]>((lines, piece) => {
    const last = lines.at(-1);
    return last === undefined || last.length + 1 + piece.length > longest
      ? [...lines, piece]
      : [...lines.slice(0, -1), `${last} ${piece}`];
  }, []);
}

function piecesOf(word: string, longest: number): string[] {
  const characters = Array.from(word);
  return Array.from({ length: Math.ceil(characters.length / longest) }, (_, index) =>
    characters.slice(index * longest, (index + 1) * longest).join(''),
  );
}

export function lineChart(parts: LineChartParts, theme: ChartTheme): LineChart {
  const axis = (title: string, own: LineAxis = {}): LineAxis => ({
    type: 'linear',
    title: { display: true, text: title, color: theme.text },
    grid: { color: theme.grid },
    border: { color: theme.grid },
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
          text: inLines(parts.title, TITLE_LINE),
        },
        subtitle: {
          display: true,
          color: theme.text,
          padding: { bottom: 8 },
          text: inLines(parts.subtitle, SUBTITLE_LINE),
        },
        legend: {
          labels: {
            color: theme.text,
            // A line, not the outline of a box: the outline overlaps and fills the gaps between dashes.
            usePointStyle: true,
            pointStyleWidth: 36,
            generateLabels: (chart) => legendOf(chart, theme),
          },
        },
      },
    },
  };
}

/**
 * Legend entries with the dashes of their lines, which Chart.js only draws for boxes, or with the
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
    if (dataset.showLine !== false) {
      return [{ ...entry, pointStyle: 'line', lineDash: dataset.borderDash as number[] }];
    }
    const rotation = dataset.pointRotation as number;
    return [
      {
        ...entry,
        pointStyle: MARK_STYLE,
        fillStyle: NO_FILL,
        rotation,
      },
    ];
  });
}

/** A point of a line with a band from the lowest to the highest replicate. */
export interface BandedPoint {
  readonly x: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export function bandedLine(
  label: string,
  points: readonly BandedPoint[],
  { colour, dash }: { readonly colour: string; readonly dash: number[] },
): LineDataset[] {
  const along = (pick: (point: BandedPoint) => number) =>
    points.map((point) => ({ x: point.x, y: pick(point) }));
  const edge = (data: ChartPoint[], fill: false | string): LineDataset => ({
    label: bandLabel(label),
    data,
    borderWidth: 0,
    pointRadius: 0,
    backgroundColor: `${colour}2e`,
    fill,
  });
  return [
    {
      label,
      data: along(({ mean }) => mean),
      borderColor: colour,
      backgroundColor: colour,
      borderDash: dash,
      borderWidth: 2,
      pointRadius: 3,
      clip: 8,
    },
    edge(
      along(({ min }) => min),
      false,
    ),
    edge(
      along(({ max }) => max),
      '-1',
    ),
  ];
}

/** A legend stretches shapes to the width of its lines. This one can still be told by its outline. */
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
    pointHoverRadius: 8,
    pointHoverBackgroundColor: NO_FILL,
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
