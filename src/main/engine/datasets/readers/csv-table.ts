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

interface NumberColumn {
  readonly kind: 'numbers';
  readonly name: string;
  readonly values: number[];
}

interface WordColumn {
  readonly kind: 'words';
  readonly name: string;
  /** Every word once, in the order in which they appeared. */
  readonly words: string[];
  readonly indexByWord: Map<string, number>;
  /** Each record's word, by its index. */
  readonly values: number[];
}

type Column = NumberColumn | WordColumn;

interface Table {
  readonly path: string;
  /** The features, in the order of the file. */
  readonly columns: readonly Column[];
  readonly labels: WordColumn;
  /** The line that each record begins in. */
  readonly lines: number[];
}

/** The rows of a table that form a set. */
interface Rows {
  readonly table: Table;
  readonly indices: Int32Array;
}

/**
 * Loads a table. A numeric column becomes one feature. A categorical column becomes one feature for each
 * word of the training set, in the order of code points: 1 for the record's word, 0 for the others.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` naming file, line, column and expectation.
 */
export async function loadCsv(id: string, choice: CsvChoice): Promise<Dataset> {
  const { train, test } = await readSets(choice);
  const places = train.table.columns.map((column) => placesIn(column, train.indices));
  const classes = wordPlaces(train.table.labels, train.indices);
  const width = places.reduce((sum, words) => sum + (words?.size ?? 1), 0);
  const shape = [width];
  const encode = (rows: Rows) => encodeRows(rows, places, classes, width, choice);
  const [trainSet, testSet] = [encode(train), encode(test)];
  const fingerprint = await fingerprintOf(shape, trainSet, testSet);
  return {
    id,
    shape,
    classes: classes.size,
    train: trainSet,
    test: testSet,
    fingerprint,
    classNames: [...classes.keys()],
    columns: train.table.columns.map(({ name }, index) => {
      const words = places[index];
      return words ? { name, words: [...words.keys()] } : { name };
    }),
    isTestHeldOut: choice.testFile === '',
  };
}

async function readSets(choice: CsvChoice): Promise<{ train: Rows; test: Rows }> {
  const table = await readTable(choice.file, choice);
  if (choice.testFile === '') {
    const { train, test } = holdOut(
      choice.file,
      Int32Array.from(table.labels.values),
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

/** @param like another table. This one must have the same columns, in any order. */
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

/** A decimal number. `Number` also takes hexadecimal numbers and empty text, which are mistakes here. */
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

class TableReader {
  readonly table: Table;
  readonly #width: number;
  /** The features and then the label, with their positions in a record. */
  readonly #columns: readonly { readonly column: Column; readonly at: number }[];

  constructor(path: string, { line, fields }: CsvRecord, choice: CsvChoice, like?: Table) {
    // Spreadsheets write a byte order mark.
    const names = fields.map((name, index) => (index === 0 ? name.replace(/^\uFEFF/, '') : name));
    checkNames(path, line, names, choice);
    const columnOf = (name: string): Column =>
      choice.categorical.includes(name) ? wordColumn(name) : { kind: 'numbers', name, values: [] };
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
    const labels = wordColumn(choice.label);
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

function wordColumn(name: string): WordColumn {
  return { kind: 'words', name, words: [], indexByWord: new Map(), values: [] };
}

function take(path: string, line: number, column: Column, field: string): void {
  const { name } = column;
  if (field.trim() === '') {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}, column ${name}: the value is missing; expected ${column.kind === 'words' ? 'a word' : 'a number'}`,
      'Fill it in or delete the record; or leave the column out with dataset.ignore.',
    );
  }
  if (column.kind === 'words') {
    column.values.push(column.indexByWord.get(field) ?? addWord(column, field));
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
  column.values.push(value);
}

function addWord({ words, indexByWord }: WordColumn, field: string): number {
  // A field is a slice of the text it was read in, and would keep all of that text in memory.
  const word = Buffer.from(field).toString();
  indexByWord.set(word, words.length);
  return words.push(word) - 1;
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
      `${path}, line ${line}: two columns are named ${JSON.stringify(doubled)}; expected different names`,
    );
  }
  const wanted = [
    { setting: 'label', name: label },
    ...categorical.map((name) => ({ setting: 'categorical', name })),
    ...ignore.map((name) => ({ setting: 'ignore', name })),
  ];
  for (const { setting, name } of wanted) {
    if (names.includes(name)) continue;
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}: there is no column ${JSON.stringify(name)}, as dataset.${setting} says; expected one of ${names.slice(0, 50).join(', ')}`,
    );
  }
}

/** The place of each word among the words of the training set. */
type Places = ReadonlyMap<string, number>;

/** Undefined for numbers. */
function placesIn(column: Column, indices: Int32Array): Places | undefined {
  return column.kind === 'words' ? wordPlaces(column, indices) : undefined;
}

/** Only words that these rows have. Whole numbers are sorted as numbers, words by code points. */
function wordPlaces({ words, values }: WordColumn, indices: Int32Array): Places {
  const present = [...new Set(Array.from(indices, (row) => values[row]!))].map((at) => words[at]!);
  const areNumbers = present.every((word) => /^-?\d{1,15}$/.test(word));
  const sorted = present.toSorted(
    areNumbers ? (one, other) => Number(one) - Number(other) : byCodePoint,
  );
  return new Map(sorted.map((word, place) => [word, place]));
}

function encodeRows(
  rows: Rows,
  places: readonly (Places | undefined)[],
  classes: Places,
  width: number,
  { file, testFile }: CsvChoice,
): ExampleSet {
  const { table, indices } = rows;
  const set = allocateFloatExamples(table.path, indices.length, [width]);
  const hint =
    testFile === ''
      ? 'The test set is drawn from this table: another dataset.splitSeed or a smaller dataset.testFraction may keep the word in the training set; or leave the column out with dataset.ignore.'
      : `No network trained on ${file} can know what it means: delete the record, or move it to the training set.`;
  let first = 0;
  for (const [index, column] of table.columns.entries()) {
    const words = places[index];
    if (column.kind === 'numbers' || !words) {
      for (const [example, row] of indices.entries()) {
        set.features[example * width + first] = column.values[row]!;
      }
      first += 1;
      continue;
    }
    for (const [example, place] of placesOfRows(rows, column, words, hint).entries()) {
      set.features[example * width + first + place] = 1;
    }
    first += words.size;
  }
  set.labels.set(placesOfRows(rows, table.labels, classes, hint));
  return set;
}

/**
 * The place of each row's word.
 *
 * @throws WorkbenchError `invalid-data` for a word that the training set does not have.
 */
function placesOfRows(
  { table: { path, lines }, indices }: Rows,
  { name, words, values }: WordColumn,
  places: Places,
  hint: string,
): Int32Array {
  const placeByIndex = words.map((word) => places.get(word));
  return indices.map((row) => {
    const index = values[row]!;
    const place = placeByIndex[index];
    if (place !== undefined) return place;
    const word = words[index]!;
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${lines[row]}, column ${name}: ${JSON.stringify(word.slice(0, 60))} does not occur in the training set; expected a word that it has`,
      hint,
    );
  });
}
