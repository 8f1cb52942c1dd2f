/** What the searches of a sweep have come to, taken together. */
import type Database from 'better-sqlite3';
import type { SortColumn } from '../../shared/contract/calls.ts';
import type { SearchState, SweepRow } from '../../shared/contract/records.ts';
import type { SweepAxis } from '../../shared/domain/sweep.ts';
import { FROM, sparklineOf, STATE, type VerdictColumns, verdictOf } from './history-sql.ts';

/** A row with its axes, which the workbench puts into words. */
export interface SweepSummary extends Omit<SweepRow, 'paths' | 'swept'> {
  readonly axes: readonly SweepAxis[];
}

interface Row extends VerdictColumns {
  readonly id: string;
  readonly name: string;
  readonly state: SearchState;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  /** JSON, SweepAxis[]. */
  readonly axes: string;
  readonly points: number;
  readonly finishedPoints: number;
  readonly failedPoints: number;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  readonly dataset: string | null;
  readonly architecture: string | null;
  readonly optimizer: string | null;
  readonly strategy: string | null;
  readonly schedule: string | null;
  readonly levels: number | null;
  readonly replicates: number | null;
  readonly iterations: number | null;
  readonly trainingMilliseconds: number;
  readonly denseAccuracy: number | null;
  readonly bestAccuracy: number | null;
  readonly sparkline: Buffer | null;
  /** JSON, a list of text. */
  readonly tags: string;
}

/** The first of these that one of its searches is in says what a sweep is doing. */
const BY_PRECEDENCE: readonly SearchState[] = [
  'running',
  'queued',
  'paused',
  'interrupted',
  'finished',
  'failed',
];

/** A search that is marked as deleted is no part of its sweep, until it is brought back. */
const MEMBERS = `${FROM} WHERE deleted_at IS NULL AND history.sweep_id`;

/** A value of the searches of `sweeps.id`. */
const ofMembers = (value: string, rest = ''): string =>
  `(SELECT ${value} ${MEMBERS} = sweeps.id ${rest})`;

