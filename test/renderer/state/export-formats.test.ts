import { expect, it } from 'vitest';
import { formatsFor, formatsForSweep } from '../../../src/renderer/state/export-formats.ts';
import type { Catalog, ExportFormat } from '../../../src/shared/contract/records/catalog.ts';
import { FAKE_CATALOG } from '../support/fake-catalog.ts';

const format = (id: string, parts: Partial<ExportFormat>): ExportFormat => ({
  id,
  label: id,
  description: '',
  settings: {},
  mediaType: 'text/plain',
  fileEnding: id,
  subjects: [],
  sweepSubjects: [],
  comparisonSubjects: [],
  ...parts,
});

const catalog: Catalog = {
  ...FAKE_CATALOG,
  exportFormats: [
    format('npz', { subjects: ['masks'] }),
    format('json', { subjects: ['metrics'], sweepSubjects: ['table'] }),
    format('csv', { subjects: ['metrics'], sweepSubjects: ['table'] }),
  ],
};

it('offers the formats that hold a subject, in a steady order', () => {
  expect(formatsFor(catalog, 'metrics').map(({ id }) => id)).toEqual(['csv', 'json']);
  expect(formatsForSweep(catalog, 'table').map(({ id }) => id)).toEqual(['csv', 'json']);
  expect(formatsFor(catalog, 'masks').map(({ id }) => id)).toEqual(['npz']);
  expect(formatsFor(catalog, 'chart')).toEqual([]);
});

it('offers nothing before the catalog is there', () => {
  expect(formatsFor(undefined, 'metrics')).toEqual([]);
});
