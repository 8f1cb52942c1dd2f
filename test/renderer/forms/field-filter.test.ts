import { describe, expect, it } from 'vitest';
import {
  fieldAround,
  fieldsForExamples,
  filteredFields,
  matchesText,
  pathsOf,
} from '../../../src/renderer/forms/field-filter.ts';
import { type Field, fieldOf, fieldsOf } from '../../../src/renderer/forms/form-model.ts';
import type { JsonSchema } from '../../../src/shared/contract/records/catalog.ts';

const SCHEMA: JsonSchema = {
  properties: {
    dataset: {
      title: 'Dataset',
      oneOf: [
        {
          title: 'Table',
          properties: {
            id: { const: 'csv' },
            file: { type: 'string', title: 'File', description: 'The table.' },
            flip: { type: 'boolean', title: 'Augmentation: flip', default: false },
            cropPadding: { type: 'integer', title: 'Augmentation: crop', default: 0 },
          },
        },
      ],
    },
    training: {
      type: 'object',
      properties: {
        batchSize: { type: 'integer', title: 'Batch size', default: 60 },
        engine: { enum: ['dense', 'sparse'], title: 'Engine', default: 'dense' },
      },
    },
  },
};
const fieldsFor = (dataset: object = {}): Field[] =>
  fieldsOf(SCHEMA, { dataset: { id: 'csv', file: '/a.csv', ...dataset }, training: {} });
const wanted = (text: string) =>
  pathsOf(filteredFields(fieldsFor(), (field) => matchesText(field, text)));

describe('the search in the form', () => {
  it.each([
    ['batch', ['training.batchSize']],
    ['training.batchSize', ['training.batchSize']],
    ['sparse', ['training.engine']],
    ['the table', ['dataset', 'dataset.file']],
    ['nothing like it', []],
  ])('finds labels, paths, help and options: %s', (text, paths) => {
    expect(wanted(text)).toEqual(paths);
  });

  it('keeps a choice around the field that was found in it', () => {
    expect(wanted('flip')).toEqual(['dataset', 'dataset.flip']);
  });
});

describe('augmentation', () => {
  const shown = (shape: readonly number[] | undefined, dataset: object = {}) =>
    pathsOf(fieldsForExamples(fieldsFor(dataset), shape));

  it('is offered for images and while the shape is not known, but not for tables', () => {
    expect(shown([28, 28, 1])).toContain('dataset.flip');
    expect(shown(undefined)).toContain('dataset.cropPadding');
    expect(shown([20])).toEqual([
      'dataset',
      'dataset.file',
      'training.batchSize',
      'training.engine',
    ]);
  });

  it('is not offered for tables in lists and entries, such as transfers', () => {
    const dataset = SCHEMA.properties!['dataset']!;
    const transfer: JsonSchema = {
      oneOf: [{ properties: { id: { const: 'transfer' }, dataset } }],
    };
    const branches: JsonSchema = {
      type: 'array',
      items: { anyOf: [{ enum: ['random-reinit'] }, transfer] },
    };
    const swept: JsonSchema = { type: 'array', items: dataset };
    const table = { id: 'csv', file: '/a.csv' };
    const fields = [
      fieldOf(branches, [{ id: 'transfer', dataset: table }], 'branches'),
      fieldOf(swept, [table, { ...table, flip: true }], 'dataset'),
    ];
    expect(pathsOf(fieldsForExamples(fields, [20]))).toEqual([
      'branches',
      'branches.0',
      'branches.0.dataset',
      'branches.0.dataset.file',
      'dataset',
      'dataset.0',
      'dataset.0.file',
      'dataset.1',
      'dataset.1.file',
      'dataset.1.flip',
    ]);
  });

  it('stays where it is set all the same, so that it can be mended', () => {
    expect(shown([20], { flip: true })).toContain('dataset.flip');
    expect(shown([20], { cropPadding: 4 })).toContain('dataset.cropPadding');
  });
});

it('a problem is mended in its field, or in the nearest one around it', () => {
  const known = new Set(pathsOf(fieldsFor()));
  expect(fieldAround('training.batchSize', known)).toBe('training.batchSize');
  expect(fieldAround('dataset.id', known)).toBe('dataset');
  expect(fieldAround('training.batchSiz', known)).toBeUndefined();
});
