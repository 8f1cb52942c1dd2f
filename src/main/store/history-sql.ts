/** The parts of queries about searches, as users see and find them. */
import type { ErrorReport } from '../../shared/contract/errors.ts';
import type {
  SearchFilter,
  SearchSort,
  SORT_COLUMNS,
  SortColumn,
} from '../../shared/contract/calls.ts';
import {
  type HeadlineVerdict,
  SEARCH_STATES,
  type SearchRow,
} from '../../shared/contract/records/search-rows.ts';
import { VERDICT_KINDS } from '../../shared/domain/verdict.ts';
import {
  bytes,
  type DecodedBy,
  flag,
  integer,
  oneOf,
  optional,
  orDamaged,
  real,
  row,
  text,
} from './columns.ts';
import { HEAL } from './checksums.ts';
import type { SqlValue } from './connection.ts';
import { namesSetting, parseFilter } from '../../shared/history/filter.ts';
import type { KnownSetting } from '../../shared/history/fields.ts';
import { effectColumn } from './history-effects.ts';
import { termCondition } from './history-filter.ts';
import { SETTING } from './history-settings.ts';
import { LAUNCH_TO_END } from './launch-to-end.ts';
import { errorJson, listOfText } from './stored-json.ts';

/** A row without the columns that only the running process knows. */
export type StoredRow = Omit<SearchRow, 'isOurs' | 'shards'>;

/** A verdict's columns; all are NULL before the first verdict. */
const VERDICT = {
  verdictKind: optional(oneOf(VERDICT_KINDS)).catch(undefined),
  verdictLevel: optional(integer),
  verdictDensity: optional(real),
  verdictReason: optional(text),
};

const DAMAGED: ErrorReport = {
  code: 'store-failed',
  message: 'the saved state of this search is damaged',
  hint: HEAL,
};

/** What rows of searches and of sweeps have in common. */
export const COMMON = {
  createdAt: integer,
  finishedAt: optional(integer),
  waitedMilliseconds: optional(integer),
  trainingsDone: integer,
  trainingsTotal: integer,
  trainingMilliseconds: real,
  denseAccuracy: optional(real),
  bestAccuracy: optional(real),
  ...VERDICT,
};

/** What is left of it with values that this program does not write. */
export const REST_OF_COMMON = {
  createdAt: integer.catch(0),
  finishedAt: optional(integer).catch(undefined),
  waitedMilliseconds: optional(integer).catch(undefined),
  trainingsDone: integer.catch(0),
  trainingsTotal: integer.catch(0),
  trainingMilliseconds: real.catch(0),
  denseAccuracy: optional(real).catch(undefined),
  bestAccuracy: optional(real).catch(undefined),
  verdictLevel: optional(integer).catch(undefined),
  verdictDensity: optional(real).catch(undefined),
  verdictReason: optional(text).catch(undefined),
};

const SEARCH_ROW_COLUMNS = {
  ...COMMON,
  rowId: integer,
  id: text,
  name: text,
  // A damaged row is shown as failed, with the reason: it must not hide the others.
  state: oneOf(SEARCH_STATES).catch('failed'),
  error: optional(errorJson).catch(DAMAGED),
  dataset: text,
  architecture: text,
  optimizer: text,
  strategy: text,
  schedule: text,
  levels: integer,
  replicates: integer,
  iterations: integer,
  note: text,
  isArchived: flag,
  sparkline: bytes,
  tags: listOfText,
};

/** What is left of a row with values that this program does not write. */
const REST_OF_ROW = row({
  ...SEARCH_ROW_COLUMNS,
  ...REST_OF_COMMON,
  name: text.catch(''),
  dataset: text.catch(''),
  architecture: text.catch(''),
  optimizer: text.catch(''),
  strategy: text.catch(''),
  schedule: text.catch(''),
  levels: integer.catch(0),
  replicates: integer.catch(0),
  iterations: integer.catch(0),
  note: text.catch(''),
  sparkline: bytes.catch(Buffer.alloc(0)),
  tags: listOfText.catch([]),
});

/** The rows of a query of `COLUMNS`. A damaged one must not hide the others. */
export const LISTED_ROW = orDamaged(row(SEARCH_ROW_COLUMNS), REST_OF_ROW);

/** Columns to select from `search_rows`. */
export const COLUMNS = `
  row_id AS rowId, search_rows.search_id AS id, name, state, created_at AS createdAt,
  finished_at AS finishedAt, ${LAUNCH_TO_END} AS waitedMilliseconds, trainings_done AS trainingsDone, trainings_total AS trainingsTotal,
  error, dataset, architecture, optimizer, strategy, schedule, levels, replicates, iterations, note,
  archived_at IS NOT NULL AS isArchived, training_milliseconds AS trainingMilliseconds,
  verdict_kind AS verdictKind, verdict_level AS verdictLevel, verdict_density AS verdictDensity,
  verdict_reason AS verdictReason, dense_accuracy AS denseAccuracy, best_accuracy AS bestAccuracy,
  sparkline,
  (SELECT json_group_array(tag ORDER BY tag) FROM tags WHERE tags.search_id = search_rows.search_id)
    AS tags`;

