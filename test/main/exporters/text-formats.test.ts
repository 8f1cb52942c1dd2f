import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { csv, spreadsheetCsv } from '../../../src/main/exporters/csv.ts';
import type { ExportData } from '../../../src/main/exporters/exporter.ts';
import { json } from '../../../src/main/exporters/json.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';
import { resolveSettings } from '../../../src/main/workbench/settings/settings-input.ts';
import type { DataSummary } from '../../../src/shared/domain/data-summary.ts';
import { TICKET_BRANCH } from '../../../src/shared/domain/training.ts';
import { FIXTURES, METRICS, SEARCH } from './samples.ts';

const SUMMARY: DataSummary = {
  dataset: 'mnist',
  shape: [28, 28, 1],
  train: 55_000,
  validation: 5000,
  test: 10_000,
  isTestHeldOut: false,
  classes: [{ name: '0', train: 10, validation: 2, test: 3 }],
  values: { kind: 'bytes', smallest: 0, largest: 255, mean: 33.3 },
  leftOut: [],
  warnings: [],
};

const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf8', { fatal: true }).decode(bytes);

/** A golden file; git may have given its lines other ends. */
function golden(name: string): string {
  return readFileSync(path.join(FIXTURES, name), 'utf8').replaceAll('\r\n', '\n');
}

test('the table of metrics is as it was', () => {
  const text = textOf(csv.write.metrics!(METRICS));
  expect(text.replaceAll('\r\n', '\n')).toBe(golden('metrics.csv'));
});

test('every line of the table ends as RFC 4180 has it, the last one too', () => {
  const text = textOf(csv.write.metrics!(METRICS));
  expect(text.split('\r\n')).toHaveLength(1 + 4 + 1);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

test('numbers of the table read back to the same doubles', () => {
  const [, ...rows] = textOf(csv.write.metrics!(METRICS)).trimEnd().split('\r\n');
  const numbers = rows.map((row) => row.split(',').slice(3).map(Number));
  const expected = METRICS.trainings.flatMap(({ density, evaluations }) =>
    evaluations.map((evaluation) => [
      density,
      evaluation.iteration,
      evaluation.validationLoss,
      evaluation.validationAccuracy,
      evaluation.testLoss,
      evaluation.testAccuracy,
    ]),
  );
  expect(numbers).toEqual(expected);
});

test('text with commas, quotes or line ends is quoted', () => {
  const [training] = METRICS.trainings;
  const key = { ...training!.key, branch: 'a "branch",\nso' };
  const evaluations = training!.evaluations.slice(0, 1);
  const text = textOf(
    csv.write.metrics!({ ...METRICS, trainings: [{ ...training!, key, evaluations }] }),
  );
  expect(text.split('\r\n')[1]).toMatch(/^1,0,"a ""branch"",\nso",1,0,/);
});

test('a search without trainings is a table with its heading', () => {
  const text = textOf(csv.write.metrics!({ ...METRICS, trainings: [] }));
  expect(text).toMatch(/^replicate,level,[^\r\n]*\r\n$/);
});

test('the document of metrics is as it was', () => {
  // A piece of settings, so that a new setting does not make another document.
  const settings = JSON.parse(
    '{"dataset":{"id":"mnist","validation":5000},"branches":[]}',
  ) as Settings;
  const search = { ...SEARCH, settings, written: settings };
  expect(textOf(json.write.metrics!({ ...METRICS, search }))).toBe(golden('metrics.json'));
});

test('numbers of the document read back to the same doubles', () => {
  const document = JSON.parse(textOf(json.write.metrics!(METRICS))) as {
    trainings: { density: number; evaluations: unknown }[];
  };
  expect(document.trainings.map(({ density, evaluations }) => ({ density, evaluations }))).toEqual(
    METRICS.trainings.map(({ density, evaluations }) => ({ density, evaluations })),
  );
});

test('exported settings are the settings and what was read, and can be run again', () => {
  const written = resolveSettings({ preset: 'quick' });
  const data = new Map([
    [TICKET_BRANCH, SUMMARY],
    ['transfer-x', { ...SUMMARY, dataset: 'x' }],
  ]);
  const exported: unknown = JSON.parse(textOf(json.write.settings!({ written, data })));
  expect(exported).toEqual({
    ...written,
    data: { ...SUMMARY, targets: { 'transfer-x': { ...SUMMARY, dataset: 'x' } } },
  });
  expect(resolveSettings({ config: exported })).toEqual(written);
  expect(JSON.parse(textOf(json.write.settings!({ written, data: new Map() })))).toEqual(written);
});

test('the document of metrics says what was read', () => {
  const data = new Map([[TICKET_BRANCH, SUMMARY]]);
  const document: unknown = JSON.parse(textOf(json.write.metrics!({ ...METRICS, data })));
  expect(document).toMatchObject({ search: { data: SUMMARY } });
});

test('texts that a spreadsheet would run as formulas are defused on request', () => {
  const cells = ['=cmd()', '+1', '-1+2', '@SUM(A1)', '\t=1', 'plain'];
  const values = { paths: cells.map((_, index) => `path${index}`) };
  const table = {
    ...values,
    names: values.paths,
    axes: [],
    rows: [{ searchId: 'k3f0', values: cells, state: 'queued' }],
    question: { metric: 'accuracy', branch: 'ticket', target: { kind: 'last' } },
    levels: [undefined],
  } as unknown as ExportData['sweep-table'];
  const firstCells = (bytes: Uint8Array): string =>
    textOf(bytes).split('\r\n')[1]!.split(',').slice(0, cells.length).join(',');
  expect(firstCells(csv.write['sweep-table']!(table))).toBe('=cmd(),+1,-1+2,@SUM(A1),\t=1,plain');
  expect(firstCells(spreadsheetCsv.write['sweep-table']!(table))).toBe(
    "'=cmd(),'+1,'-1+2,'@SUM(A1),'\t=1,plain",
  );
  // Numbers stay numbers.
  expect(textOf(spreadsheetCsv.write.metrics!(METRICS))).toBe(textOf(csv.write.metrics!(METRICS)));
});
