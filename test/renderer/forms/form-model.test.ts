import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/shared/contract/json.ts';
import type { JsonSchema } from '../../../src/shared/contract/records/catalog.ts';
import { parseFieldText } from '../../../src/renderer/forms/field-text.ts';
import { type Field, fieldOf, fieldsOf } from '../../../src/renderer/forms/form-model.ts';
import { chooseEntry, defaultOf, schemaAt } from '../../../src/renderer/forms/settings-schema.ts';
import { withValueAt } from '../../../src/renderer/forms/settings-tree.ts';
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

  it.each<[JsonSchema, Json]>([
    [{ type: 'integer' }, 'sixty'],
    [{ type: 'string' }, 5],
    [{ type: 'boolean' }, 'yes'],
    [{ type: 'string', enum: ['dense', 'sparse'] }, 5],
    [{ type: 'array', items: { type: 'number' } }, ['a', 5]],
    [{ type: 'array', items: { type: 'string' } }, 5],
  ])('keeps what is of another kind than %j: %j', (schema, written) => {
    expect(fieldOf(schema, written, 'x')).toHaveProperty('wrong', JSON.stringify(written));
  });

  it('shows what is written instead of a choice, and nothing as chosen', () => {
    const dataset = fieldOf(SCHEMA.properties!['dataset']!, 5, 'dataset');
    expect(dataset).toMatchObject({ kind: 'choice', value: '', wrong: '5', fields: [] });
  });

  it('finds nothing wrong in settings that are right', () => {
    const wrong = (fields: readonly Field[]): string[] =>
      fields.flatMap((field) => [
        ...(field.wrong === undefined ? [] : [field.path]),
        ...('fields' in field ? wrong(field.fields) : []),
      ]);
    expect(wrong(fieldsOf(SCHEMA, SETTINGS))).toEqual([]);
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

  it('shows what planning fills in only where it is set', () => {
    const properties = { file: { type: 'string' }, sha256: { type: 'string', isFilledIn: true } };
    const paths = (value: Json) => fieldsOf({ properties }, value).map(({ path }) => path);
    expect(paths({ file: 'a.npz' })).toEqual(['file']);
    expect(paths({ file: 'a.npz', sha256: 'abc' })).toEqual(['file', 'sha256']);
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

describe('a list whose items may repeat', () => {
  it('is a line of texts, not a set of options', () => {
    const items = { type: 'string', enum: ['dense', 'sparse'] };
    const value = ['dense', 'sparse', 'sparse'];
    const field = fieldOf({ type: 'array', items, mayRepeat: true }, value, 'engines', true);
    expect(field).toMatchObject({ kind: 'texts', value, isOptional: true });
    expect(parseFieldText(field, 'dense, sparse, sparse')).toEqual({ value });
    expect(fieldOf({ type: 'array', items }, [], 'x')).toMatchObject({ kind: 'set' });
  });
});

describe('a number for each name', () => {
  const schema = {
    title: 'Layer fractions',
    type: 'object',
    additionalProperties: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
  };

  it('has a field each, and needs no JSON', () => {
    expect(
      fieldOf(schema, { fc1: 0.3, output: 0.1 }, 'pruning.strategy.layerFractions'),
    ).toMatchObject({
      kind: 'record',
      entries: [
        { kind: 'number', label: 'fc1', path: 'pruning.strategy.layerFractions.fc1', value: 0.3 },
        { kind: 'number', label: 'output', value: 0.1 },
      ],
    });
    expect(fieldOf(schema, undefined, 'x')).toMatchObject({ kind: 'record', entries: [] });
  });

  it('shows what is no such thing as JSON', () => {
    expect(fieldOf(schema, [1], 'x').kind).toBe('json');
    expect(
      fieldOf({ type: 'object', additionalProperties: { type: 'string' } }, {}, 'x').kind,
    ).toBe('json');
  });
});

it('a number that is written as text stays visible', () => {
  expect(fieldOf({ type: 'integer' }, 'sixty', 'x')).toMatchObject({
    kind: 'number',
    value: undefined,
    wrong: '"sixty"',
  });
});
