/** A sweep: one search for every combination of values of some settings. */
import { WorkbenchError } from '../contract/errors.ts';
import {
  isPlainObject,
  isReservedKey,
  type Json,
  type JsonObject,
  jsonOrText,
} from '../contract/json.ts';
import { type Duration, epochsOf, isEpochs } from './duration.ts';

/**
 * From `from` to `to`, both included, by adding `step` or multiplying by `factor`. Either all are
 * numbers, or both ends and the step are epochs.
 */
export type SweepRange =
  | { readonly from: Duration; readonly to: Duration; readonly step: Duration }
  | { readonly from: Duration; readonly to: Duration; readonly factor: number };

/**
 * What a user writes in addition to the settings: the values of each path. The outer list is always
 * the list of values, even if a setting is itself a list: `{ branches: [[], ['random-reinit']] }`
 * gives two grid points.
 */
export type SweepDraft = Readonly<Record<string, readonly Json[] | SweepRange>>;

/** One swept setting with all of its values, in order. */
export interface SweepAxis {
  /** `training.optimizer.learningRate` */
  readonly path: string;
  readonly values: readonly Json[];
}

export interface SweepValue {
  readonly path: string;
  readonly value: Json;
}

/** More searches than this are more likely a mistake than a plan. */
export const MAXIMUM_GRID_POINTS = 500;

const EXAMPLE =
  'For example: {"training.optimizer.learningRate": [0.0006, 0.0012], "rewind.iteration": {"from": 0, "to": 500, "step": 100}}';

/**
 * The axes of a draft, with ranges expanded into values.
 *
 * @throws WorkbenchError `invalid-settings` naming the path and what is wrong with its values.
 */
export function axesOf(draft: SweepDraft): SweepAxis[] {
  const axes = Object.entries(draft).map(([path, given]) => {
    checkPath(path);
    return { path, values: Array.isArray(given) ? given : rangeValues(path, given) };
  });
  if (axes.length === 0) {
    throw invalid('a sweep needs a setting with several values', EXAMPLE);
  }
  for (const { path, values } of axes) {
    if (values.length === 0) throw invalid(`${path} has no values; expected at least one`);
    const texts = values.map((value) => JSON.stringify(value));
    const twice = texts.find((text, index) => texts.indexOf(text) !== index);
    if (twice !== undefined) throw invalid(`${path} has the value ${twice} twice`);
  }
  const points = axes.reduce((product, { values }) => product * values.length, 1);
  if (points > MAXIMUM_GRID_POINTS) {
    throw invalid(
      `the sweep has ${axes.map(({ values }) => values.length).join(' × ')} = ${points} grid points; expected at most ${MAXIMUM_GRID_POINTS}`,
      'Use fewer values, or sweep one part after the other: finished trainings are shared.',
    );
  }
  return axes;
}

/** Every combination, the last axis varying fastest. */
export function gridOf(axes: readonly SweepAxis[]): SweepValue[][] {
  return axes.reduce<SweepValue[][]>(
    (points, { path, values }) =>
      points.flatMap((point) => values.map((value) => [...point, { path, value }])),
    [[]],
  );
}

/** A setting and its value, both shortened as far as they stay distinct. */
export interface ShortValue {
  readonly name: string;
  readonly text: string;
}

export function shortValues(
  axes: readonly SweepAxis[],
): (point: readonly SweepValue[]) => ShortValue[] {
  const names = shortNames(axes.map(({ path }) => path));
  const texts = new Map(axes.map(({ path, values }) => [path, shortTexts(values)]));
  return (point) =>
    point.map(({ path, value }) => ({
      name: names.get(path) ?? path,
      text: texts.get(path)?.(value) ?? textOf(value),
    }));
}

/** `learningRate = 0.0006, optimizer = sgd` */
export function describePoints(
  axes: readonly SweepAxis[],
): (point: readonly SweepValue[]) => string {
  const short = shortValues(axes);
  return (point) => describeValues(short(point));
}

