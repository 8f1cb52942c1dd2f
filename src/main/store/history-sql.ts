/** What queries about searches are made of, as users see and find them. */
import type { SearchFilter, SearchSort, SortColumn } from '../../shared/contract/calls.ts';
import type { ErrorReport } from '../../shared/contract/errors.ts';
import type { HeadlineVerdict, SearchRow, SearchState } from '../../shared/contract/records.ts';
import type { VerdictKind } from '../../shared/domain/verdict.ts';

/** A row without what only the running process knows. */
export type StoredRow = Omit<SearchRow, 'isOurs'>;

/** All of them NULL before the first verdict. */
export interface VerdictColumns {
  readonly verdictKind: VerdictKind | null;
  readonly verdictLevel: number | null;
  readonly verdictDensity: number | null;
  readonly verdictReason: string | null;
}

export interface Row extends VerdictColumns {
  readonly id: string;
  readonly name: string;
  readonly state: SearchState;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  readonly error: string | null;
  readonly dataset: string;
  readonly architecture: string;
  readonly optimizer: string;
  readonly strategy: string;
  readonly schedule: string;
  readonly levels: number;
  readonly replicates: number;
  readonly iterations: number;
  readonly note: string;
  readonly isArchived: number;
  readonly trainingMilliseconds: number;
  readonly denseAccuracy: number | null;
  readonly bestAccuracy: number | null;
  readonly sparkline: Buffer;
  /** JSON, a list of text. */
  readonly tags: string;
}

/**
 * What a search is doing, from three witnesses: its status, its lease, and its place in the queue.
 * One that says it runs, or waits, while no living process holds it, is interrupted.
 */
export const STATE = `
  CASE
    WHEN status = 'finished' THEN status
    WHEN queue.search_id IS NULL THEN
      CASE WHEN status IN ('running', 'queued')
        AND NOT lease_is_live(scope, process_id, heartbeat_at) THEN 'interrupted' ELSE status END
    WHEN is_paused THEN 'paused'
    WHEN status = 'running' AND lease_is_live(scope, process_id, heartbeat_at) THEN 'running'
    ELSE 'queued'
  END`;

/** Each is left out of a query that reads nothing of it. */
export const JOINS = `
  LEFT JOIN searches ON searches.id = history.search_id
  LEFT JOIN leases ON leases.search_id = history.search_id
  LEFT JOIN queue ON queue.search_id = history.search_id`;

export const FROM = `FROM history ${JOINS}`;

export const COLUMNS = `
  searches.id, name, ${STATE} AS state, history.created_at AS createdAt, finished_at AS finishedAt,
  trainings_done AS trainingsDone, trainings_total AS trainingsTotal, error,
  dataset, architecture, optimizer, strategy, schedule, levels, replicates, iterations, note,
  archived_at IS NOT NULL AS isArchived, training_milliseconds AS trainingMilliseconds,
  verdict_kind AS verdictKind, verdict_level AS verdictLevel, verdict_density AS verdictDensity,
  verdict_reason AS verdictReason, dense_accuracy AS denseAccuracy,
  best_accuracy AS bestAccuracy, sparkline,
  (SELECT json_group_array(tag ORDER BY tag) FROM tags WHERE tags.search_id = history.search_id)
    AS tags`;

/** What each column of the table sorts by; no text of a caller ever becomes SQL. */
export const SORT_KEYS: Readonly<Record<SortColumn, string>> = {
  name: 'name COLLATE NOCASE',
  state: STATE,
  created: 'history.created_at',
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
  verdict: 'verdict_kind',
  'verdict-density': 'verdict_density',
  'dense-accuracy': 'dense_accuracy',
  'best-accuracy': 'best_accuracy',
};

export interface Conditions {
  readonly where: string;
  readonly values: readonly unknown[];
}

export function conditionsOf(filter: SearchFilter): Conditions {
  const conditions: Conditions[] = [{ where: 'deleted_at IS NULL', values: [] }];
  const add = (where: string, ...values: readonly unknown[]): void => {
    conditions.push({ where, values });
  };
  const addOneOf = (expression: string, values: readonly string[]): void => {
    if (values.length === 0) return;
    add(`${expression} IN (${values.map(() => '?').join(', ')})`, ...values);
  };

  if (filter.archived === 'exclude') add('archived_at IS NULL');
  if (filter.archived === 'only') add('archived_at IS NOT NULL');
  addOneOf(STATE, filter.states);
  addOneOf(`coalesce(verdict_kind, 'none')`, filter.verdicts);
  addOneOf('dataset', filter.datasets);
  addOneOf('architecture', filter.architectures);
  addOneOf('strategy', filter.strategies);
  for (const tag of filter.tags) {
    add('EXISTS (SELECT 1 FROM tags WHERE tags.search_id = history.search_id AND tag = ?)', tag);
  }
  if (filter.createdFrom !== undefined) add('history.created_at >= ?', filter.createdFrom);
  if (filter.createdTo !== undefined) add('history.created_at <= ?', filter.createdTo);
  for (const word of wordsOf(filter.text)) {
    add(
      `history.id IN (SELECT rowid FROM history_text WHERE history_text MATCH ?
         UNION SELECT rowid FROM settings_text WHERE settings_text MATCH ?)`,
      word,
      word,
    );
  }
  return {
    where: conditions.map(({ where }) => where).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/**
 * The words of a text, each as FTS5's expression for what begins with it: its syntax is quoted away,
 * so that whatever a user types is searched for and nothing is an error.
 */
function wordsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => `"${word.replaceAll('"', '""')}"*`);
}

/** What has no value comes last in either direction; ids make the order total. */
export function orderOf({ column, direction }: SearchSort): string {
  const order = direction === 'ascending' ? 'ASC' : 'DESC';
  return `${SORT_KEYS[column]} ${order} NULLS LAST, history.created_at ${order}, history.id ${order}`;
}

export function rowOf(row: Row): StoredRow {
  const { isArchived, error, sparkline, tags, finishedAt, denseAccuracy, bestAccuracy } = row;
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    createdAt: row.createdAt,
    finishedAt: finishedAt ?? undefined,
    trainingsDone: row.trainingsDone,
    trainingsTotal: row.trainingsTotal,
    dataset: row.dataset,
    architecture: row.architecture,
    optimizer: row.optimizer,
    strategy: row.strategy,
    schedule: row.schedule,
    levels: row.levels,
    replicates: row.replicates,
    iterations: row.iterations,
    trainingMilliseconds: row.trainingMilliseconds,
    tags: JSON.parse(tags) as string[],
    note: row.note,
    isArchived: isArchived === 1,
    verdict: verdictOf(row),
    denseAccuracy: denseAccuracy ?? undefined,
    bestAccuracy: bestAccuracy ?? undefined,
    sparkline: sparklineOf(sparkline),
    error: error === null ? undefined : (JSON.parse(error) as ErrorReport),
  };
}

/** A copy: the bytes need not lie where floats may. */
export function sparklineOf(bytes: Buffer | null): Float32Array {
  return new Float32Array(Uint8Array.from(bytes ?? []).buffer);
}

export function verdictOf({
  verdictKind,
  verdictLevel,
  verdictDensity,
  verdictReason,
}: VerdictColumns): HeadlineVerdict | undefined {
  if (
    verdictKind === null ||
    verdictLevel === null ||
    verdictDensity === null ||
    verdictReason === null
  ) {
    return undefined;
  }
  return {
    kind: verdictKind,
    level: verdictLevel,
    density: verdictDensity,
    reason: verdictReason,
  };
}
