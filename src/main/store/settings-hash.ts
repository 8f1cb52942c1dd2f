import { createHash } from 'node:crypto';
import type { WrittenSettings } from '../../shared/domain/settings.ts';

/** SHA-256, hex, of the canonical JSON of the settings: equal for settings that mean the same. */
export function settingsHash(settings: WrittenSettings): string {
  return createHash('sha256').update(canonicalJson(settings)).digest('hex');
}

/** JSON without spaces, keys in code-unit order, without undefined values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