/** What all have in common; NULL where they differ. */
const common = (column: string): string =>
  `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;

const STATE_OF_ALL = `
  CASE min(CASE ${STATE} ${BY_PRECEDENCE.map((state, place) => `WHEN '${state}' THEN ${place}`).join(' ')} END)
    ${BY_PRECEDENCE.map((state, place) => `WHEN ${place} THEN '${state}'`).join(' ')} END`;

const FINISHED_AT = 'CASE WHEN count(finished_at) = count(*) THEN max(finished_at) END';

/** Of the searches with the best kind of verdict, the one with the smallest ticket. */
const BEST_VERDICT = `
  AND verdict_kind IS NOT NULL
  ORDER BY CASE verdict_kind WHEN 'winning' THEN 0 WHEN 'inconclusive' THEN 1 ELSE 2 END,
    verdict_density, grid_position
  LIMIT 1`;

/** What a sweep, a row of `sweeps`, is sorted by: what its row shows in that column. */
export const SWEEP_SORT_KEYS: Readonly<Record<SortColumn, string>> = {
  name: 'sweeps.name',
  state: ofMembers(STATE_OF_ALL),
  created: 'sweeps.created_at',
  finished: ofMembers(FINISHED_AT),
  progress: ofMembers('sum(trainings_done) * 1.0 / sum(trainings_total)'),
  dataset: ofMembers(common('dataset')),
  architecture: ofMembers(common('architecture')),
  optimizer: ofMembers(common('optimizer')),
  strategy: ofMembers(common('strategy')),
  schedule: ofMembers(common('schedule')),
  levels: ofMembers(common('levels')),
  replicates: ofMembers(common('replicates')),
  iterations: ofMembers(common('iterations')),
  'training-time': ofMembers('sum(training_milliseconds)'),
  verdict: ofMembers('verdict_kind', BEST_VERDICT),
  'verdict-density': ofMembers('verdict_density', BEST_VERDICT),
  'dense-accuracy': ofMembers('max(dense_accuracy)'),
  'best-accuracy': ofMembers('max(best_accuracy)'),
};

const SELECT = (which: string): string => `
  WITH together AS MATERIALIZED (
    SELECT history.sweep_id, ${STATE_OF_ALL} AS state, ${FINISHED_AT} AS finishedAt,
      count(*) AS points, count(*) FILTER (WHERE ${STATE} = 'finished') AS finishedPoints,
      count(*) FILTER (WHERE ${STATE} = 'failed') AS failedPoints,
      sum(trainings_done) AS trainingsDone, sum(trainings_total) AS trainingsTotal,
      ${common('dataset')} AS dataset, ${common('architecture')} AS architecture,
      ${common('optimizer')} AS optimizer, ${common('strategy')} AS strategy,
      ${common('schedule')} AS schedule, ${common('levels')} AS levels,
      ${common('replicates')} AS replicates, ${common('iterations')} AS iterations,
      sum(training_milliseconds) AS trainingMilliseconds,
      max(dense_accuracy) AS denseAccuracy, max(best_accuracy) AS bestAccuracy
    ${MEMBERS} ${which} GROUP BY history.sweep_id
  )
  SELECT sweeps.id, sweeps.name, sweeps.created_at AS createdAt, axes, together.*,
    judged.verdict_kind AS verdictKind, judged.verdict_level AS verdictLevel,
    judged.verdict_density AS verdictDensity, judged.verdict_reason AS verdictReason,
    best.sparkline,
    (SELECT json_group_array(DISTINCT tag) FROM history JOIN tags USING (search_id)
      WHERE deleted_at IS NULL AND history.sweep_id = sweeps.id) AS tags
  FROM together JOIN sweeps ON sweeps.id = together.sweep_id
  LEFT JOIN history AS judged
    ON judged.search_id = ${ofMembers('history.search_id', BEST_VERDICT)}
  LEFT JOIN history AS best ON best.search_id = ${ofMembers(
    'history.search_id',
    'AND best_accuracy IS NOT NULL ORDER BY best_accuracy DESC, grid_position LIMIT 1',
  )}
  ORDER BY sweeps.created_at DESC, sweeps.id DESC`;

/** Newest first; a sweep none of whose searches is there is left out. */
export function allSummaries(database: Database.Database): SweepSummary[] {
  return database.prepare<[], Row>(SELECT('IS NOT NULL')).all().map(summaryOf);
}

/** Of these sweeps, by id. */
export function summariesOf(
  database: Database.Database,
  sweepIds: readonly string[],
): Map<string, SweepSummary> {
  return new Map(
    database
      .prepare<[string], Row>(SELECT('IN (SELECT value FROM json_each(?))'))
      .all(JSON.stringify(sweepIds))
      .map((row) => [row.id, summaryOf(row)]),
  );
}

function summaryOf(row: Row): SweepSummary {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt ?? undefined,
    axes: JSON.parse(row.axes) as SweepAxis[],
    points: row.points,
    finishedPoints: row.finishedPoints,
    failedPoints: row.failedPoints,
    trainingsDone: row.trainingsDone,
    trainingsTotal: row.trainingsTotal,
    dataset: row.dataset ?? undefined,
    architecture: row.architecture ?? undefined,
    optimizer: row.optimizer ?? undefined,
    strategy: row.strategy ?? undefined,
    schedule: row.schedule ?? undefined,
    levels: row.levels ?? undefined,
    replicates: row.replicates ?? undefined,
    iterations: row.iterations ?? undefined,
    trainingMilliseconds: row.trainingMilliseconds,
    tags: (JSON.parse(row.tags) as string[]).sort((one, other) => one.localeCompare(other)),
    verdict: verdictOf(row),
    denseAccuracy: row.denseAccuracy ?? undefined,
    bestAccuracy: row.bestAccuracy ?? undefined,
    sparkline: sparklineOf(row.sparkline),
  };
}
