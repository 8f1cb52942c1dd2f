import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { CsvRecord } from './csv.ts';
import type { CsvChoice } from './csv-choice.ts';
import {
  type Column,
  type FieldReader,
  numberColumn,
  rejectMissing,
  takeField,
  type WordColumn,
  wordColumn,
} from './csv-columns.ts';
import { commentSignOf, namesOf, quoted } from './csv-names.ts';
import { numberReader } from './csv-numbers.ts';

export type { Column } from './csv-columns.ts';

export interface Table {
  readonly path: string;
  /** The features, in the order of the file. */
  readonly columns: readonly Column[];
  readonly labels: WordColumn;
  /** The line that each record begins in. */
  readonly lines: readonly number[];
  /** Columns that the settings leave out. */
  readonly ignored: number;
  /** Columns with neither a name nor a value, such as a separator at the end of each line makes. */
  readonly emptyColumns: number;
  readonly commentLines: number;
}

/** The rows of a table that form a set. */
export interface Rows {
  readonly table: Table;
  readonly indices: Int32Array;
}

/** A column, and its position in a record. */
interface Placed {
  readonly column: Column;
  readonly at: number;
}

/** Takes the records of a table. */
export class TableReader {
  readonly #fields: FieldReader;
  readonly #width: number;
  readonly #features: readonly Placed[];
  /** The columns without a name whose fields have all been empty so far. */
  readonly #empty: Set<Placed>;
  readonly #labels: WordColumn;
  readonly #labelAt: number;
  readonly #ignored: number;
  readonly #lines: number[] = [];
  #hasEmptyEnd = false;

  /** @param like another table. This one must have the same columns, in any order. */
  constructor(path: string, first: CsvRecord, choice: CsvChoice, like?: Table) {
    const { label, categorical, ignore, decimal, thousands } = choice;
    const format = { decimal, thousands };
    this.#fields = { path, label, format, read: numberReader(format) };
    const names = namesOf(path, first, choice);
    this.#width = names.length;
    const [ignored, ofWords] = [new Set(ignore), new Set(categorical)];
    const features = names.flatMap((name, at): Placed[] => {
      if (name === label || ignored.has(name)) return [];
      return [{ at, column: ofWords.has(name) ? wordColumn(name) : numberColumn(name) }];
    });
    this.#ignored = names.length - features.length - 1;
    this.#empty = new Set(features.filter(({ column }) => column.name === ''));
    this.#features = like ? inOrderOf(like, path, first.line, features) : features;
    this.#labels = wordColumn(label);
    this.#labelAt = names.indexOf(label);
    if (this.#features.length === 0) this.#rejectFeatures(first.line, 'none');
  }

  take({ line, fields }: CsvRecord): void {
    const { path } = this.#fields;
    this.#checkWidth(line, fields);
    for (const feature of this.#features) {
      const { column, at } = feature;
      const field = fields[at]!;
      if (this.#empty.size > 0 && this.#empty.has(feature)) {
        if (field.trim() === '') continue;
        const [earlier] = this.#lines;
        if (earlier !== undefined) {
          rejectMissing(`${path}, line ${earlier}, the column without a name`, column);
        }
        this.#empty.delete(feature);
      }
      takeField(this.#fields, line, column, field);
    }
    takeField(this.#fields, line, this.#labels, fields[this.#labelAt]!);
    this.#lines.push(line);
  }

  finish(commentLines: number): Table {
    const { path } = this.#fields;
    const columns = this.#features
      .filter((feature) => !this.#empty.has(feature))
      .map(({ column }) => column);
    if (columns.length === 0) this.#rejectFeatures(1, 'columns without names and values');
    if (columns.filter(({ name }) => name === '').length > 1) {
      throw new WorkbenchError(
        'invalid-data',
        `${path}, line 1: two columns have no name; expected different names`,
        'Name them, or leave them out with dataset.ignore=[""].',
      );
    }
    return {
      path,
      columns,
      labels: this.#labels,
      lines: this.#lines,
      ignored: this.#ignored,
      emptyColumns: this.#empty.size + Number(this.#hasEmptyEnd),
      commentLines,
    };
  }

  #checkWidth(line: number, fields: readonly string[]): void {
    const { length, [this.#width]: surplus } = fields;
    if (length === this.#width) return;
    // A separator ends each record, but not the line with the names.
    if (length === this.#width + 1 && surplus?.trim() === '') {
      this.#hasEmptyEnd = true;
      return;
    }
    const sign = commentSignOf(fields);
    throw new WorkbenchError(
      'invalid-data',
      `${this.#fields.path}, line ${line}: the record has ${length === 1 ? '1 field' : `${length} fields`}; expected ${this.#width}, as many as there are in the first line`,
      sign === undefined
        ? 'A field that holds the separator stands in quotes; dataset.separator says which one it is.'
        : `The line looks like a comment: dataset.comment="${sign}" passes over lines that begin with ${sign}.`,
    );
  }

  #rejectFeatures(line: number, found: string): never {
    throw new WorkbenchError(
      'invalid-data',
      `${this.#fields.path}, line ${line}: the features are ${found}; expected at least one column beside the label`,
    );
  }
}

/**
 * The features in the order of another table.
 *
 * @throws WorkbenchError `invalid-data` if that table has others. Columns without a name are no
 *   others as long as they have no values.
 */
function inOrderOf(
  like: Table,
  path: string,
  line: number,
  features: readonly Placed[],
): readonly Placed[] {
  const wanted = like.columns.map(({ name }) => name);
  const wantsUnnamed = wanted.includes('');
  const named = features.filter(({ column: { name } }) => name !== '' || wantsUnnamed);
  // Only columns without a name can share one; the first of them is taken.
  const byName = new Map(named.toReversed().map((feature) => [feature.column.name, feature]));
  const ordered = wanted.map((name) => byName.get(name));
  if (named.length === wanted.length && ordered.every((feature) => feature !== undefined)) {
    return ordered;
  }
  throw new WorkbenchError(
    'invalid-data',
    `${path}, line ${line}: the features are ${quoted(named.map(({ column }) => column.name)) || 'none'}; expected ${quoted(wanted)}, as in ${like.path}`,
  );
}
