/** The names of a table's columns, and what is wrong where the settings name one that is not there. */
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { CsvRecord } from './csv.ts';
import type { CsvChoice } from './csv-choice.ts';

/** A message lists at most this many names. */
const NAMES_SHOWN = 50;

export const quoted = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name.slice(0, 60))).join(', ');

/** What messages call a column. */
export const columnCalled = (name: string): string =>
  name === '' ? 'the column without a name' : `column ${JSON.stringify(name)}`;

/**
 * The names in the first line; without such a line the columns are named 1, 2, 3, …
 *
 * @throws WorkbenchError `invalid-data` if two columns share a name, or one that the settings name is
 *   missing.
 */
export function namesOf(path: string, first: CsvRecord, choice: CsvChoice): string[] {
  const { line, fields } = first;
  const names = choice.hasHeader
    ? fields.map((name) => (name.trim() === '' ? '' : name))
    : fields.map((_, index) => String(index + 1));
  const reject = (found: string, expected: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, line ${line}: ${found}; expected ${expected}`,
      hintFor(first, names, choice),
    );
  };
  const wanted = [
    { setting: 'label', name: choice.label },
    ...choice.categorical.map((name) => ({ setting: 'categorical', name })),
    ...choice.ignore.map((name) => ({ setting: 'ignore', name })),
  ];
  const known = new Set(names);
  for (const { setting, name } of wanted) {
    if (known.has(name)) continue;
    const shown = quoted(names.slice(0, NAMES_SHOWN));
    reject(
      `there is no column ${JSON.stringify(name)}, as dataset.${setting} says`,
      `one of ${shown}${names.length > NAMES_SHOWN ? ', …' : ''}`,
    );
  }
  const doubled = firstDoubled(names);
  if (doubled !== undefined) {
    reject(`two columns are named ${JSON.stringify(doubled)}`, 'different names');
  }
  return names;
}

/** The first name that an earlier column has; undefined if all named columns have their own. */
function firstDoubled(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => {
    if (name === '') return false;
    const isDoubled = seen.has(name);
    seen.add(name);
    return isDoubled;
  });
}

/** No two of its parts take the same characters, so a long field is looked at once. */
const NUMBER = /^\s*[-+]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e[-+]?\d+)?\s*$/i;

export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

/** What the first line seems to be, and the setting that reads it so. */
function hintFor({ fields }: CsvRecord, names: readonly string[], choice: CsvChoice): string {
  const { label, separator, comment, trim, hasHeader } = choice;
  const begin = commentSignOf(fields);
  if (begin !== undefined && comment === '') {
    return `The line looks like a comment: dataset.comment="${begin}" passes over lines that begin with ${begin}.`;
  }
  const line = fields.join(separator);
  if (/^\s*<(!doctype|html|\?xml)/i.test(line)) {
    return 'The file looks like a web page: fetch it again.';
  }
  const parts = Object.entries(SEPARATORS)
    .filter(([, other]) => other !== separator)
    .map(([name, other]) => ({ name, fields: line.split(other).map(unquoted) }));
  const other =
    parts.find((part) => part.fields.includes(label)) ??
    parts.find((part) => fields.length === 1 && part.fields.length > 1);
  if (other) {
    return `With dataset.separator=${other.name} the line splits into ${quoted(other.fields.slice(0, 12))}.`;
  }
  if (fields.length === 1 && line.trim().split(/\s+/).includes(label)) {
    return 'The line looks separated by spaces, which no separator is: write the table with commas or tabs.';
  }
  const near = names.find((name) => name !== label && sameLetters(name) === sameLetters(label));
  if (near?.trim() === label && !trim) {
    return `There is ${JSON.stringify(near)}: dataset.trim=true removes the spaces around fields.`;
  }
  if (near !== undefined) return `Is it ${JSON.stringify(near)}?`;
  if (hasHeader && fields.some((field) => NUMBER.test(field))) {
    return `The line looks like a record, not like names. If the table has no line with names, set dataset.header=no: its columns are then named "1" to "${fields.length}".`;
  }
  return 'Correct the setting or the line, so that they name the same columns, each of them once.';
}

/** The sign that a record begins with, if it looks like a comment. */
export function commentSignOf([first = '']: readonly string[]): string | undefined {
  return /^\s*([#%!])/.exec(first)?.[1];
}

const unquoted = (field: string): string => field.trim().replace(/^"(.*)"$/, '$1');

const sameLetters = (name: string): string => name.trim().toLowerCase();
