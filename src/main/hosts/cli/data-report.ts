/** Shows in a terminal what was read of a dataset. */
import { formatCount } from '../../../shared/amount.ts';
import {
  type ClassCounts,
  type DataSummary,
  describeLeftOut,
  type LeftOut,
} from '../../../shared/domain/data-summary.ts';
import { significant } from './format.ts';
import { type Column, table } from './table.ts';

/** A dataset with more classes shows the largest and the smallest ones. */
const CLASSES_SHOWN = 12;

const COLUMNS: readonly Column<ClassCounts>[] = [
  { heading: 'class', text: ({ name }) => nameText(name) },
  { heading: 'train', align: 'right', text: ({ train }) => formatCount(train) },
  { heading: 'validation', align: 'right', text: ({ validation }) => formatCount(validation) },
  { heading: 'test', align: 'right', text: ({ test }) => formatCount(test) },
];

/** The whole summary: sizes, classes, values, what was left out, and warnings. */
export function describeReading(summary: DataSummary): string {
  return [
    sizesLine(summary),
    valuesLine(summary),
    ...summary.leftOut.map(leftOutLine),
    '',
    classTable(summary.classes),
    ...problemLines(summary),
  ].join('\n');
}

/** The summary in a few lines, for the start of a search. */
export function describeReadingInShort(summary: DataSummary): string {
  return [
    sizesLine(summary),
    valuesLine(summary),
    classLine(summary.classes),
    ...summary.leftOut.map(leftOutLine),
    ...problemLines(summary),
  ].join('\n');
}

function sizesLine({
  dataset,
  train,
  validation,
  test,
  shape,
  isTestHeldOut,
}: DataSummary): string {
  const held = isTestHeldOut ? ', held out of the training examples' : '';
  return `Data ${dataset}: ${formatCount(train)} training, ${formatCount(validation)} validation and ${formatCount(test)} test examples${held}; each of shape [${shape.join(', ')}]`;
}

function valuesLine({ values: { kind, smallest, largest, mean } }: DataSummary): string {
  return `Values: ${kind}, smallest ${significant(smallest)}, largest ${significant(largest)}, mean ${significant(mean)}`;
}

/** `3 classes: "cat" 20, "dog" 18, "owl" 2` */
function classLine(classes: readonly ClassCounts[]): string {
  const shown = classes
    .slice(0, CLASSES_SHOWN)
    .map(({ name, train }) => `${nameText(name)} ${formatCount(train)}`);
  const more = classes.length - shown.length;
  const others = more > 0 ? ` and ${more} more` : '';
  return `Training examples of ${classes.length} classes: ${shown.join(', ')}${others}`;
}

function classTable(classes: readonly ClassCounts[]): string {
  const shown = table(COLUMNS, classes.slice(0, CLASSES_SHOWN));
  const more = classes.length - CLASSES_SHOWN;
  if (more <= 0) return shown;
  return `${shown}\n… and ${more} more classes; --json lists all ${classes.length}`;
}

/** Numbers and plain words as they are; everything else in quotes, so that spaces can be seen. */
function nameText(name: string): string {
  return /^[\p{L}\p{N}_.-]+$/u.test(name) ? name : JSON.stringify(name);
}

function leftOutLine(leftOut: LeftOut): string {
  return `Left out: ${describeLeftOut(leftOut)}`;
}

function problemLines({ warnings, refusal }: DataSummary): string[] {
  return [
    ...warnings.map(({ message }) => `Warning: ${message}`),
    ...(refusal ? [`No search can train on this: ${refusal.message}`] : []),
  ];
}
