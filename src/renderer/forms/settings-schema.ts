/** What the schema of the settings says about a path, and which values it starts from. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { JsonSchema } from '../../shared/contract/records/catalog.ts';
import { childOf, isObject, sameJson, valueAt, withValueAt } from './settings-tree.ts';

/** The schema at a dotted path, following the alternatives chosen in `value`. */
export function schemaAt(
  schema: JsonSchema,
  value: Json | undefined,
  path: string,
): JsonSchema | undefined {
  let at: JsonSchema | undefined = schema;
  let current: Json | undefined = value;
  for (const step of path.split('.')) {
    at = chosenAlternative(at, current);
    at = at?.properties?.[step] ?? at?.items;
    current = childOf(current, step);
  }
  return at;
}

/** The settings without what planning filled in from a file, if the path is that of another file now. */
export function withoutFilledIn(
  settings: JsonObject,
  path: string,
  schema: JsonSchema,
): JsonObject {
  const owner = /^(.*)\.file$/.exec(path)?.[1];
  if (owner === undefined) return settings;
  const entry = chosenAlternative(schemaAt(schema, settings, owner), valueAt(settings, owner));
  return Object.entries(entry?.properties ?? {}).reduce(
    (rest, [name, { isFilledIn }]) =>
      isFilledIn === true ? withValueAt(rest, `${owner}.${name}`, undefined) : rest,
    settings,
  );
}

function chosenAlternative(
  schema: JsonSchema | undefined,
  value: Json | undefined,
): JsonSchema | undefined {
  const alternatives = schema?.oneOf ?? schema?.anyOf;
  if (!alternatives || !isObject(value)) return schema;
  const key = discriminatorOf(alternatives);
  // The alternatives are an id and an object, and the object may be of several kinds.
  if (key === undefined) {
    const objects = alternatives.find((entry) => entry.oneOf ?? entry.anyOf);
    return objects ? chosenAlternative(objects, value) : schema;
  }
  return alternatives.find((entry) => entry.properties?.[key]?.const === value[key]) ?? schema;
}

/** The value that a new field of this schema starts with. */
export function defaultOf(schema: JsonSchema): Json | undefined {
  const alternatives = schema.oneOf ?? schema.anyOf;
  const key = alternatives && discriminatorOf(alternatives);
  if (alternatives && key !== undefined) {
    const wanted = isObject(schema.default) ? schema.default[key] : undefined;
    const entry =
      alternatives.find((candidate) => candidate.properties?.[key]?.const === wanted) ??
      alternatives[0];
    return (
      entry && { ...objectDefault(entry), ...(isObject(schema.default) ? schema.default : {}) }
    );
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.type === 'object' && schema.properties) {
    return { ...objectDefault(schema), ...(isObject(schema.default) ? schema.default : {}) };
  }
  if (schema.default !== undefined) return schema.default;
  if (schema.minimum !== undefined) return schema.minimum;
  return undefined;
}

function objectDefault(schema: JsonSchema): JsonObject {
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const isNeeded =
      property.default !== undefined ||
      property.const !== undefined ||
      (schema.required ?? []).includes(name);
    const value = isNeeded ? defaultOf(property) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * The settings after another entry is chosen: its defaults, and the old values of settings that
 * both entries declare in exactly the same way. (A learning rate for Adam does not suit SGD.)
 */
export function chooseEntry(schema: JsonSchema, current: Json | undefined, id: string): JsonObject {
  const alternatives = schema.oneOf ?? schema.anyOf ?? [];
  const key = discriminatorOf(alternatives) ?? 'id';
  const entryOf = (wanted: Json | undefined) =>
    alternatives.find((candidate) => candidate.properties?.[key]?.const === wanted);
  const next = entryOf(id);
  if (!next) return { [key]: id };
  const old = isObject(current) ? current : {};
  const before = entryOf(old[key]);
  const kept = Object.entries(old).filter(([name]) => {
    const [one, other] = [before?.properties?.[name], next.properties?.[name]];
    return one?.const === undefined && one !== undefined && sameJson(one, other);
  });
  return { ...objectDefault(next), ...Object.fromEntries(kept) };
}

/** The label of a setting: its title in the schema, or else a label made from its path. */
export function labelAt(schema: JsonSchema, value: Json | undefined, path: string): string {
  const found = schemaAt(schema, value, path);
  if (path.endsWith('.id')) {
    const owner = schemaAt(schema, value, path.slice(0, -'.id'.length));
    return owner?.title ?? labelFrom(path.slice(0, -'.id'.length));
  }
  return found?.title ?? labelFrom(path);
}

/** `learningRate` → `Learning rate` */
export function labelFrom(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const words = name
    .replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The property whose constant distinguishes the alternatives. */
export function discriminatorOf(alternatives: readonly JsonSchema[]): string | undefined {
  const [first] = alternatives;
  return Object.keys(first?.properties ?? {}).find((name) =>
    alternatives.every((alternative) => alternative.properties?.[name]?.const !== undefined),
  );
}
