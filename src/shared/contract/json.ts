import { z } from 'zod';

/** A value of JSON: what preferences and unchecked settings are made of. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = Readonly<Record<string, Json>>;

/** Deeper than any settings; a bound, so that a hostile message can't exhaust the stack. */
const MAXIMUM_DEPTH = 32;

/** Any JSON value whose text has at most `maximumLength` characters. */
export const jsonSchema = (maximumLength: number) =>
  z.custom<Json>((value) => isJson(value) && JSON.stringify(value).length <= maximumLength, {
    error: `a JSON value of at most ${maximumLength} characters`,
  });

/** A JSON object whose text has at most `maximumLength` characters. */
export const jsonObjectSchema = (maximumLength: number) =>
  z.custom<JsonObject>(
    (value) =>
      isPlainObject(value) && isJson(value) && JSON.stringify(value).length <= maximumLength,
    { error: `a JSON object of at most ${maximumLength} characters` },
  );

function isJson(value: unknown, depth = 0): boolean {
  if (depth > MAXIMUM_DEPTH) return false;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return Array.from(value).every((item) => isJson(item, depth + 1));
      // Assigned to an object, a key "__proto__" would change what the object is.
      if (!isPlainObject(value) || Object.hasOwn(value, '__proto__')) return false;
      return Object.values(value).every(
        // What is undefined is not there, in JSON as in any other message.
        (item) => item === undefined || isJson(item, depth + 1),
      );
    default:
      return false;
  }
}

/** @throws SyntaxError for a text that is not JSON. */
export function parseJson(text: string): Json {
  // Typed `any`, but by its definition this.
  return JSON.parse(text) as Json;
}

/** What the text says as JSON, or itself: how people write a value on a command line. */
export function jsonOrText(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** An object literal, of this realm or another: no class instance, no array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
