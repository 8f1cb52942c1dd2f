/** The fields of the form that says how a chart is drawn as a file. */
import {
  CHART_PRESET_IDS,
  CHART_PRESETS,
  chartLook,
  type ChartLookChoice,
  type ChartPresetId,
  LEGEND_PLACES,
  type LegendPlace,
} from '../../shared/contract/chart-look.ts';
import { CHART_THEME_NAMES, type ChartThemeName } from '../../shared/charts/palette.ts';
import { reportOf } from '../../shared/contract/errors.ts';
import type { JsonObject } from '../../shared/contract/json.ts';

/** Numbers are as they were typed. */
export interface LookFields {
  readonly preset: ChartPresetId;
  /** Millimetres. */
  readonly width: string;
  readonly height: string;
  /**
   * Height divided by width, to the last digit: a height is rounded where it is shown, and would lose its
   * shape by and by while widths are typed. 0: the fields have no shape.
   */
  readonly shape: number;
  readonly fontFamily: string;
  /** Points. */
  readonly fontSize: string;
  readonly isTitleShown: boolean;
  readonly legend: LegendPlace;
  readonly theme: ChartThemeName;
  readonly dpi: string;
}

export function fieldsOfPreset(preset: ChartPresetId, theme: ChartThemeName): LookFields {
  const { width, height, fontFamily, fontSize, isTitleShown, legend, dpi } = CHART_PRESETS[preset];
  return {
    preset,
    width: String(width),
    height: String(height),
    shape: height / width,
    fontFamily,
    fontSize: String(fontSize),
    isTitleShown,
    legend,
    theme,
    dpi: String(dpi),
  };
}

/** With another width. The chart keeps its shape, or gets that of its preset where it has none. */
export function withWidth(fields: LookFields, width: string): LookFields {
  const preset = CHART_PRESETS[fields.preset];
  const shape = fields.shape > 0 ? fields.shape : preset.height / preset.width;
  const height = Number(width) * shape;
  // While it is typed, a width may be no number.
  if (!(height > 0)) return { ...fields, width };
  return { ...fields, width, height: String(Number(height.toFixed(2))), shape };
}

/** With another height, and so with another shape. */
export function withHeight(fields: LookFields, height: string): LookFields {
  return { ...fields, height, shape: shapeOf(fields.width, height) };
}

/** 0 while one of them is no number. */
function shapeOf(width: string, height: string): number {
  const shape = Number(height) / Number(width);
  return shape > 0 && Number.isFinite(shape) ? shape : 0;
}

/** What was chosen last. Whatever is not as it should be, of another version perhaps, is the preset's. */
export function fieldsFrom(kept: JsonObject): LookFields {
  const oneOf = <Value extends string>(values: readonly Value[], value: unknown, usual: Value) =>
    values.find((each) => each === value) ?? usual;
  const usual = fieldsOfPreset(
    oneOf(CHART_PRESET_IDS, kept['preset'], 'one-column'),
    oneOf(CHART_THEME_NAMES, kept['theme'], 'light'),
  );
  const text = (name: 'width' | 'height' | 'fontFamily' | 'fontSize' | 'dpi'): string => {
    const value = kept[name];
    return typeof value === 'string' ? value : usual[name];
  };
  const { isTitleShown, shape } = kept;
  const [width, height] = [text('width'), text('height')];
  return {
    ...usual,
    width,
    height,
    shape: typeof shape === 'number' && shape > 0 ? shape : shapeOf(width, height),
    fontFamily: text('fontFamily'),
    fontSize: text('fontSize'),
    dpi: text('dpi'),
    isTitleShown: typeof isTitleShown === 'boolean' ? isTitleShown : usual.isTitleShown,
    legend: oneOf(LEGEND_PLACES, kept['legend'], usual.legend),
  };
}

export function choiceOf(fields: LookFields): ChartLookChoice {
  const { preset, fontFamily, isTitleShown, legend } = fields;
  const number = (text: string): number => (text.trim() === '' ? NaN : Number(text));
  return {
    preset,
    width: number(fields.width),
    height: number(fields.height),
    fontFamily,
    fontSize: number(fields.fontSize),
    isTitleShown,
    legend,
    dpi: number(fields.dpi),
  };
}

/** What is wrong with the fields; undefined if a chart can be drawn. */
export function problemOf(fields: LookFields): string | undefined {
  try {
    chartLook(choiceOf(fields));
    return undefined;
  } catch (error) {
    return reportOf(error).message;
  }
}
