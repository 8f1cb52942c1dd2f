import type { CsvDialect } from './csv.ts';
import type { NumberFormat } from './csv-numbers.ts';

/** The settings of a table. */
export interface CsvChoice extends Required<CsvDialect>, NumberFormat {
  readonly file: string;
  /** Empty: a part of `file` is held out. */
  readonly testFile: string;
  /** Undefined: the search draws its validation examples from the training set. */
  readonly validationFile?: string | undefined;
  readonly label: string;
  readonly categorical: readonly string[];
  readonly ignore: readonly string[];
  readonly hasHeader: boolean;
  /** The number of classes to make of a label that is a quantity. */
  readonly bins?: number | undefined;
  readonly testFraction: number;
  readonly splitSeed: number;
}
