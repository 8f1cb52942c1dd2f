/** Reads settings from pasted text. */
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { type Json, type JsonObject, parseJson } from '../../shared/contract/json.ts';
import { checkTree } from '../../shared/domain/settings.ts';
import { isObject } from './settings-tree.ts';

/**
 * Reads settings, or an object that contains them under "settings": an exported search or a preset.
 *
 * @throws WorkbenchError `invalid-settings` if the text is not a JSON object, or has names that
 *   JavaScript reserves.
 */
export function settingsFromText(text: string): JsonObject {
  let parsed: Json;
  try {
    parsed = parseJson(text);
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-settings',
      `this is not JSON: ${messageOf(cause)}`,
      'Paste an object such as {"training": {"iterations": 500}}.',
      { cause },
    );
  }
  if (!isObject(parsed)) {
    throw new WorkbenchError(
      'invalid-settings',
      'this JSON is not an object',
      'Paste an object such as {"training": {"iterations": 500}}.',
    );
  }
  checkTree(parsed);
  const inner = parsed['settings'];
  return isObject(inner) ? inner : parsed;
}