export function describeValues(values: readonly ShortValue[]): string {
  return values.map(({ name, text }) => `${name} = ${text}`).join(', ');
}

/** `learningRate = 0.0006, 0.0012; iteration = 0, 100`: what is swept, with all values. */
export function describeAxes(axes: readonly SweepAxis[]): string {
  const names = shortNames(axes.map(({ path }) => path));
  return axes
    .map(({ path, values }) => `${names.get(path)} = ${values.map(shortTexts(values)).join(', ')}`)
    .join('; ');
}

/**
 * Short texts for swept values. An entry is its id and only those settings in which entries with
 * that id differ.
 */
export function shortTexts(values: readonly Json[]): (value: Json) => string {
  return (value) => {
    if (!isEntry(value)) return textOf(value);
    const same = values.filter(isEntry).filter(({ id }) => id === value.id);
    const telling = Object.entries(value).filter(([name, setting]) =>
      same.some((other) => JSON.stringify(other[name]) !== JSON.stringify(setting)),
    );
    return [value.id, ...telling.map(([name, setting]) => `${name} ${textOf(setting)}`)].join(' ');
  };
}

function isEntry(value: Json): value is JsonObject & { readonly id: string } {
  return (
    typeof value === 'object' && value !== null && 'id' in value && typeof value['id'] === 'string'
  );
}

/** The shortest ending of each path that distinguishes it from the others. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const endOf = (path: string, words: number): string => path.split('.').slice(-words).join('.');
  return new Map(
    paths.map((path) => {
      const length = path.split('.').length;
      let words = 1;
      const isShared = (): boolean =>
        paths.some((other) => other !== path && endOf(other, words) === endOf(path, words));
      // `id` alone does not say what is chosen.
      while (words < length && (isShared() || endOf(path, words) === 'id')) words += 1;
      return [path, endOf(path, words)];
    }),
  );
}

/** A value as people write it on the command line. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const NUMBER = String.raw`[-+]?[\d.]+(?:e[-+]?\d+)?`;
const RANGE = new RegExp(
  `^(?<from>${NUMBER}(?:ep)?)\\.\\.(?<to>${NUMBER}(?:ep)?):(?<kind>x?)(?<by>${NUMBER}(?:ep)?)$`,
  'i',
);

const OPEN_RANGE = new RegExp(`^${NUMBER}(?:ep)?\\.\\.${NUMBER}(?:ep)?$`, 'i');

/**
 * `path=a,b,c`, `path=0..500:100` (steps of 100) or `path=0.0001..0.1:x10` (times 10), as on the
 * command line. Commas inside brackets and quotes belong to a value.
 *
 * @param readValue the value that a text stands for: by default JSON or plain text.
 * @throws WorkbenchError `invalid-settings` naming what is wrong.
 */
export function parseSweepArgument(
  text: string,
  readValue: (path: string, text: string) => Json = (_, value) => jsonOrText(value),
): SweepDraft {
  const separator = text.indexOf('=');
  if (separator < 1) {
    throw invalid(
      `--sweep "${text}" is not path=values`,
      'For example: --sweep training.optimizer.learningRate=0.0006,0.0012 or --sweep rewind.iteration=0..500:100',
    );
  }
  const path = text.slice(0, separator);
  const values = text.slice(separator + 1);
  if (OPEN_RANGE.test(values)) {
    throw invalid(
      `--sweep "${text}" is a range without steps`,
      `For example: --sweep ${path}=0..500:100, or in epochs --sweep ${path}=1ep..5ep:1ep`,
    );
  }
  const range = RANGE.exec(values)?.groups;
  if (!range) {
    return { [path]: splitValues(values).map((value) => readValue(path, value)) };
  }
  const { from = '', to = '', kind = '', by = '' } = range;
  return { [path]: rangeOf(from, to, kind === '' ? 'step' : 'factor', by) };
}

