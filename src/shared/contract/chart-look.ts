/** How a chart is drawn as a file: chosen on the command line and in the window, checked here. */
import { z } from 'zod';
import { WorkbenchError } from './errors.ts';

export const LEGEND_PLACES = ['top', 'bottom', 'right', 'none'] as const;
export type LegendPlace = (typeof LEGEND_PLACES)[number];

/** Everything that decides the shape of a chart's file, except for its colours. */
export interface ChartLook {
  /** In millimetres. */
  readonly width: number;
  /** In millimetres. */
  readonly height: number;
  /** A family such as `serif` or `Times New Roman`. Fallbacks are added where it is drawn. */
  readonly fontFamily: string;
  /** The size of the labels of axes, in points (1/72 inch). */
  readonly fontSize: number;
  readonly isTitleShown: boolean;
  readonly legend: LegendPlace;
  /** Pixels per inch of a PNG. */
  readonly dpi: number;
}

export const CHART_PRESET_IDS = ['page', 'one-column', 'two-columns'] as const;
export type ChartPresetId = (typeof CHART_PRESET_IDS)[number];

const PRINT_DPI = 300;

/** Widths of columns as most journals have them. There a caption takes the place of the title. */
export const CHART_PRESETS: Readonly<Record<ChartPresetId, ChartLook>> = {
  page: {
    width: 240,
    height: 150,
    fontFamily: 'sans-serif',
    fontSize: 9,
    isTitleShown: true,
    legend: 'top',
    dpi: PRINT_DPI,
  },
  'one-column': {
    width: 84,
    height: 63,
    fontFamily: 'sans-serif',
    fontSize: 8,
    isTitleShown: false,
    legend: 'top',
    dpi: PRINT_DPI,
  },
  'two-columns': {
    width: 174,
    height: 96,
    fontFamily: 'sans-serif',
    fontSize: 8,
    isTitleShown: false,
    legend: 'top',
    dpi: PRINT_DPI,
  },
};

/** A preset, and what is to be otherwise. */
export const chartLookChoice = z.strictObject({
  preset: z.enum(CHART_PRESET_IDS).optional(),
  width: z.number().optional(),
  /** By default, the chart has the shape of the preset. */
  height: z.number().optional(),
  /** Width divided by height, in place of a height. */
  aspect: z.number().optional(),
  fontFamily: z.string().max(200).optional(),
  fontSize: z.number().optional(),
  isTitleShown: z.boolean().optional(),
  legend: z.enum(LEGEND_PLACES).optional(),
  dpi: z.number().optional(),
});
export type ChartLookChoice = z.infer<typeof chartLookChoice>;

interface Range {
  readonly what: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
}

const RANGES = {
  width: { what: 'the width of the chart', unit: ' mm', least: 30, most: 1000 },
  height: { what: 'the height of the chart', unit: ' mm', least: 20, most: 1000 },
  aspect: { what: 'the aspect (width divided by height)', unit: '', least: 0.2, most: 10 },
  fontSize: { what: 'the font size', unit: ' pt', least: 4, most: 48 },
  dpi: { what: 'the resolution', unit: ' dpi', least: 50, most: 1200 },
} satisfies Readonly<Record<string, Range>>;

/** Letters of any script, digits, spaces and hyphens: nothing that could end a name in CSS or XML. */
const FAMILY = /^[\p{L}\p{N}][\p{L}\p{N} -]*$/u;

/** A larger picture takes gigabytes while it is drawn. */
const MOST_PIXELS = 64_000_000;
const MILLIMETRES_PER_INCH = 25.4;

/**
 * The look that was chosen, complete.
 *
 * @throws WorkbenchError `invalid-argument` naming what is out of range, and the range.
 */
export function chartLook(choice: ChartLookChoice = {}): ChartLook {
  const base = CHART_PRESETS[choice.preset ?? 'page'];
  if (choice.height !== undefined && choice.aspect !== undefined) {
    throw new WorkbenchError(
      'invalid-argument',
      'the chart has both a height and an aspect; expected one of them',
    );
  }
  const width = choice.width ?? base.width;
  const aspect = checked('aspect', choice.aspect ?? base.width / base.height);
  const look = {
    width: checked('width', width),
    height: checked('height', choice.height ?? width / aspect),
    fontFamily: choice.fontFamily?.trim() ?? base.fontFamily,
    fontSize: checked('fontSize', choice.fontSize ?? base.fontSize),
    isTitleShown: choice.isTitleShown ?? base.isTitleShown,
    legend: choice.legend ?? base.legend,
    dpi: checked('dpi', choice.dpi ?? base.dpi),
  };
  if (!FAMILY.test(look.fontFamily)) {
    throw new WorkbenchError(
      'invalid-argument',
      `the font family is ${JSON.stringify(look.fontFamily)}; expected one name, such as serif or Times New Roman`,
    );
  }
  const pixels = toPixels(look.width, look.dpi) * toPixels(look.height, look.dpi);
  if (pixels > MOST_PIXELS) {
    throw new WorkbenchError(
      'invalid-argument',
      `a chart of ${look.width} mm by ${look.height} mm at ${look.dpi} dpi has ${Math.round(pixels / 1e6)} million pixels; expected at most ${MOST_PIXELS / 1e6} million`,
      'Choose a smaller size or a lower resolution, or draw it as PDF or SVG.',
    );
  }
  return look;
}

export function toPixels(millimetres: number, dpi: number): number {
  return Math.round((millimetres / MILLIMETRES_PER_INCH) * dpi);
}

function checked(name: keyof typeof RANGES, value: number): number {
  const { what, unit, least, most } = RANGES[name];
  if (value >= least && value <= most) return value;
  throw new WorkbenchError(
    'invalid-argument',
    `${what} is ${Number.isNaN(value) ? 'no number' : `${value}${unit}`}; expected ${least} to ${most}${unit}`,
  );
}