/** A column that is no setting. */
export type OwnSortColumn = (typeof SORT_COLUMNS)[number];

/** What each column of the table sorts by. No caller's text ever becomes SQL. */
const SORT_KEYS: Readonly<Record<OwnSortColumn, string>> = {
  name: 'name',
  state: 'state',
  created: 'created_at',
  finished: 'finished_at',
  progress: 'trainings_done * 1.0 / trainings_total',
  dataset: 'dataset',
  architecture: 'architecture',
  optimizer: 'optimizer',
  strategy: 'strategy',
  schedule: 'schedule',
  levels: 'levels',
  replicates: 'replicates',
  iterations: 'iterations',
  'training-time': 'training_milliseconds',
  waited: LAUNCH_TO_END,
  verdict: 'verdict_kind',
  'verdict-density': 'verdict_density',
  'dense-accuracy': 'dense_accuracy',
  'best-accuracy': 'best_accuracy',
  effect: effectColumn('accuracy_difference'),
  'early-stop': effectColumn('early_stop'),
};

/** An SQL expression over `search_rows`, with its bound values. */
export interface SortKey {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** The path of the setting that a column shows; undefined for the other columns. */
export function settingOf(column: SortColumn): string | undefined {
  return column.startsWith('setting:') ? column.slice('setting:'.length) : undefined;
}

/** Numbers come before texts, and are compared as numbers. */
export function sortKeyOf(column: SortColumn): SortKey {
  const path = settingOf(column);
  if (path === undefined) return { sql: SORT_KEYS[column as OwnSortColumn], values: [] };
  return { sql: SETTING, values: [path] };
}

export interface Conditions {
  /** A condition on `search_rows`. */
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** @param knownSettings the settings that searches have, which a filter may name. */
export function conditionsOf(
  filter: SearchFilter,
  knownSettings: () => readonly KnownSetting[],
): Conditions {
  const conditions: Conditions[] = [{ where: 'deleted_at IS NULL', values: [] }];
  const add = (where: string, ...values: readonly SqlValue[]): void => {
    conditions.push({ where, values });
  };
  const addOneOf = (expression: string, values: readonly string[]): void => {
    if (values.length === 0) return;
    add(`${expression} IN (${values.map(() => '?').join(', ')})`, ...values);
  };

  if (filter.archived === 'exclude') add('archived_at IS NULL');
  if (filter.archived === 'only') add('archived_at IS NOT NULL');
  addOneOf('state', filter.states);
  addOneOf(`coalesce(verdict_kind, 'none')`, filter.verdicts);
  addOneOf('dataset', filter.datasets);
  addOneOf('architecture', filter.architectures);
  addOneOf('strategy', filter.strategies);
  for (const tag of filter.tags) {
    add(
      'EXISTS (SELECT 1 FROM tags WHERE tags.search_id = search_rows.search_id AND tag = ?)',
      tag,
    );
  }
  if (filter.createdFrom !== undefined) add('created_at >= ?', filter.createdFrom);
  if (filter.createdTo !== undefined) add('created_at <= ?', filter.createdTo);
  const known = namesSetting(filter.text) ? knownSettings() : [];
  for (const term of parseFilter(filter.text, known).terms) {
    const condition = termCondition(term);
    add(condition.where, ...condition.values);
  }
  return {
    where: conditions.map(({ where }) => where).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** Rows without a value come last in either direction. Ids make the order total. */
export function orderOf({ column, direction }: SearchSort): SortKey {
  const order = direction === 'ascending' ? 'ASC' : 'DESC';
  const { sql, values } = sortKeyOf(column);
  return {
    sql: `(${sql}) COLLATE NOCASE ${order} NULLS LAST, created_at ${order}, row_id ${order}`,
    values,
  };
}

export function rowOf({
  verdictKind,
  verdictLevel,
  verdictDensity,
  verdictReason,
  sparkline,
  ...rest
}: DecodedBy<typeof REST_OF_ROW>): StoredRow & { readonly rowId: number } {
  return {
    ...rest,
    verdict: verdictOf({ verdictKind, verdictLevel, verdictDensity, verdictReason }),
    sparkline: sparklineOf(sparkline),
  };
}

/** A copy, because the bytes may not be aligned for floats. Of damaged ones, whole floats are left. */
export function sparklineOf(stored: Uint8Array = new Uint8Array()): Float32Array {
  return new Float32Array(Uint8Array.from(stored).buffer, 0, Math.floor(stored.byteLength / 4));
}

/** The decoded columns of `VERDICT`. */
interface VerdictColumns {
  readonly verdictKind: HeadlineVerdict['kind'] | undefined;
  readonly verdictLevel: number | undefined;
  readonly verdictDensity: number | undefined;
  readonly verdictReason: string | undefined;
}

export function verdictOf({
  verdictKind: kind,
  verdictLevel: level,
  verdictDensity: density,
  verdictReason: reason,
}: VerdictColumns): HeadlineVerdict | undefined {
  if (kind === undefined || level === undefined) return undefined;
  if (density === undefined || reason === undefined) return undefined;
  return { kind, level, density, reason };
}