/** A range from its written parts, which may not be numbers. */
export function rangeOf(from: string, to: string, how: 'step' | 'factor', by: string): SweepRange {
  const ends = { from: durationOf(from), to: durationOf(to) };
  return how === 'step' ? { ...ends, step: durationOf(by) } : { ...ends, factor: Number(by) };
}

const durationOf = (text: string): Duration => (isEpochs(text) ? text : Number(text));

function checkPath(path: string): void {
  const keys = path.split('.');
  if (keys.some((key) => key === '' || isReservedKey(key))) {
    throw invalid(
      `"${path}" is not the path of a setting`,
      'Run "ticket catalog" for all settings.',
    );
  }
}

/** @param range from a file, so it may be anything. */
function rangeValues(path: string, range: unknown): Json[] {
  const { from, to, step, factor } = isPlainObject(range) ? range : {};
  const text = JSON.stringify(range);
  const counted = step === undefined ? [from, to] : [from, to, step];
  const areEpochs = counted.every(isEpochs);
  const [start = NaN, end = NaN, by] = counted.map(numberIn);
  if (!areEpochs && counted.some(isEpochs)) {
    throw invalid(
      `${path}: the range ${text} is partly in epochs; expected both ends and the step in epochs, or none of them`,
      'For example: --sweep training.iterations=1ep..5ep:1ep',
    );
  }
  if (![start, end].every(Number.isFinite)) {
    throw invalid(
      `${path} is ${text}; expected a list of values or a range`,
      'A range is {"from", "to", "step"} or {"from", "to", "factor"}: numbers, or epochs such as "2ep" for all but the factor.',
    );
  }
  const values =
    by === undefined
      ? geometric(path, start, end, numberIn(factor), text)
      : linear(path, start, end, by, text);
  if (values.length > MAXIMUM_GRID_POINTS) {
    throw invalid(
      `${path} has more than ${MAXIMUM_GRID_POINTS} values: ${text}`,
      'Use larger steps.',
    );
  }
  return areEpochs ? values.map((value) => `${value}ep`) : values;
}

/** A number of iterations, or of epochs without their unit; NaN for anything else. */
function numberIn(value: unknown): number {
  if (isEpochs(value)) return epochsOf(value);
  return typeof value === 'number' ? value : NaN;
}

function linear(path: string, from: number, to: number, step: number, text: string): number[] {
  if (!Number.isFinite(step) || step === 0 || (to - from) / step < 0) {
    throw invalid(`${path}: the steps of ${text} do not lead from ${from} to ${to}`);
  }
  return upTo((to - from) / step, (index) => from + index * step);
}

function geometric(path: string, from: number, to: number, factor: number, text: string): number[] {
  const isPositive = from > 0 && to > 0 && factor > 0 && factor !== 1;
  const steps = isPositive ? Math.log(to / from) / Math.log(factor) : Number.NaN;
  if (!(steps >= 0)) {
    throw invalid(
      `${path}: the factor of ${text} does not lead from ${from} to ${to}`,
      'Both ends are above 0; the factor is above 1 to rise and below 1 to fall.',
    );
  }
  return upTo(steps, (index) => from * factor ** index);
}

/** Includes both ends, regardless of rounding in sums of decimals. */
function upTo(steps: number, valueAt: (index: number) => number): number[] {
  const count = Math.min(Math.floor(steps + 1e-9), MAXIMUM_GRID_POINTS) + 1;
  return Array.from({ length: count }, (_, index) => Number(valueAt(index).toPrecision(12)));
}

/** Splits at commas outside brackets and quotes. */
function splitValues(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') {
      at += 1;
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '[' || character === '{') depth += 1;
    if (character === ']' || character === '}') depth -= 1;
    if (character !== ',' || depth > 0) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return [...parts, text.slice(start)];
}

function invalid(message: string, hint?: string): WorkbenchError {
  return new WorkbenchError('invalid-settings', message, hint);
}
