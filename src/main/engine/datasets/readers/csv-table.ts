import { everyIndex } from '../../../../shared/indices.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { byCodePoint } from '../code-points.ts';
import type { Dataset, ExampleSet, LeftOut, OnReading } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { holdOut } from '../held-out.ts';
import { allocateFloatExamples } from '../memory.ts';
import { readCsv } from './csv.ts';
import type { CsvChoice } from './csv-choice.ts';
import type { WordColumn } from './csv-columns.ts';
import { binnedLabels, checkClasses } from './csv-labels.ts';
import { columnCalled } from './csv-names.ts';
import { type Column, type Rows, type Table, TableReader } from './csv-reader.ts';

interface Sets {
  readonly train: Rows;
  readonly test: Rows;
  readonly validation: Rows | undefined;
}

/**
 * Loads a table. A numeric column becomes one feature. A categorical column becomes one feature for each
 * word of the training set, in the order of code points: 1 for the record's word, 0 for the others.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` naming file, line, column and expectation.
 */
export async function loadCsv(
  id: string,
  choice: CsvChoice,
  onReading: OnReading,
): Promise<Dataset> {
  const { train, test, validation } = await readSets(choice);
  if (train.table.columns.some(({ name }) => name === '')) {
    onReading(
      `${choice.file}, whose column without a name is a feature; dataset.ignore=[""] leaves it out`,
    );
  }
  const places = train.table.columns.map((column) => placesIn(column, train.indices));
  const labels = labelsOf(train, choice);
  const width = places.reduce((sum, words) => sum + (words?.size ?? 1), 0);
  const shape = [width];
  const encode = (rows: Rows): ExampleSet => {
    const set = encodeRows(rows, places, width, choice);
    set.labels.set(labels.of(rows));
    return set;
  };
  const [trainSet, testSet] = [encode(train), encode(test)];
  const validationSet = validation && encode(validation);
  return {
    id,
    shape,
    classes: labels.classes,
    train: trainSet,
    test: testSet,
    ...(validationSet && { validation: validationSet }),
    leftOut: leftOutOf([
      ...new Set([train, test, validation].flatMap((rows) => rows?.table ?? [])),
    ]),
    fingerprint: await fingerprintOf(shape, trainSet, testSet, validationSet),
    ...(labels.names && { classNames: labels.names }),
    columns: train.table.columns.map(({ name }, index) => {
      const words = places[index];
      return words ? { name, words: [...words.keys()] } : { name };
    }),
    isTestHeldOut: choice.testFile === '',
  };
}

interface Labels {
  readonly classes: number;
  /** By class; undefined for bins of a quantity. */
  readonly names?: readonly string[];
  /** The class of each row. */
  of(rows: Rows): Int32Array;
}

function labelsOf(train: Rows, choice: CsvChoice): Labels {
  if (choice.bins !== undefined) return binnedLabels(train, choice, choice.bins);
  const classes = wordPlaces(train.table.labels, train.indices);
  checkClasses(train, classes.size, choice);
  return {
    classes: classes.size,
    names: [...classes.keys()],
    of: (rows) => placesOfRows(rows, rows.table.labels, classes, unknownWordHint(choice)),
  };
}

function leftOutOf(tables: readonly Table[]): LeftOut[] {
  const sum = (count: (table: Table) => number) =>
    tables.reduce((total, table) => total + count(table), 0);
  const entries: LeftOut[] = [
    {
      what: 'columns',
      count: tables[0]?.ignored ?? 0,
      reason: 'dataset.ignore names them',
      setting: 'dataset.ignore',
    },
    {
      what: 'columns without a name',
      count: tables[0]?.emptyColumns ?? 0,
      reason: 'all of their fields are empty',
    },
    {
      what: 'comment lines',
      count: sum(({ commentLines }) => commentLines),
      reason: 'dataset.comment says how they begin',
      setting: 'dataset.comment',
    },
  ];
  return entries.filter(({ count }) => count > 0);
}

async function readSets(choice: CsvChoice): Promise<Sets> {
  const table = await readTable(choice.file, choice);
  const validation =
    choice.validationFile === undefined
      ? undefined
      : allOf(await readTable(choice.validationFile, choice, table));
  if (choice.testFile === '') {
    const { train, test } = holdOut(
      choice.file,
      Int32Array.from(table.labels.values),
      choice.testFraction,
      choice.splitSeed,
    );
    return { train: { table, indices: train }, test: { table, indices: test }, validation };
  }
  const testTable = await readTable(choice.testFile, choice, table);
  return { train: allOf(table), test: allOf(testTable), validation };
}

const allOf = (table: Table): Rows => ({
  table,
  indices: everyIndex(table.lines.length),
});

/** @param like another table. This one must have the same columns, in any order. */
async function readTable(path: string, choice: CsvChoice, like?: Table): Promise<Table> {
  let reader: TableReader | undefined;
  const passedOver = await readCsv(path, choice, (record) => {
    if (!reader) {
      reader = new TableReader(path, record, choice, like);
      if (choice.hasHeader) return;
    }
    reader.take(record);
  });
  const table = reader?.finish(passedOver.commentLines);
  if (table === undefined || table.lines.length === 0) {
    const isEmpty = table === undefined && choice.hasHeader;
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${table ? 2 : 1}: the table ends here; expected ${isEmpty ? 'a line with the names of its columns' : 'at least one record'}`,
      'The file may be empty or cut off: write or fetch it again.',
    );
  }
  return table;
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
  width: number,
  choice: CsvChoice,
): ExampleSet {
  const { table, indices } = rows;
  const set = allocateFloatExamples(table.path, indices.length, [width]);
  const hint = unknownWordHint(choice);
  let first = 0;
  for (const [index, column] of table.columns.entries()) {
    const words = places[index];
    if (column.kind === 'numbers' || !words) {
      for (let example = 0; example < indices.length; example += 1) {
        set.features[example * width + first] = column.values[indices[example]!]!;
      }
      first += 1;
      continue;
    }
    for (const [example, place] of placesOfRows(rows, column, words, hint).entries()) {
      set.features[example * width + first + place] = 1;
    }
    first += words.size;
  }
  return set;
}

/** What to do about a word of the test set that the training set does not have. */
function unknownWordHint({ file, testFile }: CsvChoice): string {
  return testFile === ''
    ? 'The test set is drawn from this table: another dataset.splitSeed or a smaller dataset.testFraction may keep the word in the training set; or leave the column out with dataset.ignore.'
    : `No network trained on ${file} can know what it means: delete the record, or move it to the training set.`;
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
      `${path}, line ${lines[row]}, ${columnCalled(name)}: ${JSON.stringify(word.slice(0, 60))} does not occur in the training set; expected a word that it has`,
      hint,
    );
  });
}
