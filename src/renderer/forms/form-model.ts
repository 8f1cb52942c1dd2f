/** Turns a JSON Schema into a form as plain data: what to show, and how to read a field's text. */
import type { Json, JsonObject } from '../../shared/contract/json.ts';
import type { JsonSchema } from '../../shared/contract/records.ts';
import { formatCount } from '../format.ts';

interface FieldBase {
  /** `training.batchSize`, as problems name it. */
  readonly path: string;
  readonly label: string;
  readonly help: string | undefined;
  readonly unit: string | undefined;
}

export interface ChoiceOption {
  readonly id: string;
  readonly label: string;
  readonly help: string | undefined;
}

export type Field = FieldBase &
  (
    | {
        readonly kind: 'number';
        readonly value: number | undefined;
        readonly isWhole: boolean;
        /** `1 to 100`, `above 0`; undefined without bounds. */
        readonly range: string | undefined;
        /** May be left empty. */
        readonly isOptional: boolean;
      }
    /** A number or a text, such as 2000 or "20ep". */
    | {
        readonly kind: 'text';
        readonly value: string;
        readonly allowsNumber: boolean;
        readonly isOptional: boolean;
      }
    /** Iterations, or epochs such as "20ep"; items of a list are separated by commas. */
    | {
        readonly kind: 'duration';
        readonly value: Json | undefined;
        readonly isList: boolean;
        readonly isOptional: boolean;
      }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'enum'; readonly value: string; readonly options: readonly string[] }
    /** Any of several options, plus entries that have fields of their own. */
    | {
        readonly kind: 'set';
        readonly value: readonly string[];
        readonly options: readonly string[];
        readonly entries: readonly Field[];
        /** The schema of these entries; undefined if none are allowed. */
        readonly entrySchema: JsonSchema | undefined;
      }
    | {
        readonly kind: 'numbers';
        readonly value: readonly number[];
        readonly isOptional: boolean;
      }
    /** A list of texts, such as names of layers. */
    | {
        readonly kind: 'texts';
        readonly value: readonly string[];
        readonly isOptional: boolean;
      }
    /** One of several registered entries, each with fields of its own. */
    | {
        readonly kind: 'choice';
        readonly value: string;
        /** The property that tells them apart: `id`, or `kind` for layers. */
        readonly key: string;
        readonly options: readonly ChoiceOption[];
        readonly fields: readonly Field[];
      }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
    | { readonly kind: 'list'; readonly items: readonly Field[]; readonly itemSchema: JsonSchema }
    /** Everything that no other kind can show. */
    | { readonly kind: 'json'; readonly value: Json | undefined; readonly isOptional: boolean }
  );

export type FieldOf<Kind extends Field['kind']> = Extract<Field, { readonly kind: Kind }>;

/** The fields of an object's schema, in the schema's order. */
export function fieldsOf(schema: JsonSchema, value: Json | undefined, path = ''): Field[] {
  const object = isObject(value) ? value : {};
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .filter(([name, { deprecated }]) => deprecated !== true || object[name] !== undefined)
    .map(([name, property]) => {
      const isOptional = property.default === undefined && !(schema.required ?? []).includes(name);
      return fieldOf(property, object[name], join(path, name), isOptional);
    });
}

export function fieldOf(
  schema: JsonSchema,
  value: Json | undefined,
  path: string,
  isOptional = false,
): Field {
  const base: FieldBase = {
    path,
    label: schema.title ?? labelFrom(path),
    help: schema.description,
    unit: schema.unit,
  };
  const current = value ?? schema.default;
  const isDurations = schema.items?.leastIterations !== undefined;
  if (schema.leastIterations !== undefined || isDurations) {
    const unit = typeof current === 'string' || isDurations ? undefined : base.unit;
    return { ...base, unit, kind: 'duration', value: current, isList: isDurations, isOptional };
  }
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) {
    const key = discriminatorOf(alternatives);
    if (key !== undefined) return choiceField(base, alternatives, key, current, isOptional);
    if (alternatives.every(isScalar)) {
      const allowsNumber = alternatives.some(({ type }) => type === 'integer' || type === 'number');
      return {
        ...base,
        kind: 'text',
        value: textOf(current),
        allowsNumber,
        isOptional,
      };
    }
    return { ...base, kind: 'json', value: current, isOptional };
  }
  if (schema.enum && schema.type !== 'array') {
    return {
      ...base,
      kind: 'enum',
      value: typeof current === 'string' ? current : '',
      options: schema.enum.map(String),
    };
  }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return {
        ...base,
        kind: 'number',
        value: typeof current === 'number' ? current : undefined,
        isWhole: schema.type === 'integer',
        range: describeRange(schema),
        isOptional,
      };
    case 'boolean':
      return { ...base, kind: 'boolean', value: current === true };
    case 'string':
      return {
        ...base,
        kind: 'text',
        value: typeof current === 'string' ? current : '',
        allowsNumber: false,
        isOptional,
      };
    case 'array':
      return arrayField(base, schema, current, isOptional);
    case 'object':
      if (schema.properties) {
        return { ...base, kind: 'group', fields: fieldsOf(schema, current, path) };
      }
      return { ...base, kind: 'json', value: current, isOptional };
    default:
      return { ...base, kind: 'json', value: current, isOptional };
  }
}

