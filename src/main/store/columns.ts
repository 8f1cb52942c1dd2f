/** How rows are read: each column is checked and turned into what the code works with. */
import { z } from 'zod';

/** Turns what SQLite gives for a row into a value, or says which column is not as it should be. */
export interface Decoder<Value> {
  /** Whether a row is one column, whose value SQLite gives without its name. */
  readonly isScalar: boolean;
  /** @throws DecodingError */
  readonly decode: (raw: unknown) => Value;
}

export type DecodedBy<Each> = Each extends Decoder<infer Value> ? Value : never;

/** A value in the database that this program can't have written so. */
export class DecodingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodingError';
  }
}

/** Rows of several columns, by their names in the query. Make it once: compiling takes a while. */
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
        context.issues.push({ code: 'custom', message: 'it is no JSON', input: value });
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
