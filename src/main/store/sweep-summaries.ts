/** The results of a sweep's searches, summarised. */
import type { SortColumn } from '../../shared/contract/calls.ts';
import type { ErrorReport } from '../../shared/contract/errors.ts';
import { SEARCH_STATES, type SearchState } from '../../shared/contract/records/search-rows.ts';
import type { SweepRow } from '../../shared/contract/records/sweeps.ts';
import { groupBy } from '../../shared/group-by.ts';
import type { SweepAxis } from '../../shared/domain/sweep.ts';
import { damageOfSweep, isSweepSound } from './checksums.ts';
import {
  bytes,
  type DecodedBy,
  integer,
  leftOf,
  oneOf,
  optional,
  orDamaged,
  row,
  text,
} from './columns.ts';
import type { Connection } from './connection.ts';
import { damageByParts } from './history-damage.ts';
import { effectColumn, effectsOf } from './history-effects.ts';
import {
  COMMON,
  type OwnSortColumn,
  REST_OF_COMMON,
  settingOf,
  type SortKey,
  sortKeyOf,
  sparklineOf,
  verdictOf,
} from './history-sql.ts';
import { LAUNCH_TO_END } from './launch-to-end.ts';
import { axesJson, listOfText } from './stored-json.ts';

/** A row with its axes, which the workbench turns into text. */
export interface SweepSummary extends Omit<SweepRow, 'paths' | 'swept'> {
  readonly axes: readonly SweepAxis[];
  /** The search whose verdict is shown; undefined before the first verdict. */
  readonly judgedId: string | undefined;
}

const COLUMNS = {
  ...COMMON,
  id: text,
  name: text,
  state: oneOf(SEARCH_STATES),
  axes: axesJson,
  points: integer,
  finishedPoints: integer,
  failedPoints: integer,
  dataset: optional(text),
  architecture: optional(text),
  optimizer: optional(text),
  strategy: optional(text),
  schedule: optional(text),
  levels: optional(integer),
  replicates: optional(integer),
  iterations: optional(integer),
  sparkline: optional(bytes),
  tags: listOfText,
  searchIds: listOfText,
  judgedId: optional(text),
};

/** What is left of a summary with values that this program does not write. */
const REST_OF_SUMMARY = row({
  ...COLUMNS,
  ...REST_OF_COMMON,
  axes: axesJson.catch([]),
  levels: optional(integer).catch(undefined),
  replicates: optional(integer).catch(undefined),
  iterations: optional(integer).catch(undefined),
});

/** A damaged one must not hide the others. */
const SUMMARY = orDamaged(row(COLUMNS), REST_OF_SUMMARY);

/** A sweep's state is the first of these that any of its searches is in. */
const BY_PRECEDENCE: readonly SearchState[] = [
  'running',
  'queued',
  'paused',
  'interrupted',
  'finished',
  'failed',
];

/** A search that is marked as deleted does not count as a member until it is restored. */
const MEMBERS = 'FROM search_rows WHERE deleted_at IS NULL AND search_rows.sweep_id';

/** An aggregate over the searches of `sweeps.id`. */
const ofMembers = (value: string, rest = ''): string =>
  `(SELECT ${value} ${MEMBERS} = sweeps.id ${rest})`;

