import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Definition, Registry } from '../../../shared/domain/definition.ts';
import {
  DATASET_SETTINGS,
  DEFAULT_REWIND,
  parseSettings,
  type WrittenSettings,
} from '../../../shared/domain/settings.ts';
import { DEFAULT_PRESET, preset } from './presets.ts';
import { registries } from './registries.ts';

/** What a user says about a search; later parts win over earlier ones. */
export interface SettingsInput {
  /** Without a preset and a config it is the default one. */
  readonly preset?: string | undefined;
  /** Any part of the settings, as read from a file. */
  readonly config?: unknown;
  /** `path=value` with a JSON value or plain text: `training.iterations=500`. */
  readonly assignments?: readonly string[] | undefined;
}

type Tree = Record<string, unknown>;

/** Where one of several registered entries is chosen, each with settings of its own. */
const CHOICES: Readonly<Record<string, Registry<Definition>>> = {
  dataset: registries.datasets,
  architecture: registries.architectures,
  initializer: registries.initializers,
  'training.optimizer': registries.optimizers,
  'training.schedule': registries.learningRateSchedules,
  'pruning.strategy': registries.strategies,
};

/**
 * Complete, valid settings from what a user said.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed; `not-found` for
 *   an unknown preset.
 */
export function resolveSettings(input: SettingsInput): WrittenSettings {
  return parseSettings(registries, settingsAsGiven(input));
}

/**
 * What a user said, laid over what it starts from and not yet checked: a sweep still lays its values
 * over it.
 *
 * @throws WorkbenchError `not-found` for an unknown preset; `invalid-settings` for what is no object
 *   or no assignment.
 */
export function settingsAsGiven(input: SettingsInput): object {
  const presetId = input.preset ?? (input.config === undefined ? DEFAULT_PRESET : undefined);
  const base = presetId === undefined ? parseSettings(registries, {}) : preset(presetId).settings;
  const tree: Tree = structuredClone({ ...base });
  if (input.config !== undefined) {
    if (!isTree(input.config)) {
      throw new WorkbenchError(
        'invalid-settings',
        `the settings are ${JSON.stringify(input.config)}; expected an object such as {"training": {"iterations": 500}}`,
      );
    }
    overlay(tree, input.config, []);
  }
  for (const assignment of input.assignments ?? []) assign(tree, assignment);
  return tree;
}

/**
 * Settings with one of them changed, not yet checked.
 *
 * @param path `training.optimizer.learningRate`
 */
export function withSetting(settings: object, path: string, value: unknown): object {
  const tree: Tree = structuredClone({ ...settings });
  const changes = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  overlay(tree, changes as Tree, []);
  return tree;
}

function overlay(base: Tree, changes: Tree, at: readonly string[]): void {
  forgetWhatNoLongerApplies(base, changes, at);
  for (const [key, value] of Object.entries(changes)) {
    const current = base[key];
    if (isTree(current) && isTree(value)) overlay(current, value, [...at, key]);
    else base[key] = value;
  }
}

/** Choosing another entry, or another schedule, drops the settings that only the old one had. */
function forgetWhatNoLongerApplies(base: Tree, changes: Tree, at: readonly string[]): void {
  const path = at.join('.');
  const choices = CHOICES[path];
  if (choices && changes['id'] !== undefined && changes['id'] !== base['id']) {
    const chosen = choices.entries.find((entry) => entry.id === changes['id']);
    for (const key of Object.keys(base)) {
      const isCommon = path === 'dataset' && DATASET_SETTINGS.includes(key);
      if (!isCommon && !(chosen && key in chosen.hparams.shape)) delete base[key];
    }
  }
  if (path === 'rewind' && 'id' in changes) {
    if (changes['id'] === (base['id'] ?? DEFAULT_REWIND)) return;
    for (const key of Object.keys(base)) delete base[key];
  }
  if (path === 'pruning' && 'schedule' in changes) {
    const wanted = changes['schedule'];
    const id = isTree(wanted) ? wanted['id'] : wanted;
    if (id === base['schedule']) return;
    for (const { hparams } of registries.pruningSchedules.entries) {
      for (const key of Object.keys(hparams.shape)) delete base[key];
    }
    delete base['levels'];
  }
}

function assign(tree: Tree, assignment: string): void {
  const separator = assignment.indexOf('=');
  const path = assignment.slice(0, separator).split('.');
  if (separator < 1 || path.some((key) => key === '' || key === '__proto__')) {
    throw new WorkbenchError(
      'invalid-settings',
      `--set "${assignment}" is not path=value`,
      'For example: --set training.iterations=500',
    );
  }
  const value = jsonOrText(assignment.slice(separator + 1));
  const changes = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  overlay(tree, changes as Tree, []);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
