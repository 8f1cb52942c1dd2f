/** How rows are read: each column is checked and converted to the code's types. */
import { z } from 'zod';

/** Turns a row from SQLite into a value, or names the column that is wrong. */
export interface Decoder<Value> {
  /** Whether a row is one column, which SQLite returns as a bare value. */
  readonly isScalar: boolean;
  /** Whether a row is the list of its columns, without their names. Default: no. */
  readonly isList?: true;
  /** @throws DecodingError */
  readonly decode: (raw: unknown) => Value;
}

export type DecodedBy<Each> = Each extends Decoder<infer Value> ? Value : never;

/** A value in the database that this program cannot have written. */
export class DecodingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodingError';
  }
}

/** Rows of several columns, by their names in the query. Create it once, because compiling it is slow. */
export function row<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): Decoder<z.output<z.ZodObject<Shape>>> {
  const schema = z.object(shape);
  return { isScalar: false, decode: (raw) => decodeWith(schema, raw) };
}

/** Rows of one column. */
export function scalar<Value>(column: z.ZodType<Value>): Decoder<Value> {
  return { isScalar: true, decode: (raw) => decodeWith(column, raw) };
}

/** A value as SQLite stores it. */
type StoredValue = string | number | null | Buffer;

/**
 * The columns of any row, in their order in the query, as SQLite stores them. Every checksum is computed
 * from such rows, so they come without names and are checked without a schema, which is slower.
 */
export const storedValues: Decoder<readonly StoredValue[]> = {
  isScalar: false,
  isList: true,
  decode: (raw) => {
    if (!Array.isArray(raw)) throw new DecodingError('it is not a row');
    const values: readonly unknown[] = raw;
    if (values.every(isStored)) return values;
    throw new DecodingError('SQLite returned a value of another type');
  },
};

/** As `storedValues`, without a check: for millions of rows, which are checked where they are used. */
export const uncheckedValues: Decoder<readonly unknown[]> = {
  isScalar: false,
  isList: true,
  decode: (raw) => raw as readonly unknown[],
};

function isStored(value: unknown): value is StoredValue {
  const isPlain = typeof value === 'string' || typeof value === 'number' || value === null;
  return isPlain || Buffer.isBuffer(value);
}

/** A row that may be damaged: it must not hide the others. `fallback` reads what is left of it. */
export function orDamaged<Value, Rest>(
  decoder: Decoder<Value>,
  fallback: Decoder<Rest>,
): Decoder<{ readonly value: Value } | { readonly damaged: Rest; readonly problem: string }> {
  const decode = (raw: unknown) => {
    try {
      return { value: decoder.decode(raw) };
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
      return { damaged: fallback.decode(raw), problem: error.message };
    }
  };
  return { isScalar: decoder.isScalar, decode };
}

/** A row, or what is left of a damaged one. */
export function leftOf<Value, Rest>(
  row: { readonly value: Value } | { readonly damaged: Rest },
): Value | Rest {
  return 'value' in row ? row.value : row.damaged;
}

export const text = z.string();
export const integer = z.int();
export const real = z.number();
export const bytes = z.instanceof(Buffer);
/** SQLite has no booleans: 0 or 1. */
export const flag = z.literal([0, 1]).transform((value) => value === 1);

export const oneOf = <const Values extends readonly string[]>(values: Values) => z.enum(values);

/** NULL becomes undefined. */
export const optional = <Column extends z.ZodType>(column: Column) =>
  column.nullable().transform((value) => value ?? undefined);

/** JSON text whose value has this schema. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.issues.push({ code: 'custom', message: 'it is not JSON', input: value });
        return z.NEVER;
      }
    })
    .pipe(schema);

function decodeWith<Value>(schema: z.ZodType<Value>, raw: unknown): Value {
  const decoded = schema.safeParse(raw);
  if (decoded.success) return decoded.data;
  const problems = decoded.error.issues.map(({ path, message }) => {
    const place = path.length === 0 ? 'a value' : path.join('.');
    return `${place}: ${message}`;
  });
  throw new DecodingError(problems.join('; '));
}
