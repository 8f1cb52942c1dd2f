/** Settings out of what a user pastes. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { type Json, type JsonObject, parseJson } from '../../shared/contract/json.ts';
import { isObject } from './settings-tree.ts';

/**
 * The settings themselves, or whatever holds them under "settings": an exported search or a preset.
 *
 * @throws WorkbenchError `invalid-settings` if it is no JSON object.
 */
export function settingsFromText(text: string): JsonObject {
  let parsed: Json;
  try {
    parsed = parseJson(text);
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-settings',
      `this is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Paste an object such as {"training": {"iterations": 500}}.',
      { cause },
    );
  }
  if (!isObject(parsed)) {
    throw new WorkbenchError(
      'invalid-settings',
      'this is JSON, but no object',
      'Paste an object such as {"training": {"iterations": 500}}.',
    );
  }
  const inner = parsed['settings'];
  return isObject(inner) ? inner : parsed;
}
