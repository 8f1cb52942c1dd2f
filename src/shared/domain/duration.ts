/**
 * Durations within a training: optimizer steps, or epochs, which the dataset's size converts to
 * steps.
 */
import { z } from 'zod';

/** `"20ep"`, `"0.5ep"`: passes over the training examples. */
export type Epochs = `${string}ep`;

/** `2000` iterations, or `"20ep"`. */
export type Duration = number | Epochs;

/** The same values with every duration as a number. */
export type InIterations<Values> = { [Name in keyof Values]: WithoutEpochs<Values[Name]> };
type WithoutEpochs<Value> = Value extends readonly (infer Item)[]
  ? readonly Exclude<Item, Epochs>[]
  : Exclude<Value, Epochs>;

/** Turns one duration into iterations, which must be at least `least`. `path` names the setting. */
export type DurationResolver = (given: Duration, least: number, path: string) => number;

export const epochs = z.templateLiteral([z.string().regex(/\d+(\.\d+)?/), 'ep']);

/** A setting that counts optimizer steps. Forms read `leastIterations` in its JSON Schema. */
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

/** `"0.5ep"` becomes 0.5. */
export function epochsOf(given: Epochs): number {
  return Number(given.slice(0, -'ep'.length));
}

/** @param iterationsPerEpoch training examples divided by batch size; generally not whole. */
export function iterationsOf(given: Duration, iterationsPerEpoch: number): number {
  if (typeof given === 'number') return given;
  return Math.round(epochsOf(given) * iterationsPerEpoch);
}

/** The values that the schema declares as durations or lists of durations, in iterations. */
export function resolveDurations(
  { shape }: { readonly shape: z.core.$ZodShape },
  values: Readonly<Record<string, unknown>>,
  path: string,
  resolve: DurationResolver,
): Record<string, number | number[]> {
  const resolved: Record<string, number | number[]> = {};
  for (const [name, value] of Object.entries(values)) {
    const schema = shape[name];
    const least = schema && leastOf(schema);
    if (least === undefined) continue;
    const at = `${path}.${name}`;
    if (isDuration(value)) resolved[name] = resolve(value, least, at);
    if (!Array.isArray(value)) continue;
    resolved[name] = value
      .filter(isDuration)
      .map((item, index) => resolve(item, least, `${at}.${index}`));
  }
  return resolved;
}

/**
 * Checks that values about to be used contain no epochs.
 *
 * @throws Error for settings that were not resolved.
 */
export function inIterations<Values extends object>(values: Values): InIterations<Values> {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(values);
  for (const [name, value] of entries) {
    const left = (Array.isArray(value) ? value : [value]).find(isEpochs);
    if (left !== undefined) throw new Error(`${name} is still ${left}: epochs are not resolved`);
  }
  // The loop has looked at every value.
  return values as InIterations<Values>;
}

export function isDuration(value: unknown): value is Duration {
  return typeof value === 'number' || isEpochs(value);
}

/** The fewest iterations allowed for a duration, or for each of a list; undefined for other settings. */
function leastOf(schema: z.core.$ZodType): number | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return leastOf(schema.unwrap());
  }
  if (schema instanceof z.ZodArray) return leastOf(schema.element);
  const least = z.globalRegistry.get(schema)?.['leastIterations'];
  return typeof least === 'number' ? least : undefined;
}
