/**
 * Charts as plain data, which is stored, sent and tested like any other. What needs a function or a
 * colour (Chart.js's callbacks, the theme) is named here and filled in where the chart is drawn.
 */
import { type HeatCell, heatMap } from './heat-map.ts';
import {
  bandedLine,
  type BandedPoint,
  type ChartPoint,
  type LineAxis,
  type LineChart,
  lineChart,
  type LineDataset,
  marks,
  referenceLine,
} from './line-chart.ts';
import { type ChartTheme, orderedColour, seriesColour } from './palette.ts';
import { picture, type PictureParts } from './picture.ts';

/**
 * A place in the theme's series, counted from 0; the colour of text or of references; or a place in
 * 0..1 on the scale of ordered colours.
 */
export type ColourRole = number | 'text' | 'reference' | { readonly ordered: number };

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
  /** Makes the axis logarithmic, with ticks at these values as far as it reaches. */
  readonly logarithmicTicks?: readonly number[];
  /** The only ticks, with texts instead of numbers. */
  readonly namedTicks?: readonly { readonly at: number; readonly name: string }[];
}

/** A mean with a band from the lowest to the highest value. */
interface BandedLine {
  readonly kind: 'banded';
  readonly label: string;
  readonly points: readonly BandedPoint[];
  readonly colour: ColourRole;
  /** Lengths of strokes and gaps in pixels. Default: none. */
  readonly dash?: readonly number[];
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
}

/** A line through many points, without marks. A single point is marked, so that it can be seen. */
interface Curve {
  readonly kind: 'curve';
  readonly label: string;
  readonly points: readonly ChartPoint[];
  readonly colour: ColourRole;
  /** Lengths of strokes and gaps in pixels. Default: none. */
  readonly dash?: readonly number[];
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
}

/** Hollow marks without a line: points that were not measured here. */
interface Marks {
  readonly kind: 'marks';
  readonly label: string;
  readonly points: readonly MarkPoint[];
  readonly colour: ColourRole;
  /** Default: a square. */
  readonly isDiamond?: boolean;
}

interface MarkPoint extends ChartPoint {
  /** Shown in the tooltip, below x and y. */
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
}

/** Values over two axes as coloured cells. */
interface HeatMapDescription extends Frame {
  readonly kind: 'heat-map';
  readonly cells: readonly HeatCell[];
  /** What the values are, with their unit: `Distance (%)`. */
  readonly valueTitle: string;
}

export interface LinesDescription extends Frame {
  readonly kind: 'lines';
  readonly lines: readonly LineDescription[];
}

/** Pixels over two axes, in layers of colour. */
export interface PictureDescription extends Frame, PictureParts<ColourRole> {
  readonly kind: 'picture';
}

export type ChartDescription = LinesDescription | HeatMapDescription | PictureDescription;

/** The Chart.js configuration of a described chart. */
export function drawnChart(described: ChartDescription, theme: ChartTheme): LineChart {
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
    const { cells, valueTitle } = described;
    return heatMap({ ...parts, cells, valueTitle }, theme);
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
  const { includesBounds, logarithmicTicks, namedTicks } = described;
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
      ticks: { ...ticks, autoSkip: false, callback: (value) => names.get(Number(value)) ?? '' },
      afterBuildTicks: (drawn) => {
        drawn.ticks = namedTicks.map(({ at }) => ({ value: at }));
      },
    };
  }
  if (!logarithmicTicks) return axis;
  return {
    ...axis,
    type: 'logarithmic',
    ticks: { ...ticks, callback: (value) => String(Number(Number(value).toPrecision(3))) },
    afterBuildTicks: (drawn) => {
      drawn.ticks = logarithmicTicks
        // A tick that was rounded may be a little below the smallest value.
        .filter((value) => value >= drawn.min * 0.995)
        .map((value) => ({ value }));
    },
  };
}

function datasetsOf(line: LineDescription, theme: ChartTheme): LineDataset[] {
  if (line.kind === 'reference') {
    return [referenceLine(line.label, line.y, line.from, line.to, theme)];
  }
  const colour = colourOf(line.colour, theme);
  if (line.kind === 'marks') return [marks(line.label, line.points, colour, line.isDiamond)];
  const dash = [...(line.dash ?? [])];
  if (line.kind === 'banded') return bandedLine(line.label, line.points, { colour, dash });
  const drawn = {
    label: line.label,
    data: [...line.points],
    borderColor: colour,
    borderDash: dash,
  };
  if (line.kind === 'outline') {
    const fill = line.isFilled ? 'origin' : false;
    const backgroundColor = `${colour}2e`;
    return [
      { ...drawn, backgroundColor, borderWidth: 1.75, pointRadius: 0, stepped: 'middle', fill },
    ];
  }
  if (line.kind === 'curve') {
    const pointRadius = line.points.length === 1 ? 2 : 0;
    return [
      { ...drawn, backgroundColor: colour, borderWidth: 1.75, pointRadius, pointHitRadius: 6 },
    ];
  }
  const isMinor = line.isMinor === true;
  return [
    {
      ...drawn,
      backgroundColor: colour,
      borderWidth: isMinor ? 1.5 : 2,
      pointRadius: isMinor ? 0 : 2.5,
    },
  ];
}

export function colourOf(role: ColourRole, theme: ChartTheme): string {
  if (typeof role === 'number') return seriesColour(theme, role);
  return typeof role === 'object' ? orderedColour(theme, role.ordered) : theme[role];
}
