/** The columns of a table, filled record by record. */
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { columnCalled } from './csv-names.ts';
import { isMissing, type NumberFormat, numberHint, type ReadNumber } from './csv-numbers.ts';

export interface NumberColumn {
  readonly kind: 'numbers';
  readonly name: string;
  readonly values: number[];
}

export interface WordColumn {
  readonly kind: 'words';
  readonly name: string;
  /** Every word once, in the order in which they appeared. */
  readonly words: string[];
  readonly indexByWord: Map<string, number>;
  /** Each record's word, by its index. */
  readonly values: number[];
}

export type Column = NumberColumn | WordColumn;

export function numberColumn(name: string): NumberColumn {
  return { kind: 'numbers', name, values: [] };
}

export function wordColumn(name: string): WordColumn {
  return { kind: 'words', name, words: [], indexByWord: new Map(), values: [] };
}

/** Reads fields into columns. */
export interface FieldReader {
  readonly path: string;
  /** The name of the label column. */
  readonly label: string;
  readonly format: NumberFormat;
  readonly read: ReadNumber;
}

/** @throws WorkbenchError `invalid-data` naming file, line, column and expectation. */
export function takeField(
  { path, label, format, read }: FieldReader,
  line: number,
  column: Column,
  field: string,
): void {
  if (field.trim() === '') {
    rejectMissing(placeOf(path, line, column), column, column.name === label);
  }
  if (column.kind === 'words') {
    column.values.push(column.indexByWord.get(field) ?? addWord(column, field));
    return;
  }
  const value = read(field);
  if (Number.isNaN(value)) {
    throw new WorkbenchError(
      'invalid-data',
      `${placeOf(path, line, column)}: the value is ${JSON.stringify(field.slice(0, 60))}; expected a number that fits 32 bits`,
      numberHint(field, format) ??
        (isMissing(field)
          ? 'It looks like a missing value: fill it in, delete the record, or leave the column out with dataset.ignore.'
          : 'Name a column of words in dataset.categorical, or leave it out with dataset.ignore.'),
    );
  }
  column.values.push(value);
}

/** Built only for a message, because a table has millions of fields. */
function placeOf(path: string, line: number, { name }: Column): string {
  return `${path}, line ${line}, ${columnCalled(name)}`;
}

export function rejectMissing(place: string, { kind, name }: Column, isLabel = false): never {
  throw new WorkbenchError(
    'invalid-data',
    `${place}: the value is missing; expected ${kind === 'words' ? 'a word' : 'a number'}`,
    isLabel
      ? 'Fill it in or delete the record.'
      : `Fill it in or delete the record; or leave the column out with dataset.ignore=[${JSON.stringify(name)}].`,
  );
}

function addWord({ words, indexByWord }: WordColumn, field: string): number {
  // A field is a slice of the text it was read in, and would keep all of that text in memory.
  const word = Buffer.from(field).toString();
  indexByWord.set(word, words.length);
  return words.push(word) - 1;
}
