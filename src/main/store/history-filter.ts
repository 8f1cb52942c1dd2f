/** The terms of the history's search field as conditions on `search_rows`. */
import type { FilterTerm } from '../../shared/history/filter.ts';
import type { ComparedValue, Operator } from '../../shared/history/filter-value.ts';
import type { HistoryField } from '../../shared/history/fields.ts';
import type { SqlValue } from './connection.ts';
import { effectColumn } from './history-effects.ts';
import { LAUNCH_TO_END } from './launch-to-end.ts';
import { anywhere, escaped, wordCondition } from './history-words.ts';

interface Condition {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** What the fields of the filter are in `search_rows`. No text of a filter becomes SQL. */
const FIELDS: Readonly<Record<string, string>> = {
  strategy: 'strategy',
  architecture: 'architecture',
  dataset: 'dataset',
  optimizer: 'optimizer',
  schedule: 'schedule',
  density: 'verdict_density',
  accuracy: 'best_accuracy',
  dense: 'dense_accuracy',
  effect: effectColumn('accuracy_difference'),
  'early-stop': effectColumn('early_stop'),
  levels: 'levels',
  replicates: 'replicates',
  iterations: 'iterations',
  state: 'state',
  verdict: "coalesce(verdict_kind, 'none')",
  name: 'name',
  note: 'note',
  created: 'created_at',
  finished: 'finished_at',
  progress: 'trainings_done * 1.0 / trainings_total',
  time: 'training_milliseconds',
  waited: LAUNCH_TO_END,
};

const ORDERS = { '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const;

export function termCondition(term: FilterTerm): Condition {
  const { where, values } = plainCondition(term);
  const isOpposite = term.kind === 'comparison' && term.operator === '!=';
  // What a search has not is not equal either: `!=` finds everything that `=` does not.
  return term.isExcluded === isOpposite ? { where, values } : { where: `NOT (${where})`, values };
}

/** As if the operator were `=` instead of `!=`. Never NULL. */
function plainCondition(term: FilterTerm): Condition {
  if (term.kind === 'word') return wordCondition(term.text);
  if (term.kind === 'exact') return anywhere(term.text);
  const { of, operator, value } = term;
  if (of.kind === 'field') return fieldCondition(of.field, operator, value);
  return anyOf(of.paths.map((path) => settingCondition(path, operator, value)));
}

function anyOf(conditions: readonly Condition[]): Condition {
  return {
    where: `(${conditions.map(({ where }) => where).join(' OR ')})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function fieldCondition(field: HistoryField, operator: Operator, value: ComparedValue): Condition {
  if (field.kind === 'tag') {
    const { where, values } = compared('tag', operator, value);
    return {
      where: `EXISTS (SELECT 1 FROM tags
        WHERE tags.search_id = search_rows.search_id AND ${where})`,
      values,
    };
  }
  const expression = FIELDS[field.name];
  if (expression === undefined) throw new Error(`the history has no field ${field.name}`);
  const { where, values } = compared(expression, operator, value);
  return { where: `coalesce(${where}, 0)`, values };
}

/** A number, a text or a range against an SQL expression. */
function compared(expression: string, operator: Operator, value: ComparedValue): Condition {
  switch (value.kind) {
    case 'text':
      return operator === '~'
        ? { where: `${expression} LIKE ? ESCAPE '\\'`, values: [`%${escaped(value.text)}%`] }
        : { where: `${expression} LIKE ? ESCAPE '\\'`, values: [escaped(value.text)] };
    case 'number':
      return { where: `${expression} ${orderOf(operator)} ?`, values: [value.number] };
    case 'range':
      return inRange(expression, operator, value);
  }
}

const orderOf = (operator: Operator): string =>
  operator in ORDERS ? ORDERS[operator as keyof typeof ORDERS] : '=';

function inRange(
  expression: string,
  operator: Operator,
  { from, to }: { readonly from: number; readonly to: number },
): Condition {
  switch (operator) {
    case '<':
      return { where: `${expression} < ?`, values: [from] };
    case '<=':
      return { where: `${expression} < ?`, values: [to] };
    case '>':
      return { where: `${expression} >= ?`, values: [to] };
    case '>=':
      return { where: `${expression} >= ?`, values: [from] };
    default:
      // The expression may be a query of its own, so it is written once.
      return { where: `${expression} BETWEEN ? AND ?`, values: [from, below(to)] };
  }
}

/** The largest number below this one, near enough for what is measured and for milliseconds. */
const below = (bound: number): number => bound - Math.max(Math.abs(bound), 1) * Number.EPSILON;

function settingCondition(path: string, operator: Operator, value: ComparedValue): Condition {
  if (value.kind === 'range') throw new Error('settings have no ranges');
  if (value.kind === 'number') {
    return withSetting(`kind = 'number' AND value ${orderOf(operator)} ?`, path, value.number);
  }
  const pattern = operator === '~' ? `%${escaped(value.text)}%` : escaped(value.text);
  // A list has brackets, and texts in it have quotes.
  const written = `trim(coalesce(written, value), '[]"')`;
  return withSetting(`${written} LIKE ? ESCAPE '\\'`, path, pattern);
}

function withSetting(condition: string, path: string, value: SqlValue): Condition {
  return {
    where: `search_rows.row_id IN (
      SELECT row_id FROM setting_paths JOIN search_settings ON path_id = setting_paths.id
      WHERE path = ? AND ${condition})`,
    values: [path, value],
  };
}
