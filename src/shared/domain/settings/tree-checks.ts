/** What no settings may be, whatever their schema: checked before they are merged or parsed. */
import { SettingsError } from '../../contract/errors.ts';
import { isReservedKey, MAXIMUM_DEPTH } from '../../contract/json.ts';

/** @throws WorkbenchError `invalid-settings` for a name such as "__proto__". */
export function checkKey(key: string, at: readonly string[]): void {
  if (!isReservedKey(key)) return;
  const path = [...at, key].join('.');
  const message = `${path}: "${key}" is reserved by JavaScript; there is no such setting`;
  throw new SettingsError([{ path, message }], 'Remove it. "ticket catalog" lists every setting.');
}

/**
 * Walks without recursion, because it checks that recursion is safe.
 *
 * @param input anything, such as the content of a file.
 * @throws WorkbenchError `invalid-settings` for reserved names, and for settings that nest too deep.
 */
export function checkTree(input: unknown): void {
  const waiting: { readonly value: unknown; readonly path: readonly string[] }[] = [
    { value: input, path: [] },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > MAXIMUM_DEPTH) {
      const at = path.slice(0, 3).join('.');
      const message = `${at} nests deeper than ${MAXIMUM_DEPTH} objects and lists; no settings do`;
      throw new SettingsError([{ path: at, message }]);
    }
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) checkKey(key, path);
      waiting.push({ value: inner, path: [...path, key] });
    }
  }
}
