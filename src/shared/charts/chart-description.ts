/**
 * Charts as plain data, which is stored, sent and tested like any other. What needs a function or a
 * colour (Chart.js's callbacks, the theme) is named here and filled in where the chart is drawn.
 */
import type { Scale } from 'chart.js';
import { apart, withRoom } from './axis-ticks.ts';
import { type HeatCell, heatMap } from './heat-map.ts';
import {
  type Band,
  bandedLine,
  type BandedPoint,
  bandLabel,
  type ChartPoint,
  type LineAxis,
  type LineChart,
  lineChart,
  type LineDataset,
  marks,
  referenceLine,
} from './line-chart.ts';
import { type ChartTheme, faded, orderedColour, pairColour, seriesColour } from './palette.ts';
import type { ParallelParts } from './parallel-chart.ts';
import { picture, type PictureParts } from './picture.ts';
import { shortNumber } from './short-number.ts';

/**
 * A place in the theme's series, counted from 0; a place among the colours of pairs; the colour of text
 * or of references; or a place in 0..1 on the scale of ordered colours.
 */
export type ColourRole =
  number | 'text' | 'reference' | { readonly pair: number } | { readonly ordered: number };

export interface AxisDescription {
  readonly min?: number;
  readonly max?: number;
  /** Ticks are at whole numbers only. */
  readonly isWhole?: boolean;
  /** The axis reaches at least this far. */
  readonly suggestedMax?: number;
  /** The values fall along the axis. Default: no. */
  readonly isReversed?: boolean;
  readonly mostTicks?: number;
  /** Whether both ends of the axis have a tick. Default: yes. */
  readonly includesBounds?: boolean;
  /** Logarithmic, with ticks at round numbers. */
  readonly isLogarithmic?: boolean;
  /** Makes the axis logarithmic, with ticks at these values as far as it reaches. */
  readonly logarithmicTicks?: readonly number[];
  /** The only ticks, with texts instead of numbers. */
  readonly namedTicks?: readonly { readonly at: number; readonly name: string }[];
}

/** A mean with a band around it. */
export interface BandedLine {
  readonly kind: 'banded';
  readonly label: string;
  readonly points: readonly BandedPoint[];
  readonly colour: ColourRole;
  /** Lengths of strokes and gaps in pixels. Default: none. */
  readonly dash?: readonly number[];
  /** Default: from the lowest to the highest value. */
  readonly band?: Band;
}

interface PlainLine {
  readonly kind: 'line';
  readonly label: string;
  readonly points: readonly ChartPoint[];
  readonly colour: ColourRole;
  /** Lengths of strokes and gaps in pixels. Default: none. */
  readonly dash?: readonly number[];
  /** Thinner, and without a mark at every point. Default: no. */
  readonly isMinor?: boolean;
  /** Filled down to 0. Default: no. */
  readonly isFilled?: boolean;
}

/**
 * A line through many points, without marks. It has a gap at a value that is not finite. A single point is
 * marked, so that it can be seen.
 */
export interface Curve {
  readonly kind: 'curve';
  readonly label: string;
  readonly points: readonly ChartPoint[];
  readonly colour: ColourRole;
  /** Lengths of strokes and gaps in pixels. Default: none. */
  readonly dash?: readonly number[];
  /** Faint behind the curve of the same label, and without an entry in the legend. Default: no. */
  readonly isBehind?: boolean;
}

/**
 * A curve of any length in arrays, which stays in the window: what is drawn or saved of it are the
 * lowest and highest values of every column of pixels, as a `Curve`.
 */
export interface LongCurve extends Omit<Curve, 'kind' | 'points' | 'isBehind'> {
  readonly kind: 'long-curve';
  /** Rising. May grow at its end, together with `ys`. */
  readonly xs: ArrayLike<number>;
  /** A gap is NaN. Times `factor`, they are in the unit of the axis. */
  readonly ys: ArrayLike<number>;
  readonly factor: number;
  /**
   * Present where only what can be drawn of the curve is here. A moving average does not follow from it, so
   * it comes along once it is known.
   */
  readonly thinned?: { readonly averages?: KnownAverages };
}

interface KnownAverages {
  readonly weight: number;
  /** As many as `ys`. */
  readonly values: ArrayLike<number>;
}

/** The outline of a histogram, a point in the middle of every bin. */
interface Outline {
  readonly kind: 'outline';
  readonly label: string;
  readonly points: readonly ChartPoint[];
  readonly colour: ColourRole;
  /** Lengths of strokes and gaps in pixels. Default: none. */
  readonly dash?: readonly number[];
  readonly isFilled: boolean;
}

/** A level line that others are compared with. */
interface Reference {
  readonly kind: 'reference';
  readonly label: string;
  readonly y: number;
  readonly from: number;
  readonly to: number;
  /** Default: that of references. */
  readonly colour?: ColourRole;
  /** Default: dots. */
  readonly dash?: readonly number[];
}

