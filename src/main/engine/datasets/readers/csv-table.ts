import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { byCodePoint } from '../code-points.ts';
import type { Dataset, ExampleSet } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { holdOut } from '../held-out.ts';
import { allocateFloatExamples } from '../memory.ts';
import { type CsvRecord, readCsv } from './csv.ts';

export interface CsvChoice {
  readonly file: string;
  readonly testFile: string;
  readonly label: string;
  readonly categorical: readonly string[];
  readonly ignore: readonly string[];
  readonly separator: string;
  readonly testFraction: number;
  readonly splitSeed: number;
}

/** A column as it was read: numbers, or words by their index in the order in which they appeared. */
interface Column {
  readonly name: string;
  /** Undefined for numbers. */
  readonly words: Map<string, number> | undefined;
  readonly values: number[];
}

interface Table {
  readonly path: string;
  /** Of the features, in the order of the file. */
  readonly columns: readonly Column[];
  readonly labels: Column;
  /** The line each record begins in. */
  readonly lines: number[];
}

/** Rows of a table that make up a set. */
interface Rows {
  readonly table: Table;
  readonly indices: Int32Array;
}

/**
 * A numeric column is one feature; a categorical one is as many as it has words in the training set,
 * in the order of their code points: 1 for the word that is there, 0 for the others.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` naming file, line, column and expectation.
 */
export async function loadCsv(id: string, choice: CsvChoice): Promise<Dataset> {
  const { train, test } = await readSets(choice);
  const encodings = train.table.columns.map((column) => encodingOf(column, train.indices));
  const classes = wordsOf(train.table.labels, train.indices);
  const shape = [encodings.reduce((sum, { width }) => sum + width, 0)];
  const encode = (rows: Rows) => encodeRows(rows, encodings, classes, shape[0]!, choice);
  const [trainSet, testSet] = [encode(train), encode(test)];
  const fingerprint = await fingerprintOf(shape, trainSet, testSet);
  return { id, shape, classes: classes.size, train: trainSet, test: testSet, fingerprint };
}

async function readSets(choice: CsvChoice): Promise<{ train: Rows; test: Rows }> {
  const table = await readTable(choice.file, choice);
  if (choice.testFile === '') {
    const { train, test } = holdOut(
      choice.file,
      table.lines.length,
      choice.testFraction,
      choice.splitSeed,
    );
    return { train: { table, indices: train }, test: { table, indices: test } };
  }
  const testTable = await readTable(choice.testFile, choice, table);
  return { train: allOf(table), test: allOf(testTable) };
}

const allOf = (table: Table): Rows => ({
  table,
  indices: Int32Array.from({ length: table.lines.length }, (_, index) => index),
});

/** @param like another table, whose columns this one must have, in any order. */
async function readTable(path: string, choice: CsvChoice, like?: Table): Promise<Table> {
  let reader: TableReader | undefined;
  await readCsv(path, choice.separator, (record) => {
    if (reader) reader.take(record);
    else reader = new TableReader(path, record, choice, like);
  });
  if (!reader || reader.table.lines.length === 0) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${reader ? 2 : 1}: the table ends here; expected ${reader ? 'at least one record' : 'a line with the names of its columns'}`,
    );
  }
  return reader.table;
}

/** A plain decimal number; what else Number takes (hexadecimal, nothing at all) is a mistake here. */
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

class TableReader {
  readonly table: Table;
  readonly #width: number;
  /** Where each column, features and then the label, stands in a record. */
  readonly #columns: readonly { readonly column: Column; readonly at: number }[];

  constructor(path: string, { line, fields }: CsvRecord, choice: CsvChoice, like?: Table) {
    // A byte order mark, which spreadsheets write.
    const names = fields.map((name, index) => (index === 0 ? name.replace(/^\uFEFF/, '') : name));
    checkNames(path, line, names, choice);
    const columnOf = (name: string): Column => ({
      name,
      words: choice.categorical.includes(name) || name === choice.label ? new Map() : undefined,
      values: [],
    });
    const features = names.filter((name) => name !== choice.label && !choice.ignore.includes(name));
    const wanted = like?.columns.map(({ name }) => name) ?? features;
    const isSame = wanted.length === features.length && wanted.every((n) => features.includes(n));
    if (!isSame || wanted.length === 0) {
      throw new WorkbenchError(
        'invalid-data',
        `${path}, line ${line}: the features are ${features.join(', ') || 'none'}; expected ${like ? `${wanted.join(', ')}, as in ${like.path}` : 'at least one column beside the label'}`,
      );
    }
    const columns = wanted.map(columnOf);
    const labels = columnOf(choice.label);
    this.#width = names.length;
    this.#columns = [...columns, labels].map((column) => ({
      column,
      at: names.indexOf(column.name),
    }));
    this.table = { path, columns, labels, lines: [] };
  }

  take({ line, fields }: CsvRecord): void {
    const { path, lines } = this.table;
    if (fields.length !== this.#width) {
      throw new WorkbenchError(
        'invalid-data',
        `${path}, line ${line}: the record has ${fields.length} fields; expected ${this.#width}, as many as there are names in the first line`,
        'A field that holds the separator stands in quotes; dataset.separator says which one it is.',
      );
    }
    for (const { column, at } of this.#columns) take(path, line, column, fields[at]!);
    lines.push(line);
  }
}

