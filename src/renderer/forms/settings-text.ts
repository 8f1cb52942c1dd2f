/** Reads settings from pasted text. */
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { type Json, type JsonObject, parseJson } from '../../shared/contract/json.ts';
import { checkTree } from '../../shared/domain/settings.ts';
import { isList, isObject, textOf } from './settings-tree.ts';

/** Settings, and the values of those that are swept, as texts of the form, by path. */
export interface ImportedSettings {
  readonly settings: JsonObject;
  readonly sweep: Readonly<Record<string, string>>;
}

const EXAMPLE = 'Paste an object such as {"training": {"iterations": 500}}.';
const SWEEP_EXAMPLE =
  'For example: {"sweep": {"training.batchSize": [60, 120], "rewind.iteration": {"from": 0, "to": 500, "step": 100}}}';

/**
 * Reads settings, or an object that contains them under "settings": an exported search or a preset. Swept
 * values stand under "sweep", as in a file for `ticket sweep --config`.
 *
 * @throws WorkbenchError `invalid-settings` if the text is not a JSON object, or has names that
 *   JavaScript reserves.
 */
export function settingsFromText(text: string): ImportedSettings {
  let parsed: Json;
  try {
    parsed = parseJson(text);
  } catch (cause) {
    throw new WorkbenchError('invalid-settings', `this is not JSON: ${messageOf(cause)}`, EXAMPLE, {
      cause,
    });
  }
  if (!isObject(parsed)) {
    throw new WorkbenchError('invalid-settings', 'this JSON is not an object', EXAMPLE);
  }
  checkTree(parsed);
  const inner = parsed['settings'];
  const { sweep: innerSweep, ...settings } = isObject(inner) ? inner : parsed;
  return { settings, sweep: sweepTexts(parsed['sweep'] ?? innerSweep) };
}

function sweepTexts(sweep: Json | undefined): Record<string, string> {
  if (sweep === undefined) return {};
  if (!isObject(sweep)) {
    throw new WorkbenchError(
      'invalid-settings',
      `sweep is ${JSON.stringify(sweep)}; expected an object with the values of each setting`,
      SWEEP_EXAMPLE,
    );
  }
  return Object.fromEntries(
    Object.entries(sweep).map(([path, values]) => [path, textOfValues(path, values)]),
  );
}

/** The text that `parseSweepText` reads as these values. */
function textOfValues(path: string, values: Json): string {
  if (isList(values)) {
    const areShort = values.every((value) => typeof value !== 'object' && isOneValue(value));
    return areShort ? values.map(String).join(', ') : JSON.stringify(values);
  }
  if (isObject(values)) {
    const { from, to, step, factor } = values;
    const by = step === undefined ? factor : step;
    if ([from, to, by].every((part) => typeof part === 'number' || typeof part === 'string')) {
      return `${textOf(from)}..${textOf(to)} ${step === undefined ? 'times' : 'step'} ${textOf(by)}`;
    }
  }
  throw new WorkbenchError(
    'invalid-settings',
    `sweep.${path} is ${JSON.stringify(values)}; expected a list of values or a range`,
    SWEEP_EXAMPLE,
  );
}

/** Commas separate values, and a bracket at the beginning would be read as JSON. */
function isOneValue(value: Json): boolean {
  return typeof value !== 'string' || (value.trim() !== '' && !/^\[|,/.test(value));
}
