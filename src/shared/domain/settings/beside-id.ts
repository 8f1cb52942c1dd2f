/** Entries whose settings are siblings of their id: `{ schedule: 'cubic', levels: 10, … }`. */
import { z } from 'zod';
import { isPlainObject } from '../../contract/json.ts';
import type { Definition, Registry } from '../definition.ts';
import { expectation } from './messages.ts';

/**
 * The settings of all entries, each optional. Which of them are allowed is known once an entry is
 * chosen: see `settingsOfOne`.
 */
export function settingsOfAll({ entries }: Registry<Definition>): Record<string, z.ZodType> {
  const rules: Record<string, z.core.$ZodType> = {};
  for (const { hparams } of entries) {
    for (const [name, field] of Object.entries<z.core.$ZodType>(hparams.shape)) {
      const rule = field instanceof z.ZodDefault ? field.unwrap() : field;
      // If entries define one name differently, only the chosen entry's rule applies.
      rules[name] = (rules[name] ?? rule) === rule ? rule : ANYTHING;
    }
  }
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, z.optional(rule)]));
}

const ANYTHING = z.unknown();

/** The entry's own settings from `given`. If they are invalid, raises issues and returns undefined. */
export function settingsOfOne(
  kind: string,
  { id, hparams }: Definition,
  given: Readonly<Record<string, unknown>>,
  reject: (path: PropertyKey[], input: unknown, message: string) => void,
): Record<string, unknown> | undefined {
  const foreign = Object.entries(given).filter(
    ([name, value]) => value !== undefined && !(name in hparams.shape),
  );
  for (const [name, value] of foreign) {
    reject([name], value, `nothing, because the ${kind} ${id} has no such setting`);
  }
  const parsed = hparams.safeParse(given, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) {
    reject(issue.path, issue.input, `${expectation(issue)}, which the ${kind} ${id} needs`);
  }
  return parsed.success && foreign.length === 0 ? parsed.data : undefined;
}

/** `{ [owner]: { id, ...settings } }` becomes `{ [owner]: id, ...settings }`. */
export function besideItsId(settings: unknown, owner: string): unknown {
  if (!isPlainObject(settings)) return settings;
  const chosen = settings[owner];
  if (!isPlainObject(chosen) || !('id' in chosen)) return settings;
  const { id, ...own } = chosen;
  return { ...settings, ...own, [owner]: id };
}
