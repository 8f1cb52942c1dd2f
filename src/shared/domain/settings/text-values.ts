/** Values that people write as text, such as `1` in `--set dataset.label=1`. */
import { z } from 'zod';
import { isPlainObject, type Json, jsonOrText } from '../../contract/json.ts';

type Schema = z.core.$ZodType;

/**
 * The value that a text stands for. The schema at `path` decides: where it takes text, `1` is text,
 * and where it takes a number, `1` is a number. Of several types the first one that accepts the text
 * counts. Without such a schema, or if it accepts nothing, JSON is read as JSON, and other text as
 * text.
 *
 * @param settings what the settings are so far; they choose between the entries of a registry.
 */
export function valueFromText(
  schema: Schema,
  settings: unknown,
  path: readonly string[],
  text: string,
): Json {
  const types = typesAt(schema, settings, path);
  for (const type of types) {
    const value = readAs(type, text);
    if (value !== undefined && z.safeParse(type, value).success) return value;
  }
  const takesOnlyText = types.length > 0 && types.every((type) => type instanceof z.ZodString);
  return takesOnlyText ? textIn(text) : jsonOrText(text);
}

/** The shortest text that `valueFromText` reads as this value. */
export function textFromValue(
  schema: Schema,
  settings: unknown,
  path: readonly string[],
  value: unknown,
): string {
  const isReadBack =
    typeof value === 'string' && valueFromText(schema, settings, path, value) === value;
  return isReadBack ? value : JSON.stringify(value);
}

function readAs(type: Schema, text: string): Json | undefined {
  if (type instanceof z.ZodString) return textIn(text);
  const value = jsonOrText(text);
  // A value of an enumeration may look like JSON.
  return z.safeParse(type, value).success ? value : text;
}

/** Text in the quotes of JSON is the text between them. */
function textIn(text: string): string {
  if (!text.startsWith('"')) return text;
  const value = jsonOrText(text);
  return typeof value === 'string' ? value : text;
}

/** The types that the schema allows at a path, in its order. Empty if it says nothing about it. */
function typesAt(schema: Schema, value: unknown, path: readonly string[]): Schema[] {
  const types = typesOf(schema);
  const [key, ...rest] = path;
  if (key === undefined) return types;
  const ownChildren = chosen(types, value).flatMap((type) => childOf(type, key) ?? []);
  // The entry that has the setting may be chosen later.
  const children =
    ownChildren.length > 0 ? ownChildren : types.flatMap((type) => childOf(type, key) ?? []);
  const child = childValue(value, key);
  return children.flatMap((each) => typesAt(each, child, rest));
}

/** A schema without what completes or transforms its values; a union as its alternatives. */
function typesOf(schema: Schema): Schema[] {
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap(typesOf);
  }
  if (schema instanceof z.ZodPipe) {
    const { in: first, out } = schema;
    return typesOf(first instanceof z.ZodTransform ? out : first);
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return typesOf(schema.unwrap());
  }
  return [schema];
}

/** The entries that the value's constants choose; all of them if it chooses none. */
function chosen(types: readonly Schema[], value: unknown): readonly Schema[] {
  if (!isPlainObject(value)) return types;
  const fitting = types.filter(
    (type) =>
      type instanceof z.ZodObject &&
      Object.entries<Schema>(type.shape).some(
        ([name, field]) => field instanceof z.ZodLiteral && isOneOf(field.values, value[name]),
      ),
  );
  return fitting.length > 0 ? fitting : types;
}

const isOneOf = (values: ReadonlySet<unknown>, value: unknown): boolean => values.has(value);

function childOf(type: Schema, key: string): Schema | undefined {
  if (type instanceof z.ZodObject) {
    const shape: Readonly<Record<string, Schema>> = type.shape;
    return Object.hasOwn(shape, key) ? shape[key] : undefined;
  }
  if (type instanceof z.ZodRecord) return type.valueType;
  return type instanceof z.ZodArray ? type.element : undefined;
}

function childValue(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