function choiceField(
  base: FieldBase,
  alternatives: readonly JsonSchema[],
  key: string,
  current: Json | undefined,
  isOptional: boolean,
): Field {
  const entries = alternatives.map((alternative) => {
    const id = textOf(alternative.properties?.[key]?.const);
    return { id, label: alternative.title ?? id, help: alternative.description };
  });
  const options = isOptional ? [{ id: '', label: 'None', help: undefined }, ...entries] : entries;
  const value = isObject(current) ? textOf(current[key]) : (options[0]?.id ?? '');
  const chosen = alternatives.find((entry) => entry.properties?.[key]?.const === value);
  return {
    ...base,
    kind: 'choice',
    value,
    key,
    options,
    fields: chosen ? fieldsOf(chosen, current, base.path) : [],
  };
}

function arrayField(
  base: FieldBase,
  schema: JsonSchema,
  current: Json | undefined,
  isOptional: boolean,
): Field {
  const items = isList(current) ? current : [];
  const itemSchema = schema.items;
  const plain = itemSchema?.enum ? itemSchema : itemSchema?.anyOf?.find((one) => one.enum);
  if (plain?.enum) {
    const entrySchema = itemSchema?.anyOf?.find((one) => one !== plain);
    return {
      ...base,
      kind: 'set',
      value: items.filter((item) => typeof item === 'string'),
      options: plain.enum.map(String),
      entrySchema,
      entries: items.flatMap((item, index) =>
        entrySchema && isObject(item)
          ? [fieldOf(entrySchema, item, join(base.path, String(index)))]
          : [],
      ),
    };
  }
  if (itemSchema?.type === 'integer' || itemSchema?.type === 'number') {
    return { ...base, kind: 'numbers', value: items.map(Number), isOptional };
  }
  if (itemSchema?.type === 'string') {
    return { ...base, kind: 'texts', value: items.map(textOf), isOptional };
  }
  if (itemSchema?.oneOf || itemSchema?.anyOf) {
    return {
      ...base,
      kind: 'list',
      itemSchema,
      items: items.map((item, index) => fieldOf(itemSchema, item, join(base.path, String(index)))),
    };
  }
  return { ...base, kind: 'json', value: current, isOptional };
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
 * The settings after another entry is chosen: its defaults, and the old values of those settings that
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

export function valueAt(root: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>(childOf, root);
}

/** A copy with another value at a dotted path; `undefined` removes the setting. */
export function withValueAt(root: JsonObject, path: string, value: Json | undefined): JsonObject {
  const [step, ...rest] = path.split('.');
  if (step === undefined) return root;
  return replaceChild(root, step, rest, value) as JsonObject;
}

function replaceChild(
  parent: Json | undefined,
  step: string,
  rest: readonly string[],
  value: Json | undefined,
): Json {
  const [next, ...further] = rest;
  const child =
    next === undefined ? value : replaceChild(childOf(parent, step), next, further, value);
  if (isList(parent)) {
    return parent.map((item, index) => (index === Number(step) ? (child ?? null) : item));
  }
  const { [step]: _old, ...others } = isObject(parent) ? parent : {};
  if (child === undefined) return others;
  // In place, because the order of keys is the order in which settings are shown.
  return isObject(parent) && step in parent
    ? Object.fromEntries(
        Object.entries(parent).map(([key, old]) => [key, key === step ? child : old]),
      )
    : { ...others, [step]: child };
}

export type Parsed = { readonly value: Json | undefined } | { readonly problem: string };

/** Reads the text of a field that is edited as text: number, duration, text, numbers, texts or JSON. */
export function parseFieldText(field: Field, text: string): Parsed {
  const trimmed = text.trim();
  switch (field.kind) {
    case 'number': {
      if (trimmed === '') {
        return field.isOptional ? { value: undefined } : { problem: 'Enter a number.' };
      }
      const value = Number(trimmed.replaceAll('_', '').replaceAll(',', ''));
      if (!Number.isFinite(value)) return { problem: `“${trimmed}” is not a number.` };
      if (field.isWhole && !Number.isInteger(value)) return { problem: 'Enter a whole number.' };
      return { value };
    }
    case 'duration': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      const parts = field.isList ? trimmed.split(',').filter((part) => part.trim() !== '') : [text];
      const durations = parts.map(durationOf);
      const wrong = parts.find((_, index) => durations[index] === undefined);
      if (wrong !== undefined) {
        const problem =
          wrong.trim() === ''
            ? 'Enter iterations or epochs.'
            : `“${wrong.trim()}” is neither a whole number of iterations nor epochs such as 20ep.`;
        return { problem };
      }
      return { value: field.isList ? durations.map((one) => one ?? null) : durations[0] };
    }
    case 'text': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      const value = Number(trimmed);
      return {
        value: field.allowsNumber && trimmed !== '' && Number.isFinite(value) ? value : trimmed,
      };
    }
    case 'numbers': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      const parts = trimmed.split(/[\s,]+/).filter((part) => part !== '');
      const values = parts.map(Number);
      const wrong = parts.find((_, index) => !Number.isFinite(values[index]));
      return wrong === undefined ? { value: values } : { problem: `“${wrong}” is not a number.` };
    }
    case 'texts': {
      if (trimmed === '' && field.isOptional) return { value: undefined };
      return {
        value: trimmed
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      };
    }
    case 'json':
      if (trimmed === '' && field.isOptional) return { value: undefined };
      try {
        return { value: JSON.parse(trimmed) as Json };
      } catch (error) {
        return {
          problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    default:
      return { value: trimmed };
  }
}

