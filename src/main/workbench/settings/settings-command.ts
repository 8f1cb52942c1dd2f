/** The command line that runs the given settings. */
import { isDeepStrictEqual } from 'node:util';
import { isPlainObject } from '../../../shared/contract/json.ts';
import { choicePlaceAt, type WrittenSettings } from '../../../shared/domain/settings.ts';
import type { SweepDraft, SweepRange } from '../../../shared/domain/sweep.ts';
import { DEFAULT_PRESET, presets } from './presets.ts';
import { assignmentOf, resolveSettings } from './settings-input.ts';

/**
 * `ticket search` with the preset that gives the shortest command, quoted for a POSIX shell.
 *
 * @param name of the search, if it has one.
 */
export function settingsCommand(settings: WrittenSettings, name?: string): string {
  return commandLine('ticket search', settings, [], name);
}

/** `ticket sweep`, likewise. @param settings of any point of the sweep. */
export function sweepCommand(settings: WrittenSettings, sweep: SweepDraft, name?: string): string {
  const swept = Object.entries(sweep).map(
    ([path, values]) => `--sweep ${quote(`${path}=${textOfValues(settings, path, values)}`)}`,
  );
  return commandLine('ticket sweep', settings, swept, name);
}

/** The text that `--sweep` reads as these values. */
function textOfValues(settings: WrittenSettings, path: string, values: SweepDraft[string]): string {
  if (isRange(values)) {
    const by = 'step' in values ? String(values.step) : `x${values.factor}`;
    return `${values.from}..${values.to}:${by}`;
  }
  const prefix = `${path}=`;
  return values
    .map((value) => assignmentOf(settings, path.split('.'), value).slice(prefix.length))
    .map((text, index) =>
      typeof values[index] === 'string' && /[,"[\]{}]/.test(text) ? JSON.stringify(text) : text,
    )
    .join(',');
}

function isRange(values: SweepDraft[string]): values is SweepRange {
  return !Array.isArray(values);
}

function commandLine(
  command: string,
  settings: WrittenSettings,
  options: readonly string[],
  name: string | undefined,
): string {
  const ways = presets().flatMap((preset) => {
    const assignments = assignmentsFor(preset.settings, settings);
    const resolved = resolveSettings({ preset: preset.id, assignments });
    return isDeepStrictEqual(resolved, settings) ? [{ preset: preset.id, assignments }] : [];
  });
  const [shortest] = ways.toSorted((a, b) => a.assignments.length - b.assignments.length);
  if (!shortest) throw new Error('no preset leads to these settings');
  const { preset, assignments } = shortest;
  return [
    command,
    ...(preset === DEFAULT_PRESET ? [] : [`--preset ${quote(preset)}`]),
    ...assignments.map((assignment) => `--set ${quote(assignment)}`),
    ...options,
    ...(name === undefined ? [] : [`--name ${quote(name)}`]),
  ].join(' ');
}

/** The assignments that turn one into the other, in an order in which they can be applied. */
function assignmentsFor(from: WrittenSettings, to: WrittenSettings): string[] {
  const assignments: string[] = [];
  const visit = (before: unknown, after: unknown, path: readonly string[]): void => {
    if (isDeepStrictEqual(before, after) || after === undefined) return;
    if (!isPlainObject(before) || !isPlainObject(after)) {
      assignments.push(assignmentOf(to, path, after));
      return;
    }
    // Choosing another entry drops the settings of the previous one, so the choice comes first.
    const place = choicePlaceAt(path.join('.'));
    const isOther = place !== undefined && before[place.key] !== after[place.key];
    const keys = Object.keys(after).toSorted(
      (a, b) => Number(b === place?.key) - Number(a === place?.key),
    );
    for (const key of keys) {
      const isKept = !isOther || key === place.key || isPlainObject(after[key]);
      visit(isKept ? before[key] : undefined, after[key], [...path, key]);
    }
  };
  visit(from, to, []);
  return assignments;
}

/** A word of a command line, quoted for a POSIX shell if it has to be. */
export function quote(text: string): string {
  return /^[\w.,:=/@%+-]+$/.test(text) ? text : `'${text.replaceAll(`'`, `'\\''`)}'`;
}
