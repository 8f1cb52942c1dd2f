/** Turns a JSON Schema into a form as plain data: which fields to show. */
import type { Json } from '../../shared/contract/json.ts';
import type { JsonSchema } from '../../shared/contract/records/catalog.ts';
import { discriminatorOf, labelFrom } from './settings-schema.ts';
import { isList, isObject, join, textOf } from './settings-tree.ts';

interface FieldBase {
  /** `training.batchSize`, as problems name it. */
  readonly path: string;
  readonly label: string;
  readonly help: string | undefined;
  readonly unit: string | undefined;
  /** What is written instead of a value of this kind, such as a text of an imported file. */
  readonly wrong?: string;
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
    /** Any of several options, plus entries that have their own fields. */
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
    /** One of several registered entries, each with its own fields. */
    | {
        readonly kind: 'choice';
        readonly value: string;
        /** The property that distinguishes them: `id`, or `kind` for layers. */
        readonly key: string;
        readonly options: readonly ChoiceOption[];
        readonly fields: readonly Field[];
      }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
    | { readonly kind: 'list'; readonly items: readonly Field[]; readonly itemSchema: JsonSchema }
    /** A number for each name, such as the fraction to prune of single layers. */
    | {
        readonly kind: 'record';
        readonly entries: readonly FieldOf<'number'>[];
        readonly numberSchema: JsonSchema;
      }
    /** Everything that no other kind can show. */
    | { readonly kind: 'json'; readonly value: Json | undefined; readonly isOptional: boolean }
  );

export type FieldOf<Kind extends Field['kind']> = Extract<Field, { readonly kind: Kind }>;

/** The fields of an object's schema, in the schema's order. */
export function fieldsOf(schema: JsonSchema, value: Json | undefined, path = ''): Field[] {
  const object = isObject(value) ? value : {};
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .filter(
      ([name, { deprecated, isFilledIn }]) =>
        (deprecated !== true && isFilledIn !== true) || object[name] !== undefined,
    )
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
  const described: FieldBase = {
    path,
    label: schema.title ?? labelFrom(path),
    help: schema.description,
    unit: schema.unit,
  };
  const current = value ?? schema.default;
  const base = withWrong(described, schema, current);
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
      return (
        recordField(base, schema, current) ?? { ...base, kind: 'json', value: current, isOptional }
      );
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
  const first = base.wrong === undefined ? (options[0]?.id ?? '') : '';
  const value = isObject(current) ? textOf(current[key]) : first;
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

/** With what is written, where a field of the schema's kind can't show it. */
function withWrong(base: FieldBase, schema: JsonSchema, current: Json | undefined): FieldBase {
  if (current === undefined || isShown(schema, current)) return base;
  return { ...base, wrong: JSON.stringify(current) };
}

function isShown(schema: JsonSchema, value: Json): boolean {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) {
    if (discriminatorOf(alternatives) !== undefined) return isObject(value);
    const isScalarValue = typeof value === 'string' || typeof value === 'number';
    return isScalarValue || !alternatives.every(isScalar);
  }
  const { items } = schema;
  switch (schema.type) {
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'array':
      return isList(value) && (items === undefined || value.every((item) => isShown(items, item)));
    default:
      return schema.enum === undefined || typeof value === 'string';
  }
}

/** Undefined where the names have other values than numbers. */
function recordField(
  base: FieldBase,
  { additionalProperties: inner }: JsonSchema,
  current: Json | undefined,
): Field | undefined {
  if (typeof inner !== 'object' || (inner.type !== 'number' && inner.type !== 'integer')) {
    return undefined;
  }
  if (current !== undefined && !isObject(current)) return undefined;
  const entries = Object.entries(current ?? {}).map(([name, value]) => ({
    ...fieldOf(inner, value, join(base.path, name)),
    label: name,
  }));
  return {
    ...base,
    kind: 'record',
    numberSchema: inner,
    entries: entries.filter((entry) => entry.kind === 'number'),
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
  if (plain?.enum && schema.mayRepeat !== true) {
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
    const numbers = items.filter((item) => typeof item === 'number');
    return { ...base, kind: 'numbers', value: numbers, isOptional };
  }
  if (itemSchema?.type === 'string' || plain) {
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

function describeRange(schema: JsonSchema): string | undefined {
  // The largest safe integers mean "no bound".
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

function isScalar({ type, enum: values, const: constant }: JsonSchema): boolean {
  const scalars = ['integer', 'number', 'string'];
  return (
    (typeof type === 'string' && scalars.includes(type)) ||
    values !== undefined ||
    constant !== undefined
  );
}
