/** Checked settings as JSON, which they are. Their types leave the entries' own settings open. */
import type { JsonObject } from '../contract/json.ts';
import type { Choice } from './definition.ts';
import type { Settings, WrittenSettings } from './settings.ts';

export function asJson(settings: WrittenSettings | Settings | Choice): JsonObject {
  return settings as unknown as JsonObject;
}
