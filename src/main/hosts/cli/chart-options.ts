/** The options that say how a chart is drawn as a file. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  CHART_PRESET_IDS,
  type ChartLookChoice,
  type ChartPresetId,
  LEGEND_PLACES,
  type LegendPlace,
} from '../../../shared/contract/chart-look.ts';
import { CHART_THEME_NAMES, type ChartThemeName } from '../../../shared/charts/palette.ts';
import type { ChartDrawing } from '../../workbench/exports/chart-drawing.ts';

export interface ChartOptions {
  readonly preset?: ChartPresetId;
  readonly width?: number;
  readonly height?: number;
  readonly aspect?: number;
  readonly fontFamily?: string;
  readonly fontSize?: number;
  readonly title?: boolean;
  readonly legend?: LegendPlace;
  readonly theme?: ChartThemeName;
  readonly dpi?: number;
}

export function withChartOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--preset <name>',
        'size and font of a chart: page (240 mm), one-column (84 mm, 8 pt) or two-columns (174 mm, 8 pt)',
      ).choices(CHART_PRESET_IDS),
    )
    .option('--width <size>', 'width of a chart: 84mm, 8.4cm or 3.3in', millimetres)
    .option('--height <size>', 'height of a chart; by default as the preset has it', millimetres)
    .option('--aspect <ratio>', 'width of a chart divided by its height', positive)
    .option('--font-family <name>', 'font of a chart: sans-serif, serif or the name of a font')
    .option('--font-size <points>', 'font size of a chart', positive)
    .option('--title', 'draw the title of a chart, also where the preset leaves it out')
    .option('--no-title', 'leave the title of a chart out')
    .addOption(new Option('--legend <place>', 'legend of a chart').choices(LEGEND_PLACES))
    .addOption(new Option('--theme <name>', 'colours of a chart').choices(CHART_THEME_NAMES))
    .option('--dpi <n>', 'pixels per inch of a PNG', positive);
}

export function drawingFrom(options: ChartOptions): ChartDrawing {
  const { preset, width, height, aspect, fontFamily, fontSize, title, legend, dpi } = options;
  const look: ChartLookChoice = {
    preset,
    width,
    height,
    aspect,
    fontFamily,
    fontSize,
    isTitleShown: title,
    legend,
    dpi,
  };
  return { look, theme: options.theme };
}

const UNITS: Readonly<Record<string, number>> = { mm: 1, cm: 10, in: 25.4, pt: 25.4 / 72 };

/** @throws InvalidArgumentError for anything but a length. */
function millimetres(text: string): number {
  const [, digits, unit = 'mm'] = /^(\d+(?:\.\d+)?)\s*(mm|cm|in|pt)?$/.exec(text.trim()) ?? [];
  const size = Number(digits) * UNITS[unit]!;
  if (size > 0) return size;
  throw new InvalidArgumentError('expected a length such as 84mm, 8.4cm or 3.3in');
}

/** @throws InvalidArgumentError for anything but a number above 0. */
function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0');
}