/** Hollow marks without a line, such as points that were not measured here. */
export interface Marks {
  readonly kind: 'marks';
  readonly label: string;
  readonly points: readonly MarkPoint[];
  readonly colour: ColourRole;
  /** Default: a square. */
  readonly isDiamond?: boolean;
  /** On the line of the same label: smaller, and without an entry in the legend. Default: no. */
  readonly isOnLine?: boolean;
}

interface MarkPoint extends ChartPoint {
  /** Shown where the point is read. */
  readonly note?: string;
}

export type LineDescription = BandedLine | PlainLine | Curve | Outline | Reference | Marks;

interface Frame {
  readonly title: string;
  /** Says what N is. */
  readonly subtitle: string;
  /** What the axes show, with the unit in brackets. */
  readonly xTitle: string;
  readonly yTitle: string;
  readonly x?: AxisDescription;
  readonly y?: AxisDescription;
  /** What the differences of points are from. */
  readonly reference?: string;
}

/** Values over two axes as coloured cells. */
export interface HeatMapDescription extends Frame {
  readonly kind: 'heat-map';
  readonly cells: readonly HeatCell[];
  /** What the values are, with their unit: `Distance (%)`. */
  readonly valueTitle: string;
  /** The value of the first colour, which smaller ones have as well. Default: 0. */
  readonly lowest?: number;
  /** Equal ratios of values are equal steps of colour. Default: no. */
  readonly isLogarithmic?: boolean;
}

export interface LinesDescription extends Frame {
  readonly kind: 'lines';
  readonly lines: readonly LineDescription[];
}

/** Pixels over two axes, in layers of colour. */
export interface PictureDescription extends Frame, PictureParts<ColourRole> {
  readonly kind: 'picture';
}

/** Lines through several axes. Only files are drawn of it: the window has its own plot, which is brushed. */
export interface ParallelDescription extends Pick<Frame, 'title' | 'subtitle'>, ParallelParts {
  readonly kind: 'parallel';
}

export type ChartDescription = LinesDescription | HeatMapDescription;

/** Everything that can be drawn. */
export type DrawableChart = ChartDescription | PictureDescription | ParallelDescription;

export type WindowLine = LineDescription | LongCurve;

export interface WindowLines extends Frame {
  readonly kind: 'lines';
  readonly lines: readonly WindowLine[];
}

/** What the window shows, and `viewed` makes a description of. */
export type WindowChart = WindowLines | HeatMapDescription;

/** The Chart.js configuration of a described chart. */
export function drawnChart(
  described: ChartDescription | PictureDescription,
  theme: ChartTheme,
): LineChart {
  const { title, subtitle, xTitle, yTitle } = described;
  const parts = {
    title,
    subtitle,
    xTitle,
    yTitle,
    ...(described.x && { x: axisOf(described.x) }),
    ...(described.y && { y: axisOf(described.y) }),
  };
  if (described.kind === 'heat-map') {
    const { cells, valueTitle, lowest, isLogarithmic } = described;
    const values = {
      cells,
      valueTitle,
      ...(lowest !== undefined && { lowest }),
      ...(isLogarithmic !== undefined && { isLogarithmic }),
    };
    return heatMap({ ...parts, ...values }, theme);
  }
  if (described.kind === 'picture') {
    const { width, height, extent } = described;
    const layers = described.layers.map((layer) => ({
      ...layer,
      colour: colourOf(layer.colour, theme),
    }));
    return picture({ ...parts, width, height, extent, layers }, theme);
  }
  const datasets = described.lines.flatMap((line) => datasetsOf(line, theme));
  return lineChart({ ...parts, datasets }, theme);
}

function axisOf(described: AxisDescription): LineAxis {
  const { min, max, suggestedMax, isReversed, isWhole, mostTicks } = described;
  const { includesBounds, isLogarithmic, logarithmicTicks, namedTicks } = described;
  const ticks = {
    ...(isWhole === true && { precision: 0 }),
    ...(mostTicks !== undefined && { maxTicksLimit: mostTicks }),
    ...(includesBounds !== undefined && { includeBounds: includesBounds }),
  };
  const axis = {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(suggestedMax !== undefined && { suggestedMax }),
    ...(isReversed === true && { reverse: true }),
    ...(Object.keys(ticks).length > 0 && { ticks }),
  };
  if (namedTicks) {
    const names = new Map(namedTicks.map(({ at, name }) => [at, name]));
    return {
      ...axis,
      ticks: { ...ticks, callback: (value) => names.get(Number(value)) ?? '' },
      afterBuildTicks: (drawn) => {
        drawn.ticks = namedTicks
          .filter(({ at }) => at >= drawn.min && at <= drawn.max)
          .map(({ at }) => ({ value: at }));
      },
    };
  }
  if (logarithmicTicks) {
    return {
      ...axis,
      type: 'logarithmic',
      // Those that are left have room, which Chart.js only sees where all are equally far apart.
      ticks: { ...ticks, callback: readableTick, maxRotation: 0 },
      afterBuildTicks: (drawn) => {
        // A tick that was rounded may be a little outside.
        const inside = logarithmicTicks.filter(
          (value) => value >= drawn.min * 0.995 && value <= drawn.max * 1.005,
        );
        drawn.ticks = roomyTicks(inside, drawn).map((value) => ({ value }));
      },
    };
  }
  if (isLogarithmic !== true) return axis;
  return { ...axis, type: 'logarithmic', ticks: { ...ticks, callback: logarithmicTick } };
}

