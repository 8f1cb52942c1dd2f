import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { isPlainObject, type Json } from '../../../shared/contract/json.ts';
import {
  checkKey,
  checkTree,
  choicePlaceAt,
  DATASET_SETTINGS,
  parseSettings,
  settingsSchema,
  textFromValue,
  valueFromText,
  type WrittenSettings,
} from '../../../shared/domain/settings.ts';
import { DEFAULT_PRESET, preset } from './presets.ts';
import { registries } from './registries.ts';

/** The user's settings for a search; later parts override earlier ones. */
export interface SettingsInput {
  /** Default: the default preset, if there is no config either. */
  readonly preset?: string | undefined;
  /** Any part of the settings, as read from a file. */
  readonly config?: unknown;
  /** `path=value`, such as `training.iterations=500`; `settingFromText` reads the value. */
  readonly assignments?: readonly string[] | undefined;
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * Complete, valid settings from the user's input.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed; `not-found` for
 *   an unknown preset.
 */
export function resolveSettings(input: SettingsInput): WrittenSettings {
  return parseSettings(registries, settingsAsGiven(input));
}

/**
 * The user's input laid over its base, not yet checked. A sweep lays its own values over the
 * result.
 *
 * @throws WorkbenchError `not-found` for an unknown preset; `invalid-settings` for a config that is
 *   not an object, or an invalid assignment.
 */
export function settingsAsGiven(input: SettingsInput): Tree {
  const presetId = input.preset ?? (input.config === undefined ? DEFAULT_PRESET : undefined);
  const base = presetId === undefined ? parseSettings(registries, {}) : preset(presetId).settings;
  const configured = input.config === undefined ? base : withConfig(base, input.config);
  return (input.assignments ?? []).reduce<Tree>(withAssignment, configured);
}

/**
 * Settings with one of them changed, not yet checked.
 *
 * @param path `training.optimizer.learningRate`
 */
export function withSetting(settings: object, path: string, value: unknown): Tree {
  return withValueAt({ ...settings }, path.split('.'), value);
}

/**
 * The value of a setting that is written as text.
 *
 * @param settings what is set so far, not yet checked.
 * @param path `dataset.label`
 */
export function settingFromText(settings: object, path: string, text: string): Json {
  return valueFromText(settingsSchema(registries), settings, path.split('.'), text);
}

/** `dataset.label=1`: the shortest assignment of a value. */
export function assignmentOf(settings: object, path: readonly string[], value: unknown): string {
  return `${path.join('.')}=${textFromValue(settingsSchema(registries), settings, path, value)}`;
}

function withConfig(base: Tree, config: unknown): Tree {
  checkTree(config);
  if (isPlainObject(config)) {
    // Exported settings also say what was read of the data. A new search reads the data again.
    const { data: _data, ...settings } = config;
    return overlay(base, settings, []);
  }
  throw new WorkbenchError(
    'invalid-settings',
    `the settings are ${JSON.stringify(config)}; expected an object such as {"training": {"iterations": 500}}`,
  );
}

function withAssignment(base: Tree, assignment: string): Tree {
  const separator = assignment.indexOf('=');
  const path = assignment.slice(0, separator).split('.');
  if (separator < 1 || path.includes('')) {
    throw new WorkbenchError(
      'invalid-settings',
      `--set "${assignment}" is not path=value`,
      'For example: --set training.iterations=500',
    );
  }
  const value = settingFromText(base, path.join('.'), assignment.slice(separator + 1));
  return withValueAt(base, path, value);
}

function withValueAt(base: Tree, path: readonly string[], value: unknown): Tree {
  for (const [index, key] of path.entries()) checkKey(key, path.slice(0, index));
  const [first, ...rest] = path;
  if (first === undefined) return base;
  return overlay(base, { [first]: changeAt(base[first], rest, [first], value) }, []);
}

/**
 * The change to `current` that sets one value inside it.
 *
 * @param at the path of `current` in the settings.
 */
function changeAt(
  current: unknown,
  [key, ...rest]: readonly string[],
  at: readonly string[],
  value: unknown,
): unknown {
  if (key === undefined) return value;
  const inner = [...at, key];
  if (!Array.isArray(current)) {
    const child = isPlainObject(current) ? current[key] : undefined;
    return { [key]: changeAt(child, rest, inner, value) };
  }
  return current.map((item: unknown, index) => {
    if (String(index) !== key) return item;
    const change = changeAt(item, rest, inner, value);
    return isPlainObject(item) && isPlainObject(change) ? overlay(item, change, inner) : change;
  });
}

/**
 * The one place where settings are merged.
 *
 * @param at the path of `base` in the settings.
 * @throws WorkbenchError `invalid-settings` for names that JavaScript reserves.
 */
function overlay(base: Tree, changes: Tree, at: readonly string[]): Tree {
  const merged: Record<string, unknown> = stillApplying(base, changes, at.join('.'));
  for (const [key, value] of Object.entries(changes)) {
    checkKey(key, at);
    const current = merged[key];
    const isInner = isPlainObject(current) && isPlainObject(value);
    merged[key] = isInner ? overlay(current, value, [...at, key]) : value;
  }
  return merged;
}

/** Numbers of examples that are kept of one dataset; another one may not have as many. */
const SUBSETS: readonly string[] = ['subset', 'testSubset'];

/** A copy without the settings of the old entry if the changes choose another one. */
function stillApplying(base: Tree, changes: Tree, path: string): Record<string, unknown> {
  const place = choicePlaceAt(path);
  if (!place || !(place.key in changes)) return { ...base };
  const wanted = changes[place.key];
  const id = isPlainObject(wanted) ? wanted['id'] : wanted;
  if (id === (base[place.key] ?? place.leftOut)) return { ...base };
  const { entries } = registries[place.kind];
  const chosen = entries.find((entry) => entry.id === id);
  const applies = (name: string): boolean => {
    if (place.isBeside) return !entries.some(({ hparams }) => name in hparams.shape);
    const isCommon =
      place.kind === 'datasets' && DATASET_SETTINGS.includes(name) && !SUBSETS.includes(name);
    return isCommon || (chosen !== undefined && name in chosen.hparams.shape);
  };
  return Object.fromEntries(Object.entries(base).filter(([name]) => applies(name)));
}
