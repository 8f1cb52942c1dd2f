/** The options that say which settings a search or a sweep has. */
import type { Command } from 'commander';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { parseSweepArgument, type SweepDraft } from '../../../shared/domain/sweep.ts';
import { settingFromText, settingsAsGiven } from '../../workbench/settings/settings-input.ts';
import { userPath } from './options.ts';
import { readConfig } from './read-config.ts';

export interface SweepSettingsOptions {
  readonly preset?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly sweep: readonly string[];
  readonly name?: string;
}

export interface SweepSettings {
  /** As given, not checked. */
  readonly base: object;
  /** Empty for one search. */
  readonly draft: SweepDraft;
  readonly name: string;
}

const repeated = (text: string, earlier: readonly string[]): string[] => [...earlier, text];

export function withSweepSettings(command: Command): Command {
  return command
    .option(
      '--sweep <path=values>',
      'a setting and its values: path=a,b,c, path=0..500:100 or path=0.0001..0.1:x10; repeatable',
      repeated,
      [],
    )
    .option('--preset <name>', 'settings to start from; "quick" unless --config is given')
    .option(
      '--config <file>',
      'JSON file with all or some settings, and swept values under "sweep"',
      userPath,
    )
    .option(
      '--set <path=value>',
      'a setting, such as training.iterations=500; repeatable',
      repeated,
      [],
    )
    .option('--name <text>', 'name of the search or sweep');
}

/** @throws WorkbenchError `invalid-settings`; `not-found` for a preset or file that is not there. */
export async function readSweepSettings(options: SweepSettingsOptions): Promise<SweepSettings> {
  const { settings: config, sweep } = splitConfig(
    options.config === undefined ? undefined : await readConfig(options.config),
  );
  const base = settingsAsGiven({ preset: options.preset, config, assignments: options.set });
  return {
    base,
    draft: { ...sweep, ...sweptBy(options.sweep, base) },
    name: options.name ?? options.preset ?? options.config ?? 'quick',
  };
}

/** The swept settings of all `--sweep` options. Each setting may be given once. */
function sweptBy(sweptSettings: readonly string[], base: object): SweepDraft {
  return sweptSettings.reduce<SweepDraft>((all, argument) => {
    const swept = parseSweepArgument(argument, (path, text) => settingFromText(base, path, text));
    const twice = Object.keys(swept).find((path) => Object.hasOwn(all, path));
    if (twice === undefined) return { ...all, ...swept };
    throw new WorkbenchError(
      'invalid-settings',
      `--sweep names ${twice} twice`,
      `Give all of its values at once: --sweep ${twice}=a,b,c`,
    );
  }, {});
}

/** `{ …settings, "sweep": { path: values } }` */
function splitConfig(config: unknown): { settings: unknown; sweep: SweepDraft } {
  if (typeof config !== 'object' || config === null || !('sweep' in config)) {
    return { settings: config, sweep: {} };
  }
  const { sweep, ...settings } = config;
  if (typeof sweep === 'object' && sweep !== null && !Array.isArray(sweep)) {
    return { settings, sweep: sweep as SweepDraft };
  }
  throw new WorkbenchError(
    'invalid-settings',
    `sweep is ${JSON.stringify(sweep)}; expected an object such as {"rewind.iteration": [0, 100]}`,
  );
}
