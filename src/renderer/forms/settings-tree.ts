/** Settings as a tree of JSON, with every value at a dotted path: `training.batchSize`. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';

export function valueAt(root: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>(childOf, root);
}

/** A copy with another value at a dotted path; `undefined` removes the setting. */
export function withValueAt(root: JsonObject, path: string, value: Json | undefined): JsonObject {
  const [step = '', ...rest] = path.split('.');
  return withChild(root, step, replaced(childOf(root, step), rest, value));
}

/** `current` with another value at a path below it. */
function replaced(
  current: Json | undefined,
  path: readonly string[],
  value: Json | undefined,
): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const child = replaced(childOf(current, step), rest, value);
  if (!isList(current)) return withChild(isObject(current) ? current : {}, step, child);
  return current.map((item, index) => (index === Number(step) ? (child ?? null) : item));
}

/** A copy with another value under a name, which may have dots; `undefined` removes it. */
export function withChild(parent: JsonObject, step: string, child: Json | undefined): JsonObject {
  if (child === undefined) {
    const { [step]: _old, ...others } = parent;
    return others;
  }
  if (!Object.hasOwn(parent, step)) return { ...parent, [step]: child };
  // In place, because the order of keys is the order in which settings are shown.
  const entries = Object.entries(parent).map(([key, old]): [string, Json] => [
    key,
    key === step ? child : old,
  ]);
  return Object.fromEntries(entries);
}

/** The paths of all leaves in which two settings differ, including paths that only one of them has. */
export function differences(one: Json | undefined, other: Json | undefined): string[] {
  const [before, after] = [flatten(one), flatten(other)];
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => !sameJson(before.get(path), after.get(path)));
}

/** Leaves by dotted path; a list is one leaf. */
export function flatten(value: Json | undefined, path = ''): Map<string, Json> {
  if (value === undefined) return new Map<string, Json>();
  if (!isObject(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [...flatten(inner, join(path, name))]),
  );
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The value of one step; undefined if there is none. */
export function childOf(parent: Json | undefined, step: string): Json | undefined {
  if (isList(parent)) return parent[Number(step)];
  return isObject(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined;
}

/** The text of an id, or of a value that is edited as text. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether two values are equal, regardless of the order of their keys. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
  );
}