/** Accepts `2000`, `2_000`, `20ep` and `20 epochs`. */
function durationOf(text: string): Json | undefined {
  const epochs = /^(\d+(?:\.\d+)?)\s*(?:ep|epochs?)$/i.exec(text.trim())?.[1];
  if (epochs !== undefined) return `${epochs}ep`;
  const digits = text.trim().replaceAll(/[_,]/g, '');
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** A setting as it was written, with epochs also in iterations. */
export function describeResolved(written: Json | undefined, resolved: Json | undefined): string {
  if (written === undefined || sameJson(written, resolved)) return describeValue(resolved);
  return `${describeValue(written)} (${describeIterations(resolved)})`;
}

/** `18,334 iterations` */
export function describeIterations(resolved: Json | undefined): string {
  const counts = (isList(resolved) ? resolved : [resolved]).map(Number);
  return `${counts.map(formatCount).join(' and ')} ${counts.at(-1) === 1 ? 'iteration' : 'iterations'}`;
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

/** The label of a setting: its title in the schema, or else one made from its path. */
export function labelAt(schema: JsonSchema, value: Json | undefined, path: string): string {
  const found = schemaAt(schema, value, path);
  if (path.endsWith('.id')) {
    const owner = schemaAt(schema, value, path.slice(0, -'.id'.length));
    return owner?.title ?? labelFrom(path.slice(0, -'.id'.length));
  }
  return found?.title ?? labelFrom(path);
}

export function describeValue(value: Json | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (isList(value) && value.length === 0) return 'none';
  if (isList(value)) {
    return value
      .map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item)))
      .join(', ');
  }
  return JSON.stringify(value);
}

function describeRange(schema: JsonSchema): string | undefined {
  // The largest safe integers stand for "no bound".
  const bound = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const [least, most] = [bound(schema.minimum), bound(schema.maximum)];
  const [above, below] = [bound(schema.exclusiveMinimum), bound(schema.exclusiveMaximum)];
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  const parts = [
    least === undefined ? undefined : `at least ${least}`,
    above === undefined ? undefined : `above ${above}`,
    most === undefined ? undefined : `at most ${most}`,
    below === undefined ? undefined : `below ${below}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' and ');
}

/** The property whose constant tells the alternatives apart. */
function discriminatorOf(alternatives: readonly JsonSchema[]): string | undefined {
  const [first] = alternatives;
  return Object.keys(first?.properties ?? {}).find((name) =>
    alternatives.every((alternative) => alternative.properties?.[name]?.const !== undefined),
  );
}

function isScalar({ type, enum: values, const: constant }: JsonSchema): boolean {
  const scalars = ['integer', 'number', 'string'];
  return (
    (typeof type === 'string' && scalars.includes(type)) ||
    values !== undefined ||
    constant !== undefined
  );
}

/** `learningRate` → `Learning rate` */
function labelFrom(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const words = name
    .replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function childOf(parent: Json | undefined, step: string): Json | undefined {
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

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether two values are equal, whatever the order of their keys. */
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
