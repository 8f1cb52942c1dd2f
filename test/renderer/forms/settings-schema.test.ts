import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/shared/contract/json.ts';
import type { JsonSchema } from '../../../src/shared/contract/records/catalog.ts';
import {
  chooseEntry,
  defaultOf,
  labelAt,
  schemaAt,
  withoutFilledIn,
} from '../../../src/renderer/forms/settings-schema.ts';
import { FAKE_CATALOG, FAKE_SETTINGS } from '../support/fake-catalog.ts';

const SCHEMA = FAKE_CATALOG.settings;
const SETTINGS = FAKE_SETTINGS as unknown as Json;

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

describe('another file', () => {
  const entry = (id: string, properties: JsonSchema['properties']): JsonSchema => ({
    properties: { id: { const: id }, ...properties },
  });
  const file = { type: 'string' };
  const filledIn = { file, sha256: { type: 'string', isFilledIn: true } };
  const schema: JsonSchema = {
    properties: {
      initializer: { oneOf: [entry('drawn', { file }), entry('imported', filledIn)] },
    },
  };
  const chosen = (id: string) => ({ initializer: { id, file: 'a.npz', sha256: 'abc' } });

  it('drops what planning filled in from the one before', () => {
    expect(withoutFilledIn(chosen('imported'), 'initializer.file', schema)).toEqual({
      initializer: { id: 'imported', file: 'a.npz' },
    });
  });

  it('drops nothing else, and nothing for another setting', () => {
    const drawn = chosen('drawn');
    expect(withoutFilledIn(drawn, 'initializer.file', schema)).toBe(drawn);
    const imported = chosen('imported');
    expect(withoutFilledIn(imported, 'initializer.id', schema)).toBe(imported);
  });
});

describe('the name of a setting', () => {
  it('is the one that the schema has', () => {
    expect(labelAt(SCHEMA, SETTINGS, 'training.batchSize')).toBe('Batch size');
    expect(labelAt(SCHEMA, SETTINGS, 'architecture.id')).toBe('Architecture');
    expect(labelAt(SCHEMA, SETTINGS, 'training.someNewThing')).toBe('Some new thing');
  });
});
