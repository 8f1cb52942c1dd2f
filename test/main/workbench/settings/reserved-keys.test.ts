/** Names such as `__proto__`, at every place where settings come in. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import {
  isPlainObject,
  type Json,
  jsonObjectSchema,
} from '../../../../src/shared/contract/json.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { axesOf, parseSweepArgument } from '../../../../src/shared/domain/sweep.ts';
import { checkedExport } from '../../../../src/main/engine/plug-ins/check.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import {
  resolveSettings,
  settingFromText,
  settingsAsGiven,
  withSetting,
} from '../../../../src/main/workbench/settings/settings-input.ts';
import { settingsFromText } from '../../../../src/renderer/forms/settings-text.ts';

const RESERVED = ['prototype', ...Object.getOwnPropertyNames(Object.prototype)];
const propertiesBefore = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

/** JSON in which one object, somewhere, has a reserved name. */
const poisoned = fc
  .tuple(
    fc.constantFrom(...RESERVED),
    fc.oneof(fc.constant({ polluted: true }), fc.constant(1), fc.constant(null)),
    fc.array(
      fc.constantFrom(
        'training',
        'optimizer',
        'dataset',
        'pruning',
        'branches',
        '0',
        'rewind',
        'x',
      ),
      { maxLength: 4 },
    ),
  )
  .map(([key, value, path]) => ({
    path: [...path, key],
    value,
    // As text, because only JSON.parse makes a property of its own of "__proto__".
    json: path.reduceRight(
      (inner, step) => (step === '0' ? `[${inner}]` : `{${JSON.stringify(step)}:${inner}}`),
      `{${JSON.stringify(key)}:${JSON.stringify(value)}}`,
    ),
  }));

interface Poison {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly json: string;
}

const SETTINGS = settingsAsGiven({});

const ENTRANCES: Readonly<Record<string, (poison: Poison) => unknown>> = {
  '--config': ({ json }) => resolveSettings({ config: JSON.parse(json) }),
  '--config over a preset': ({ json }) =>
    resolveSettings({ preset: 'lenet-300-100', config: JSON.parse(json) }),
  '--set with the name in the path': ({ path, value }) =>
    resolveSettings({ assignments: [`${path.join('.')}=${JSON.stringify(value)}`] }),
  '--set with the name in the value': ({ json }) =>
    resolveSettings({ assignments: [`training=${json}`] }),
  '--sweep with the name in the path': ({ path }) =>
    axesOf(
      parseSweepArgument(`${path.join('.')}=1,2`, (at, text) =>
        settingFromText(SETTINGS, at, text),
      ),
    ),
  'a swept value': ({ json }) =>
    parseSettings(registries, withSetting(SETTINGS, 'training', JSON.parse(json))),
  'a swept path': ({ path, value }) =>
    parseSettings(registries, withSetting(SETTINGS, path.join('.'), value)),
  'a branch of an extension': ({ json }) =>
    parseSettings(registries, {
      ...SETTINGS,
      branches: [{ id: 'transfer', dataset: JSON.parse(json) as unknown }],
    }),
  'settings pasted in the window': ({ json }) => settingsFromText(json),
  'an exported search pasted in the window': ({ json }) =>
    settingsFromText(`{"id":"k3f0","settings":${json.startsWith('[') ? `{"x":${json}}` : json}}`),
};

describe('a name that JavaScript reserves', () => {
  afterEach(() => {
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(propertiesBefore);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each(Object.entries(ENTRANCES))('is refused in %s', (_, enter) => {
    fc.assert(
      fc.property(poisoned, (poison) => {
        let refused: unknown;
        try {
          enter(poison);
        } catch (error) {
          refused = error;
        }
        expect(refused).toBeInstanceOf(WorkbenchError);
        expect((refused as WorkbenchError).code).toBe('invalid-settings');
        expect((refused as WorkbenchError).message).not.toContain('[native code]');
      }),
      { numRuns: 300 },
    );
  });

  it('is refused in a message of the window', () => {
    const schema = jsonObjectSchema(10_000);
    fc.assert(
      fc.property(poisoned, ({ json }) => {
        expect(schema.safeParse({ settings: JSON.parse(json) as Json }).success).toBe(false);
      }),
    );
  });

  it('is refused as an id and as a setting of a plug-in', () => {
    const strategy = (id: string, name: string) => ({
      id,
      label: 'Label',
      description: 'Description',
      hparams: z.object({ [name]: z.number().default(1) }),
      create: () => undefined,
    });
    const exported = (id: string, name: string) =>
      Object.defineProperty({ plugIn: { strategies: [strategy(id, name)] } }, Symbol.toStringTag, {
        value: 'Module',
      });
    expect(() => checkedExport('mine.ts', exported('mine', 'rate'))).not.toThrow();
    expect(() => checkedExport('mine.ts', exported('constructor', 'rate'))).toThrow(/reserved/);
    expect(() => checkedExport('mine.ts', exported('mine', 'constructor'))).toThrow(/reserve/);
  });

  it('is named with its place', () => {
    expect(() =>
      resolveSettings({ config: JSON.parse('{"training":{"__proto__":{"batchSize":1}}}') }),
    ).toThrow(
      'training.__proto__: "__proto__" is reserved by JavaScript; there is no such setting',
    );
  });
});

describe('settings that nest too deep', () => {
  it.each([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"training":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ])('are refused with their depth: %s', (_, text) => {
    const config: unknown = JSON.parse(text);
    expect(isPlainObject(config) || Array.isArray(config)).toBe(true);
    expect(() => resolveSettings({ config })).toThrow(/nests deeper than 32/);
  });
});
