import { z } from 'zod';

/** A JSON value, such as a preference or unchecked settings. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = Readonly<Record<string, Json>>;

/** Deeper than any settings. The bound keeps a hostile message from exhausting the stack. */
export const MAXIMUM_DEPTH = 32;

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
      if (!isPlainObject(value) || Object.keys(value).some(isReservedKey)) return false;
      return Object.values(value).every(
        // An undefined property counts as missing, as in JSON.
        (item) => item === undefined || isJson(item, depth + 1),
      );
    default:
      return false;
  }
}

/**
 * Whether every object has such a property already, as `constructor`, or an assignment to it does
 * something else, as to `__proto__`. No setting is called that.
 */
export function isReservedKey(key: string): boolean {
  return key === 'prototype' || key in Object.prototype;
}

/** @throws SyntaxError for a text that is not JSON. */
export function parseJson(text: string): Json {
  // `JSON.parse` is typed `any`, but returns only these.
  return JSON.parse(text) as Json;
}

/** The text's JSON value, or the text itself: how people write a value on a command line. */
export function jsonOrText(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** An object literal, of this realm or another: not a class instance and not an array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
