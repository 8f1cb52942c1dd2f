import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/shared/contract/json.ts';
import type { JsonSchema } from '../../../src/shared/contract/records.ts';
import {
  chooseEntry,
  defaultOf,
  describeResolved,
  describeValue,
  differences,
  fieldOf,
  fieldsOf,
  labelAt,
  parseFieldText,
  schemaAt,
  withValueAt,
} from '../../../src/renderer/forms/form-model.ts';
import { FAKE_CATALOG, FAKE_SETTINGS } from '../support/fake-catalog.ts';

const SCHEMA = FAKE_CATALOG.settings;
const SETTINGS = FAKE_SETTINGS as unknown as Json;

const numberField = (schema: JsonSchema, isOptional = false) =>
  fieldOf(schema, undefined, 'x', isOptional);

describe('fields of a schema', () => {
  it('has a field for every setting of the catalog, in its order', () => {
    expect(fieldsOf(SCHEMA, SETTINGS).map(({ path }) => path)).toEqual(
      Object.keys(SCHEMA.properties!),
    );
  });

  it('shows a choice with the settings of what is chosen', () => {
    const field = fieldsOf(SCHEMA, SETTINGS).find(({ path }) => path === 'architecture');
    expect(field).toMatchObject({
      kind: 'choice',
      value: 'lenet-300-100',
      fields: [
        { path: 'architecture.width', kind: 'number', value: 1, range: 'above 0 and at most 64' },
      ],
    });
  });

  it.each<[JsonSchema, string | undefined]>([
    [{ type: 'integer', minimum: 1, maximum: 100 }, '1 to 100'],
    [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 'above 0 and below 1'],
    [{ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, 'at least 1'],
    [{ type: 'number' }, undefined],
  ])('says the range of %j', (schema, range) => {
    expect(numberField(schema)).toMatchObject({ range });
  });

  it('takes the default where a setting is left out', () => {
    expect(fieldOf({ type: 'integer', default: 60 }, undefined, 'x')).toMatchObject({ value: 60 });
  });

  it('shows branches with settings of their own beside those that are only named', () => {
    const transfer = { id: 'transfer', optimizer: { id: 'sgd', learningRate: 0.5 } };
    const settings = { branches: ['random-reinit', transfer] };
    const [field] = fieldsOf({ properties: { branches: SCHEMA.properties!.branches! } }, settings);
    expect(field).toMatchObject({
      kind: 'set',
      value: ['random-reinit'],
      entries: [
        {
          path: 'branches.1',
          kind: 'choice',
          value: 'transfer',
          fields: [
            {
              path: 'branches.1.optimizer',
              value: 'sgd',
              options: [{ id: '' }, { id: 'adam' }, { id: 'sgd' }],
              fields: [{ path: 'branches.1.optimizer.learningRate', value: 0.5 }],
            },
          ],
        },
      ],
    });
    const schema = schemaAt(SCHEMA, settings, 'branches.1.optimizer')!;
    expect(chooseEntry(schema, transfer.optimizer, 'adam')).toEqual({
      id: 'adam',
      learningRate: 0.0012,
      beta1: 0.9,
    });
    expect(withValueAt(settings, 'branches.1.optimizer', undefined)).toEqual({
      branches: ['random-reinit', { id: 'transfer' }],
    });
  });

  it('has no choice until one is made, where none is needed', () => {
    const [items] = [SCHEMA.properties!.branches!.items!.anyOf![1]!];
    const field = fieldOf(items, { id: 'transfer' }, 'branches.0');
    expect(field).toMatchObject({
      fields: [{ path: 'branches.0.optimizer', value: '', fields: [] }],
    });
    expect(defaultOf(items.oneOf![0]!)).toEqual({ id: 'transfer' });
  });

  it('edits a number or a text as text', () => {
    const schema: JsonSchema = { anyOf: [{ type: 'integer' }, { type: 'string' }] };
    const field = fieldOf(schema, '20ep', 'warmup');
    expect(field).toMatchObject({ kind: 'text', value: '20ep', allowsNumber: true });
    expect(parseFieldText(field, '500')).toEqual({ value: 500 });
    expect(parseFieldText(field, '5ep')).toEqual({ value: '5ep' });
  });

  const DURATION: JsonSchema = {
    anyOf: [{ type: 'integer', minimum: 1 }, { type: 'string' }],
    unit: 'iterations',
    leastIterations: 1,
  };

  it('edits a duration as iterations or epochs', () => {
    const field = fieldOf(DURATION, '20ep', 'training.iterations');
    expect(field).toMatchObject({ kind: 'duration', value: '20ep', unit: undefined });
    expect(fieldOf(DURATION, 2000, 'training.iterations')).toMatchObject({ unit: 'iterations' });
    expect(parseFieldText(field, '2,000')).toEqual({ value: 2000 });
    expect(parseFieldText(field, ' 0.5 epochs ')).toEqual({ value: '0.5ep' });
    for (const text of ['', '1.5', '-1', '2 days', '1ep, 2ep']) {
      expect(parseFieldText(field, text), text).toHaveProperty('problem');
    }
    expect(parseFieldText(fieldOf(DURATION, undefined, 'every', true), '')).toEqual({
      value: undefined,
    });
  });

  it('edits a list of durations between commas', () => {
    const field = fieldOf({ type: 'array', items: DURATION }, ['91ep', 5], 'milestones');
    expect(field).toMatchObject({ kind: 'duration', isList: true, value: ['91ep', 5] });
    expect(parseFieldText(field, '91 ep, 2000,')).toEqual({ value: ['91ep', 2000] });
    expect(parseFieldText(field, '')).toEqual({ value: [] });
    expect(parseFieldText(field, '91ep, soon')).toMatchObject({
      problem: '“soon” is neither a whole number of iterations nor epochs such as 20ep.',
    });
  });

  it('shows what is deprecated only where it is set', () => {
    const properties = { epoch: { type: 'number', deprecated: true }, other: { type: 'number' } };
    expect(fieldsOf({ properties }, {}).map(({ path }) => path)).toEqual(['other']);
    expect(fieldsOf({ properties }, { epoch: 2 })).toHaveLength(2);
  });

  it('edits as JSON what it does not know', () => {
    expect(fieldOf({ type: 'array' }, [1], 'x').kind).toBe('json');
  });
});

describe('what epochs come to', () => {
  it.each<[Json | undefined, Json, string]>([
    ['20ep', 18_333, '20ep (18,333 iterations)'],
    [2000, 2000, '2000'],
    [['1ep', 5], [1, 5], '1ep, 5 (1 and 5 iterations)'],
    [undefined, 400, '400'],
  ])('is said beside %j where it differs', (written, resolved, text) => {
    expect(describeResolved(written, resolved)).toBe(text);
  });
});

describe('the text of a field', () => {
  it.each([
    ['1e-8', 1e-8],
    [' 50,000 ', 50_000],
    ['0.10', 0.1],
  ])('reads %j as a number', (text, value) => {
    expect(parseFieldText(numberField({ type: 'number' }), text)).toEqual({ value });
  });

  it.each(['', 'many', '1.5'])('refuses %j as a whole number, and says why', (text) => {
    expect(parseFieldText(numberField({ type: 'integer' }), text)).toHaveProperty('problem');
  });

  it('leaves an optional number out when it is empty', () => {
    expect(parseFieldText(numberField({ type: 'integer' }, true), '')).toEqual({
      value: undefined,
    });
  });

  it('leaves optional JSON out when it is empty, and says what is wrong with other JSON', () => {
    const fractions: JsonSchema = { type: 'object' };
    const optional = fieldOf(fractions, undefined, 'layerFractions', true);
    expect(parseFieldText(optional, ' ')).toEqual({ value: undefined });
    expect(parseFieldText(optional, '{"fc1": 0.5}')).toEqual({ value: { fc1: 0.5 } });
    expect(parseFieldText(optional, '{fc1}')).toHaveProperty('problem');
    expect(parseFieldText(fieldOf(fractions, {}, 'x'), '')).toHaveProperty('problem');
  });

  it('reads texts between commas, which are shown as a line and not as JSON', () => {
    const schema = { properties: { names: { type: 'array', items: { type: 'string' } } } };
    const [field] = fieldsOf(schema, { names: ['fc1', 'a name'] });
    expect(field).toMatchObject({ kind: 'texts', value: ['fc1', 'a name'], isOptional: true });
    expect(parseFieldText(field!, ' fc1, a name ,')).toEqual({ value: ['fc1', 'a name'] });
    expect(parseFieldText(field!, ' ')).toEqual({ value: undefined });
  });

  it('reads numbers between commas and blanks', () => {
    const field = fieldOf({ type: 'array', items: { type: 'integer' } }, [], 'widths');
    expect(parseFieldText(field, '300, 100  50')).toEqual({ value: [300, 100, 50] });
    expect(parseFieldText(field, '')).toEqual({ value: [] });
    expect(parseFieldText(field, '300, x')).toHaveProperty('problem');
  });
});

describe('choosing another entry', () => {
  const optimizer = schemaAt(SCHEMA, SETTINGS, 'training.optimizer')!;

  it('takes its defaults, not the learning rate of the one before', () => {
    expect(chooseEntry(optimizer, { id: 'adam', learningRate: 0.01, beta1: 0.8 }, 'sgd')).toEqual({
      id: 'sgd',
      learningRate: 0.1,
    });
  });

  it('keeps a setting that both declare alike', () => {
    const architecture = schemaAt(SCHEMA, SETTINGS, 'architecture')!;
    expect(chooseEntry(architecture, { id: 'lenet-300-100', width: 2 }, 'mlp')).toEqual({
      id: 'mlp',
      widths: [300, 100],
      width: 2,
    });
  });

  it('begins a list’s item with what its first entry needs', () => {
    const layers = schemaAt(SCHEMA, { architecture: { id: 'custom' } }, 'architecture.layers')!;
    expect(defaultOf(layers.items!)).toEqual({ kind: 'dense', units: 1 });
  });
});

describe('changing a value', () => {
  it('keeps the order of keys and leaves the original alone', () => {
    const before = { a: { x: 1, y: 2 }, b: 3 };
    const after = withValueAt(before, 'a.x', 5);
    expect(JSON.stringify(after)).toBe('{"a":{"x":5,"y":2},"b":3}');
    expect(before.a.x).toBe(1);
  });

  it('takes a setting away and makes what was not there', () => {
    expect(withValueAt({ a: { x: 1, y: 2 } }, 'a.x', undefined)).toEqual({ a: { y: 2 } });
    expect(withValueAt({}, 'a.x', 1)).toEqual({ a: { x: 1 } });
  });

  it('reaches into lists', () => {
    expect(withValueAt({ layers: [{ units: 1 }, { units: 2 }] }, 'layers.1.units', 7)).toEqual({
      layers: [{ units: 1 }, { units: 7 }],
    });
  });
});

describe('differences of settings', () => {
  it('names leaves by path, and not what is equal but for the order of keys', () => {
    const one = { pruning: { levels: 9, strategy: { id: 'a', fraction: 0.2 } }, branches: ['x'] };
    const other = {
      branches: ['x'],
      pruning: { strategy: { fraction: 0.2, id: 'a' }, levels: 12 },
    };
    expect(differences(one, other)).toEqual(['pruning.levels']);
    expect(differences({ branches: [] }, { branches: ['x'] })).toEqual(['branches']);
    expect(differences({ a: 1 }, {})).toEqual(['a']);
  });

  it('calls a setting what the schema calls it', () => {
    expect(labelAt(SCHEMA, SETTINGS, 'training.batchSize')).toBe('Batch size');
    expect(labelAt(SCHEMA, SETTINGS, 'architecture.id')).toBe('Architecture');
    expect(labelAt(SCHEMA, SETTINGS, 'training.someNewThing')).toBe('Some new thing');
  });

  it('shows values as they are read', () => {
    expect([undefined, [], [300, 100], 'adam', 0.5, { a: 1 }].map(describeValue)).toEqual([
      '–',
      'none',
      '300, 100',
      'adam',
      '0.5',
      '{"a":1}',
    ]);
  });
});