/** The value that all searches share; NULL if they differ. */
const common = (column: string): string =>
  `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;

const STATE_OF_ALL = `
  CASE min(CASE state ${BY_PRECEDENCE.map((state, place) => `WHEN '${state}' THEN ${place}`).join(' ')} END)
    ${BY_PRECEDENCE.map((state, place) => `WHEN ${place} THEN '${state}'`).join(' ')} END`;

const FINISHED_AT = 'CASE WHEN count(finished_at) = count(*) THEN max(finished_at) END';

/** From the launch of the sweep to its end, without the time before a search was extended. */
const LONGEST = `CASE WHEN count(finished_at) = count(*) THEN max(${LAUNCH_TO_END}) END`;

/** The search with the smallest ticket among those with the best kind of verdict. */
const BEST_VERDICT = `
  AND verdict_kind IS NOT NULL
  ORDER BY CASE verdict_kind WHEN 'winning' THEN 0 WHEN 'speed open' THEN 1
    WHEN 'inconclusive' THEN 2 WHEN 'effect size' THEN 3 ELSE 4 END,
    verdict_density, grid_position
  LIMIT 1`;

/** What sweeps (rows of `sweeps`) sort by in each column: the value that the column shows. */
const SWEEP_SORT_KEYS: Readonly<Record<OwnSortColumn, string>> = {
  name: 'sweeps.name',
  state: ofMembers(STATE_OF_ALL),
  created: 'sweeps.created_at',
  finished: ofMembers(FINISHED_AT),
  progress: ofMembers('total(trainings_done) / total(trainings_total)'),
  dataset: ofMembers(common('dataset')),
  architecture: ofMembers(common('architecture')),
  optimizer: ofMembers(common('optimizer')),
  strategy: ofMembers(common('strategy')),
  schedule: ofMembers(common('schedule')),
  levels: ofMembers(common('levels')),
  replicates: ofMembers(common('replicates')),
  iterations: ofMembers(common('iterations')),
  'training-time': ofMembers('sum(training_milliseconds)'),
  waited: ofMembers(LONGEST),
  verdict: ofMembers('verdict_kind', BEST_VERDICT),
  'verdict-density': ofMembers('verdict_density', BEST_VERDICT),
  'dense-accuracy': ofMembers('max(dense_accuracy)'),
  'best-accuracy': ofMembers('max(best_accuracy)'),
  effect: ofMembers(effectColumn('accuracy_difference'), BEST_VERDICT),
  'early-stop': ofMembers(effectColumn('early_stop'), BEST_VERDICT),
};

/** As `SWEEP_SORT_KEYS`; of a setting, the value that all searches share. */
export function sweepSortKeyOf(column: SortColumn): SortKey {
  if (settingOf(column) === undefined) {
    return { sql: SWEEP_SORT_KEYS[column as OwnSortColumn], values: [] };
  }
  const { sql, values } = sortKeyOf(column);
  return {
    sql: `(SELECT CASE WHEN count(value) = count(*) AND min(value) = max(value) THEN min(value) END
      FROM (SELECT ${sql} AS value ${MEMBERS} = sweeps.id))`,
    values,
  };
}

const MEMBER = row({ sweepId: text, id: text });

/** The ids of the searches of these sweeps, by sweep. */
export function membersOf(
  connection: Connection,
  sweepIds: readonly string[],
): Map<string, readonly string[]> {
  const found = connection
    .prepare(
      `SELECT sweep_id AS sweepId, search_id AS id FROM history
       WHERE deleted_at IS NULL AND sweep_id IN (SELECT value FROM json_each(?))`,
      MEMBER,
    )
    .all(JSON.stringify(sweepIds));
  const bySweep = groupBy(found, ({ sweepId }) => sweepId);
  return new Map([...bySweep].map(([sweepId, own]) => [sweepId, own.map(({ id }) => id)]));
}

const SELECT = (which: string): string => `
  WITH together AS MATERIALIZED (
    SELECT search_rows.sweep_id, ${STATE_OF_ALL} AS state, ${FINISHED_AT} AS finishedAt,
      ${LONGEST} AS waitedMilliseconds,
      count(*) AS points, json_group_array(search_rows.search_id) AS searchIds,
      count(*) FILTER (WHERE state = 'finished') AS finishedPoints,
      count(*) FILTER (WHERE state = 'failed') AS failedPoints,
      total(trainings_done) AS trainingsDone, total(trainings_total) AS trainingsTotal,
      ${common('dataset')} AS dataset, ${common('architecture')} AS architecture,
      ${common('optimizer')} AS optimizer, ${common('strategy')} AS strategy,
      ${common('schedule')} AS schedule, ${common('levels')} AS levels,
      ${common('replicates')} AS replicates, ${common('iterations')} AS iterations,
      sum(training_milliseconds) AS trainingMilliseconds,
      max(dense_accuracy) AS denseAccuracy, max(best_accuracy) AS bestAccuracy
    ${MEMBERS} ${which} GROUP BY search_rows.sweep_id
  )
  SELECT sweeps.id, sweeps.name, sweeps.created_at AS createdAt, axes, together.*,
    judged.verdict_kind AS verdictKind, judged.verdict_level AS verdictLevel,
    judged.verdict_density AS verdictDensity, judged.verdict_reason AS verdictReason,
    judged.search_id AS judgedId,
    best.sparkline,
    (SELECT json_group_array(DISTINCT tag) FROM history JOIN tags USING (search_id)
      WHERE deleted_at IS NULL AND history.sweep_id = sweeps.id) AS tags
  FROM together JOIN sweeps ON sweeps.id = together.sweep_id
  LEFT JOIN history AS judged
    ON judged.search_id = ${ofMembers('search_id', BEST_VERDICT)}
  LEFT JOIN history AS best ON best.search_id = ${ofMembers(
    'search_id',
    'AND best_accuracy IS NOT NULL ORDER BY best_accuracy DESC, grid_position LIMIT 1',
  )}
  ORDER BY sweeps.created_at DESC, sweeps.id DESC`;

/** Newest first, without sweeps whose searches are all deleted. */
export function allSummaries(connection: Connection): SweepSummary[] {
  return summariesFrom(connection, connection.prepare(SELECT('IS NOT NULL'), SUMMARY).all());
}

/** The summaries of these sweeps, by id. */
export function summariesOf(
  connection: Connection,
  sweepIds: readonly string[],
): Map<string, SweepSummary> {
  const found = connection
    .prepare(SELECT('IN (SELECT value FROM json_each(?))'), SUMMARY)
    .all(JSON.stringify(sweepIds));
  return new Map(summariesFrom(connection, found).map((summary) => [summary.id, summary]));
}

/** A sweep whose searches are damaged is damaged itself, because it summarises them. */
function summariesFrom(
  connection: Connection,
  found: readonly DecodedBy<typeof SUMMARY>[],
): SweepSummary[] {
  const damages = damageByParts(
    connection,
    found.flatMap((each) => leftOf(each).searchIds),
    ['state'],
  );
  // The effect is that of the search whose verdict is shown.
  const effects = effectsOf(
    connection,
    found.flatMap((each) => leftOf(each).judgedId ?? []),
  );
  return found.map((each) => {
    const left = leftOf(each);
    const isSound = 'value' in each && isSweepSound(connection, left.id);
    const [ofSearch] = left.searchIds.flatMap((id) => damages.get(id) ?? []);
    const damage = isSound ? ofSearch : reportOfSweep(left.id);
    const effect = effects.get(left.judgedId ?? '');
    return {
      ...summaryOf(left),
      ...(effect === undefined ? {} : { effect }),
      ...(damage === undefined ? {} : { damage }),
    };
  });
}

function reportOfSweep(id: string): ErrorReport {
  const [message, hint] = damageOfSweep(id);
  return { code: 'store-failed', message, hint };
}

function summaryOf({
  verdictKind,
  verdictLevel,
  verdictDensity,
  verdictReason,
  sparkline,
  tags,
  searchIds: _searchIds,
  ...rest
}: DecodedBy<typeof REST_OF_SUMMARY>): SweepSummary {
  return {
    ...rest,
    tags: tags.toSorted((one, other) => one.localeCompare(other)),
    verdict: verdictOf({ verdictKind, verdictLevel, verdictDensity, verdictReason }),
    sparkline: sparklineOf(sparkline),
  };
}
