import { expect, test } from 'vitest';
import { exporters, writerFor } from '../../../src/main/exporters/index.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import {
  EXPORT_SUBJECTS,
  type ExportSubject,
} from '../../../src/shared/contract/records/catalog.ts';

const POSSIBLE: Readonly<Partial<Record<ExportSubject, readonly string[]>>> = {
  masks: ['npz', 'safetensors'],
  weights: ['npz', 'safetensors'],
  metrics: ['json', 'csv', 'csv-spreadsheet'],
  settings: ['json'],
};

const combinations = Object.entries(POSSIBLE).flatMap(([subject, formats]) =>
  [...exporters.entries.map(({ id }) => id), 'xlsx'].map(
    (format) => [subject as ExportSubject, format, formats.includes(format)] as const,
  ),
);

test.each(combinations)('%s as %s: %s', (subject, format, isPossible) => {
  if (isPossible) {
    expect(writerFor(subject, format)).toBeTypeOf('function');
    return;
  }
  try {
    writerFor(subject, format);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    const formats = POSSIBLE[subject]!.join(' or ');
    expect(error.code).toBe('invalid-argument');
    expect(error.message).toBe(`${subject} can't be exported as ${format}; expected ${formats}`);
    expect(error.hint).toContain('masks as npz or safetensors; weights as npz or safetensors;');
  }
});

test('every subject can be exported, and every format is good for something', () => {
  for (const subject of EXPORT_SUBJECTS) {
    expect(exporters.entries.some(({ write }) => write[subject])).toBe(true);
  }
  for (const { write } of exporters.entries) expect(Object.keys(write)).not.toEqual([]);
});
