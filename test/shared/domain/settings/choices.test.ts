import { expect, it } from 'vitest';
import { z } from 'zod';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { isPlainObject } from '../../../../src/shared/contract/json.ts';
import { settingsSchema } from '../../../../src/shared/domain/settings.ts';
import { CHOICE_PLACES } from '../../../../src/shared/domain/settings/choices.ts';

/** The paths of `oneOf` over entries in a JSON Schema, lists left out. */
function choicesIn(schema: unknown, path: readonly string[] = []): string[] {
  if (!isPlainObject(schema)) return [];
  if (Array.isArray(schema['oneOf'])) return [path.join('.')];
  const properties = isPlainObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, inner]) => choicesIn(inner, [...path, name]));
}

it('are all named', () => {
  const schema = z.toJSONSchema(settingsSchema(registries), { io: 'input' });
  const inside = CHOICE_PLACES.filter(({ isBeside }) => !isBeside).map(({ owner }) => owner);
  expect(inside).toEqual(choicesIn(schema));
});

it.each(CHOICE_PLACES)('take the entries of their registry: $owner', ({ owner, key, kind }) => {
  const path = [...owner.split('.'), key];
  for (const { id } of registries[kind].entries) {
    const input = path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), id);
    const issues = settingsSchema(registries).safeParse(input).error?.issues ?? [];
    // Some entries need settings of their own; the id itself is right.
    expect(issues.map((issue) => issue.path.join('.'))).not.toContain(path.join('.'));
  }
  const wrong = path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), 'no such entry');
  const issues = settingsSchema(registries).safeParse(wrong).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join('.'))).toEqual([path.join('.')]);
});
