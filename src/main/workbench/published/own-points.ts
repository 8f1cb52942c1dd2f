/** A user's own points for charts against density, from a table: docs/reproduce.md has its columns. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { type OwnSeries, PUBLISHED_MEASURES } from '../../../shared/published/schema.ts';
import { CsvParser, type CsvRecord } from '../../engine/datasets/readers/csv.ts';

const REQUIRED = ['density', 'measure', 'value'] as const;
const OPTIONAL = ['name', 'architecture', 'dataset'] as const;
const COLUMNS = [...REQUIRED, ...OPTIONAL];
type Column = (typeof COLUMNS)[number];

const HINT = `Columns: ${REQUIRED.join(', ')}; optional: ${OPTIONAL.join(', ')}. For example: 0.211,early-stop-iteration,2900`;

/** The most points of a file. No chart shows more. */
const MOST_POINTS = 1000;

/**
 * @throws WorkbenchError `not-found` if there is no such file; `invalid-data` naming file, line and
 *   column.
 */
export function readOwnPoints(file: string): OwnSeries[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `the file of points ${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      { cause },
    );
  }
  return parseOwnPoints(file, text);
}

/**
 * One series for each name, architecture and dataset.
 *
 * @param file as errors and, without a name in the table, legends call it.
 * @throws WorkbenchError `invalid-data` naming file, line and column.
 */
export function parseOwnPoints(file: string, text: string): OwnSeries[] {
  const [heading, ...records] = recordsOf(file, text.replace(/^\u{feff}/u, ''));
  if (!heading) throw invalid(`${file} is empty; expected a heading and a line for each point`);
  const columns = columnsOf(file, heading);
  if (records.length === 0) throw invalid(`${file} has no points; expected a line for each point`);
  if (records.length > MOST_POINTS) {
    throw invalid(`${file} has ${records.length} points; expected at most ${MOST_POINTS}`);
  }
  const points = records.map((record) => pointOf(file, record, columns));
  const groups = groupBy(points, ({ group }) => group);
  return [...groups.values()].map((own): OwnSeries => {
    const [{ name, architecture, dataset }] = own;
    return {
      name: name === '' ? path.basename(file) : name,
      ...(architecture === '' ? {} : { architecture }),
      ...(dataset === '' ? {} : { dataset }),
      points: own.map(({ density, measure, value }) => ({ density, measure, value })),
    };
  });
}

function recordsOf(file: string, text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  const parser = new CsvParser(file, { separator: ',', trim: true, comment: '#' }, (record) => {
    records.push(record);
  });
  parser.take(text);
  parser.finish();
  return records;
}

/** The place of each column. */
function columnsOf(file: string, { line, fields }: CsvRecord): ReadonlyMap<Column, number> {
  const columns = new Map<Column, number>();
  for (const [index, field] of fields.entries()) {
    const column = COLUMNS.find((each) => each === field.toLowerCase());
    if (!column || columns.has(column)) {
      const problem = column ? 'is there twice' : 'is not known';
      throw invalid(
        `${file}, line ${line}: the column "${field}" ${problem}; expected ${COLUMNS.join(', ')}`,
      );
    }
    columns.set(column, index);
  }
  const missing = REQUIRED.find((column) => !columns.has(column));
  if (missing) {
    throw invalid(
      `${file}, line ${line}: there is no column ${missing}; expected a heading with it`,
    );
  }
  return columns;
}

function pointOf(file: string, record: CsvRecord, columns: ReadonlyMap<Column, number>) {
  const { line, fields } = record;
  if (fields.length !== columns.size) {
    throw invalid(
      `${file}, line ${line}: ${fields.length} fields; expected ${columns.size}, as in the heading`,
    );
  }
  const textOf = (column: Column): string => fields[columns.get(column) ?? -1] ?? '';
  const reject = (column: Column, expected: string): never => {
    throw invalid(
      `${file}, line ${line}, column ${column}: "${textOf(column)}"; expected ${expected}`,
    );
  };
  const numberOf = (column: Column): number => {
    const value = Number(textOf(column));
    return textOf(column) !== '' && Number.isFinite(value) ? value : reject(column, 'a number');
  };
  const density = numberOf('density');
  if (density <= 0 || density > 1) {
    reject('density', 'the fraction of weights kept, above 0 and at most 1');
  }
  const measure =
    PUBLISHED_MEASURES.find((each) => each === textOf('measure')) ??
    reject('measure', PUBLISHED_MEASURES.join(', '));
  const [name, architecture, dataset] = OPTIONAL.map(textOf) as [string, string, string];
  return {
    density,
    measure,
    value: numberOf('value'),
    name,
    architecture,
    dataset,
    group: JSON.stringify([name, architecture, dataset]),
  };
}

function invalid(message: string): WorkbenchError {
  return new WorkbenchError('invalid-data', message, HINT);
}
