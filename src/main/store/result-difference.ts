/** The first field in which two results of one unit of an analysis differ. */
import type { Difference } from './training-difference.ts';

/**
 * @param what the place of the values: `its test.loss[3]`.
 * @returns undefined if they are the same.
 */
export function resultDifference(
  stored: unknown,
  other: unknown,
  what = 'its result',
): Difference | undefined {
  if (Object.is(stored, other)) return undefined;
  const isList = isArray(stored);
  if (isList !== isArray(other) || !isTree(stored) || !isTree(other)) {
    return { what, stored: shortText(stored), other: shortText(other) };
  }
  const keys = new Set([...Object.keys(stored), ...Object.keys(other)]);
  for (const key of keys) {
    const found = resultDifference(stored[key], other[key], placeIn(what, key, isList));
    if (found) return found;
  }
  return undefined;
}

/** `its result`, then `its test`, `its test.loss` and `its test.loss[3]`. */
function placeIn(what: string, key: string, isList: boolean): string {
  if (isList) return `${what}[${key}]`;
  return what === 'its result' ? `its ${key}` : `${what}.${key}`;
}

function isArray(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const LONGEST = 60;

function shortText(value: unknown): string {
  const text = isTree(value) ? (isArray(value) ? 'a list' : 'an object') : String(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
