/** Labels that are numbers: quantities, which are no classes unless the settings make some of them. */
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { columnCalled } from './csv-names.ts';
import { type NumberFormat, numberHint, numberReader } from './csv-numbers.ts';
import type { Rows } from './csv-reader.ts';

/** With fewer records, labels may well differ by chance. */
const FEWEST_RECORDS = 20;

/**
 * @param classes different labels among the training records.
 * @throws WorkbenchError `invalid-data` if most training records have a number of their own as label.
 */
export function checkClasses(
  { table: { path, labels }, indices }: Rows,
  classes: number,
  format: NumberFormat,
): void {
  if (indices.length < FEWEST_RECORDS || classes <= indices.length / 2) return;
  const read = numberReader(format);
  if (labels.words.some((word) => Number.isNaN(read(word)))) return;
  throw new WorkbenchError(
    'invalid-data',
    `${path}, ${columnCalled(labels.name)}: ${indices.length} training records have ${classes} different numbers as labels; expected classes, each with several records`,
    'A search trains networks that tell classes apart. If the label is a quantity, dataset.bins=10 makes ten classes of it, with equally many training records each.',
  );
}

/**
 * Classes of a quantity. Their bounds are its quantiles among the training records: record r of n, in
 * ascending order, is the upper bound of class k of b where r = ⌈n (k + 1) / b⌉.
 *
 * @throws WorkbenchError `invalid-data` for a label that is no number, or if too many are equal.
 */
export function binnedLabels(train: Rows, format: NumberFormat, bins: number) {
  const { path, labels } = train.table;
  const ascending = quantitiesOf(train, format).toSorted();
  const bounds = Array.from({ length: bins - 1 }, (_, bin) => {
    return ascending[Math.ceil((ascending.length * (bin + 1)) / bins) - 1]!;
  });
  const classes = 1 + new Set(bounds.filter((bound) => bound < ascending.at(-1)!)).size;
  if (classes < bins) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, ${columnCalled(labels.name)}: dataset.bins is ${bins}, but so many labels are equal that they make ${classes} classes; expected at most ${classes} bins`,
      'Choose fewer bins. If the labels already are classes, leave dataset.bins out.',
    );
  }
  return {
    classes,
    of: (rows: Rows) =>
      Int32Array.from(
        quantitiesOf(rows, format),
        (value) => bounds.filter((bound) => bound < value).length,
      ),
  };
}

function quantitiesOf({ table, indices }: Rows, format: NumberFormat): Float64Array {
  const { path, labels, lines } = table;
  const read = numberReader(format);
  const values = labels.words.map(read);
  return Float64Array.from(indices, (row) => {
    const value = values[labels.values[row]!]!;
    if (!Number.isNaN(value)) return value;
    const word = labels.words[labels.values[row]!]!;
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${lines[row]}, ${columnCalled(labels.name)}: the label is ${JSON.stringify(word.slice(0, 60))}; expected a number, because dataset.bins makes classes of numbers`,
      numberHint(word, format),
    );
  });
}
