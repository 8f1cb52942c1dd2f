/** Entries whose settings stand beside their id: `{ schedule: 'cubic', levels: 10, … }`. */
import { z } from 'zod';
import { isPlainObject } from '../../contract/json.ts';
import type { Definition, Registry } from '../definition.ts';
import { expectation } from './messages.ts';

/**
 * Every setting that one of the entries has; none is required. Which of them are allowed is known
 * once an entry is chosen: see `settingsOfOne`.
 */
export function settingsOfAll({ entries }: Registry<Definition>): Record<string, z.ZodType> {
  const settings: Record<string, z.ZodType> = {};
  for (const { hparams } of entries) {
    for (const [name, declared] of Object.entries<z.core.$ZodType>(hparams.shape)) {
      const field = z.optional(declared instanceof z.ZodDefault ? declared.unwrap() : declared);
      const other = settings[name];
      settings[name] = other === undefined || sameRules(other, field) ? (other ?? field) : ANYTHING;
    }
  }
  return settings;
}

/** A setting for which entries have different rules: the chosen one checks it. */
const ANYTHING = z.unknown().optional();

function sameRules(one: z.ZodType, other: z.ZodType): boolean {
  const rulesOf = (schema: z.ZodType): string => {
    const options = { io: 'input', unrepresentable: 'any' } as const;
    const { title: _title, description: _description, ...rules } = z.toJSONSchema(schema, options);
    return JSON.stringify(rules);
  };
  return rulesOf(one) === rulesOf(other);
}

/** The entry's own settings out of `given`; undefined, with issues raised, if they are not right. */
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

/** `{ [owner]: { id, ...settings } }` as `{ [owner]: id, ...settings }`. */
export function besideItsId(settings: unknown, owner: string): unknown {
  if (!isPlainObject(settings)) return settings;
  const chosen = settings[owner];
  if (!isPlainObject(chosen) || !('id' in chosen)) return settings;
  const { id, ...own } = chosen;
  return { ...settings, ...own, [owner]: id };
}