/** Labels stand side by side along x, and below each other along y, where there is room. */
function roomyTicks(ticks: readonly number[], drawn: Scale): readonly number[] {
  if (drawn.axis !== 'x') return ticks;
  const { ticks: own } = drawn.options as {
    readonly ticks?: { readonly font?: { readonly size?: number } };
  };
  const fontSize = own?.font?.size ?? drawn.chart.options.font?.size ?? USUAL_FONT_SIZE;
  return withRoom(ticks, readableTick, {
    min: drawn.min,
    max: drawn.max,
    length: drawn.width,
    fontSize,
  });
}

const USUAL_FONT_SIZE = 12;

function readableTick(value: number | string): string {
  return shortNumber(Number(value));
}

/**
 * Labels 1, 2 and 5 of every power of ten, so that they don't crowd. An axis that reaches over less, such as
 * losses from 0.6 to 0.7, has all labels that there is room for.
 */
function logarithmicTick(
  value: number | string,
  _index: number,
  ticks: readonly { readonly value: number }[],
): string {
  const values = ticks.map((tick) => tick.value);
  const round = values.filter(isRound);
  const labelled = round.length > 1 ? round : apart(values);
  return labelled.includes(Number(value)) ? readableTick(value) : '';
}

/** Whether it is 1, 2 or 5 times a power of ten. */
function isRound(value: number): boolean {
  const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].some((round) => Math.abs(leading - round) < 1e-6);
}

export function datasetsOf(line: LineDescription, theme: ChartTheme): LineDataset[] {
  if (line.kind === 'reference') {
    const colour = line.colour === undefined ? undefined : colourOf(line.colour, theme);
    return [
      {
        ...referenceLine(line.label, line.y, line.from, line.to, theme),
        ...(colour && { borderColor: colour, backgroundColor: colour }),
        ...(line.dash && { borderDash: [...line.dash] }),
      },
    ];
  }
  const colour = colourOf(line.colour, theme);
  if (line.kind === 'marks') return [marksOf(line, colour)];
  const dash = [...(line.dash ?? [])];
  if (line.kind === 'banded') {
    const { band = 'range' } = line;
    return bandedLine(line.label, line.points, { colour, dash, band });
  }
  const drawn = {
    label: line.label,
    data: [...line.points],
    borderColor: colour,
    borderDash: dash,
  };
  if (line.kind === 'outline') {
    const fill = line.isFilled ? 'origin' : false;
    const backgroundColor = faded(colour, 0.18);
    return [
      { ...drawn, backgroundColor, borderWidth: 1.75, pointRadius: 0, stepped: 'middle', fill },
    ];
  }
  if (line.kind === 'curve') {
    const pointRadius = line.points.length === 1 ? 2 : 0;
    const curve = { ...drawn, backgroundColor: colour, borderWidth: 1.75, pointRadius };
    if (line.isBehind !== true) return [curve];
    const behind = { label: bandLabel(line.label), borderColor: faded(colour, 0.25) };
    return [{ ...curve, ...behind, borderWidth: 1 }];
  }
  const isMinor = line.isMinor === true;
  return [
    {
      ...drawn,
      backgroundColor: line.isFilled === true ? faded(colour, 0.18) : colour,
      borderWidth: isMinor ? 1.5 : 2,
      pointRadius: isMinor ? 0 : 2.5,
      ...(line.isFilled === true && { fill: 'origin' }),
    },
  ];
}

function marksOf({ label, points, isDiamond, isOnLine }: Marks, colour: string): LineDataset {
  if (isOnLine !== true) return marks(label, points, colour, isDiamond);
  return { ...marks(bandLabel(label), points, colour, isDiamond), pointRadius: 4.5 };
}

export function colourOf(role: ColourRole, theme: ChartTheme): string {
  if (typeof role === 'number') return seriesColour(theme, role);
  if (typeof role !== 'object') return theme[role];
  return 'pair' in role ? pairColour(theme, role.pair) : orderedColour(theme, role.ordered);
}