function take(path: string, line: number, { name, words, values }: Column, field: string): void {
  if (field.trim() === '') {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}, column ${name}: the value is missing; expected ${words ? 'a word' : 'a number'}`,
      'Fill it in or delete the record; or leave the column out with dataset.ignore.',
    );
  }
  if (words) {
    const known = words.get(field) ?? words.size;
    words.set(field, known);
    values.push(known);
    return;
  }
  const value = NUMBER.test(field) ? Math.fround(Number(field)) : NaN;
  if (!Number.isFinite(value)) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}, column ${name}: the value is ${JSON.stringify(field.slice(0, 60))}; expected a number that fits 32 bits`,
      'Name a column of words in dataset.categorical, or leave it out with dataset.ignore.',
    );
  }
  values.push(value);
}

function checkNames(
  path: string,
  line: number,
  names: readonly string[],
  { label, categorical, ignore }: CsvChoice,
): void {
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}: two columns are named ${JSON.stringify(doubled)}; expected a name for each of its own`,
    );
  }
  const wanted = [
    ['label', label],
    ...categorical.map((name) => ['categorical', name]),
    ...ignore.map((name) => ['ignore', name]),
  ];
  for (const [setting, name] of wanted) {
    if (names.includes(name!)) continue;
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}: there is no column ${JSON.stringify(name)}, as dataset.${setting} says; expected one of ${names.slice(0, 50).join(', ')}`,
    );
  }
}

/** How a column becomes features. */
interface Encoding {
  readonly width: number;
  /** The place of each word; undefined for numbers. */
  readonly places: ReadonlyMap<string, number> | undefined;
}

function encodingOf(column: Column, indices: Int32Array): Encoding {
  if (!column.words) return { width: 1, places: undefined };
  const places = wordsOf(column, indices);
  return { width: places.size, places };
}

/** The words that these rows have: whole numbers in their order, anything else by code points. */
function wordsOf({ words, values }: Column, indices: Int32Array): Map<string, number> {
  const all = [...words!.keys()];
  const present = [...new Set(Array.from(indices, (row) => values[row]!))].map((at) => all[at]!);
  const areNumbers = present.every((word) => /^-?\d{1,15}$/.test(word));
  const sorted = present.toSorted(
    areNumbers ? (one, other) => Number(one) - Number(other) : byCodePoint,
  );
  return new Map(sorted.map((word, place) => [word, place]));
}

function encodeRows(
  { table, indices }: Rows,
  encodings: readonly Encoding[],
  classes: ReadonlyMap<string, number>,
  width: number,
  { file }: CsvChoice,
): ExampleSet {
  const set = allocateFloatExamples(table.path, indices.length, [width]);
  let first = 0;
  for (const [index, { width: own, places }] of encodings.entries()) {
    const column = table.columns[index]!;
    const placeOf = places && placesByIndex(column, places);
    for (const [example, row] of indices.entries()) {
      const at = example * width + first;
      const value = column.values[row]!;
      if (!placeOf) set.features[at] = value;
      else set.features[at + known(placeOf, value, table, row, column, file)] = 1;
    }
    first += own;
  }
  const labelOf = placesByIndex(table.labels, classes);
  for (const [example, row] of indices.entries()) {
    const value = table.labels.values[row]!;
    set.labels[example] = known(labelOf, value, table, row, table.labels, file);
  }
  return set;
}

/** Undefined for words that the training set does not have. */
function placesByIndex(
  { words }: Column,
  places: ReadonlyMap<string, number>,
): (number | undefined)[] {
  return [...words!.keys()].map((word) => places.get(word));
}

function known(
  places: readonly (number | undefined)[],
  value: number,
  { path, lines }: Table,
  row: number,
  { name, words }: Column,
  trainFile: string,
): number {
  const place = places[value];
  if (place !== undefined) return place;
  const word = [...words!.keys()][value]!;
  throw new WorkbenchError(
    'invalid-data',
    `${path}, line ${lines[row]}, column ${name}: ${JSON.stringify(word.slice(0, 60))} does not occur in the training set; expected a word that it has`,
    `No network trained on ${trainFile} can know what it means: delete the record, or move it to the training set.`,
  );
}
