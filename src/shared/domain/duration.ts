/** How long something in a training takes: optimizer steps, or epochs, which the dataset turns into steps. */
import { z } from 'zod';

/** `"20ep"`, `"0.5ep"`: passes over the examples that are trained on. */
export type Epochs = `${string}ep`;

/** `2000` iterations, or `"20ep"`. */
export type Duration = number | Epochs;

/** What is computed with: every duration of `Values` is a number. */
export type InIterations<Values> = { [Name in keyof Values]: WithoutEpochs<Values[Name]> };
type WithoutEpochs<Value> = Value extends readonly (infer Item)[]
  ? Exclude<Item, Epochs>[]
  : Exclude<Value, Epochs>;

/** Of a setting, as a user wrote it: its iterations, at least `least`. */
export type DurationResolver = (given: Duration, least: number, path: string) => number;

export const epochs = z.templateLiteral([z.string().regex(/\d+(\.\d+)?/), 'ep']);

/** A setting that counts optimizer steps. Its JSON Schema says `leastIterations`, as forms go by. */
export function duration(least: 0 | 1) {
  return z
    .union([z.int().min(least), epochs], {
      error: `a whole number of iterations, at least ${least}, or epochs such as "0.5ep"`,
    })
    .meta({ unit: 'iterations', leastIterations: least });
}

export function isEpochs(value: unknown): value is Epochs {
  return typeof value === 'string' && /^\d+(\.\d+)?ep$/.test(value);
}

/** `"0.5ep"` as 0.5. */
export function epochsOf(given: Epochs): number {
  return Number(given.slice(0, -'ep'.length));
}

/** @param iterationsPerEpoch training examples by batch size; not whole in general. */
export function iterationsOf(given: Duration, iterationsPerEpoch: number): number {
  if (typeof given === 'number') return given;
  return Math.round(epochsOf(given) * iterationsPerEpoch);
}

/** The values with every duration, as the schema declares them, in iterations. */
export function resolveDurations<Values extends object>(
  { shape }: z.ZodObject,
  values: Values,
  path: string,
  resolve: DurationResolver,
): Values {
  const resolved = Object.entries(values).map(([name, value]: [string, unknown]) => {
    const schema = (shape as Readonly<Record<string, z.ZodType | undefined>>)[name];
    const least = schema && leastOf(schema);
    if (least === undefined || value === undefined) return [name, value];
    const at = `${path}.${name}`;
    if (!Array.isArray(value)) return [name, resolve(value as Duration, least, at)];
    const items = value as readonly Duration[];
    return [name, items.map((item, index) => resolve(item, least, `${at}.${index}`))];
  });
  return Object.fromEntries(resolved) as Values;
}

/**
 * What is about to be computed with, checked to be free of epochs.
 *
 * @throws Error for settings that were not resolved.
 */
export function inIterations<Values extends object>(values: Values): InIterations<Values> {
  for (const [name, value] of Object.entries(values) as [string, unknown][]) {
    const left = (Array.isArray(value) ? value : [value]).find(isEpochs);
    if (left !== undefined) throw new Error(`${name} is still ${left}: epochs are not resolved`);
  }
  return values as InIterations<Values>;
}

/** Of a duration, or a list of them; undefined of any other setting. */
function leastOf(schema: z.ZodType): number | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return leastOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodArray) return leastOf(schema.element as z.ZodType);
  const least = schema.meta()?.['leastIterations'];
  return typeof least === 'number' ? least : undefined;
}
