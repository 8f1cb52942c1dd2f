/** The history as it is shown: searches, and in the place of a sweep's searches the sweep. */
import type Database from 'better-sqlite3';
import type { LinesQuery } from '../../shared/contract/calls.ts';
import type { SearchLine, SweepLine } from '../../shared/contract/records.ts';
import type { SweepAxis, SweepValue } from '../../shared/domain/sweep.ts';
import {
  COLUMNS,
  conditionsOf,
  FROM,
  JOINS,
  type Row,
  rowOf,
  SORT_KEYS,
  type StoredRow,
} from './history-sql.ts';
import type { SweepRecord } from './sweeps.ts';
import { summariesOf, SWEEP_SORT_KEYS, type SweepSummary } from './sweep-summaries.ts';

export type StoredLine =
  | (Omit<SearchLine, 'row' | 'sweep'> & {
      readonly row: StoredRow;
      readonly sweep:
        | (Pick<SweepRecord, 'id' | 'name' | 'axes'> & { readonly point: readonly SweepValue[] })
        | undefined;
    })
  | (Omit<SweepLine, 'row'> & { readonly row: SweepSummary });

export interface StoredPage {
  readonly lines: readonly StoredLine[];
  readonly total: number;
  readonly searches: number;
}

interface Place {
  /** Of all that match. */
  readonly searches: number;
  readonly lines: number;
  /** Searches without a sweep, and sweeps. */
  readonly roots: number;
  /** Counted from 1, among the roots; NULL where the page is empty. */
  readonly place: number | null;
  /** Counted from 1, among the searches of its sweep; 0 for a root. */
  readonly member: number;
  /** Of the row in `history`; NULL for a sweep. */
  readonly rowId: number | null;
  /** Of the sweep that it is, or stands in. */
  readonly sweepId: string | null;
  readonly sweepName: string | null;
  /** JSON, SweepAxis[]. */
  readonly axes: string | null;
  /** JSON, SweepValue[]; NULL unless it is a search of that sweep. */
  readonly point: string | null;
  /** How many searches of that sweep match. */
  readonly size: number | null;
  /** JSON, their ids in order; NULL unless it is the sweep. */
  readonly matching: string | null;
  readonly isExpanded: number;
}

/** Call it in a transaction: it reads in several steps. */
export function findLines(database: Database.Database, query: LinesQuery): StoredPage {
  const places = findPlaces(database, query);
  const { searches, lines: total, roots } = places[0]!;
  const onPage = places.filter(({ place }) => place !== null);
  const rows = rowsOf(database, onPage);
  const sweeps = summariesOf(
    database,
    onPage.flatMap(({ rowId, sweepId }) => (rowId === null && sweepId !== null ? [sweepId] : [])),
  );
  const lines = onPage.map((found): StoredLine => {
    if (found.rowId === null) {
      return {
        kind: 'sweep',
        position: found.place!,
        siblings: roots,
        row: sweeps.get(found.sweepId!)!,
        matching: JSON.parse(found.matching!) as string[],
        isExpanded: found.isExpanded === 1,
      };
    }
    const row = rows.get(found.rowId)!;
    if (found.point === null) {
      return { kind: 'search', position: found.place!, siblings: roots, row, sweep: undefined };
    }
    const sweep = {
      id: found.sweepId!,
      name: found.sweepName!,
      axes: JSON.parse(found.axes!) as SweepAxis[],
      point: JSON.parse(found.point) as SweepValue[],
    };
    return { kind: 'search', position: found.member, siblings: found.size!, row, sweep };
  });
  return { lines, total, searches };
}

/** What stands in each line of the page: always one row at least, for the counts. */
function findPlaces(database: Database.Database, query: LinesQuery): Place[] {
  const { filter, sort, expanded, limit, offset } = query;
  const { where, values } = conditionsOf(filter);
  const direction = sort.direction === 'ascending' ? 'ASC' : 'DESC';
  // As names of searches are sorted, those of sweeps are.
  const byKey = `sort_key COLLATE NOCASE ${direction} NULLS LAST`;
  // The searches of a sweep are as old as each other: they keep the order of the grid.
  const inSweep = sort.column === 'created' ? 'grid_position' : `${byKey}, grid_position`;
  return database
    .prepare<unknown[], Place>(
      `WITH matching AS MATERIALIZED (
         SELECT history.id AS row_id, history.search_id, sweep_id, grid_position,
           ${SORT_KEYS[sort.column]} AS sort_key, history.created_at
         ${FROM} WHERE ${where}
       ),
       groups AS MATERIALIZED (
         SELECT sweep_id, json_group_array(search_id ORDER BY ${inSweep}) AS ids, count(*) AS size,
           sweep_id IN (SELECT value FROM json_each(?)) AS is_expanded
         FROM matching WHERE sweep_id IS NOT NULL GROUP BY sweep_id
       ),
       roots AS (
         SELECT row_id, NULL AS sweep_id, sort_key, created_at FROM matching WHERE sweep_id IS NULL
         UNION ALL
         SELECT NULL, id, ${SWEEP_SORT_KEYS[sort.column]}, created_at
         FROM groups JOIN sweeps ON sweeps.id = groups.sweep_id
       ),
       placed AS MATERIALIZED (
         SELECT row_id, sweep_id, row_number() OVER (
           ORDER BY ${byKey}, created_at ${direction}, coalesce(row_id, sweep_id) ${direction}
         ) AS place FROM roots
       ),
       lines AS (
         SELECT place, 0 AS member, row_id, sweep_id FROM placed
         UNION ALL
         SELECT place, row_number() OVER (PARTITION BY place ORDER BY ${inSweep}), matching.row_id,
           sweep_id
         FROM groups JOIN placed USING (sweep_id) JOIN matching USING (sweep_id) WHERE is_expanded
       ),
       page AS (SELECT * FROM lines ORDER BY place, member LIMIT ? OFFSET ?),
       counts AS (
         SELECT (SELECT count(*) FROM matching) AS searches, (SELECT count(*) FROM placed) AS roots,
           (SELECT coalesce(sum(size), 0) FROM groups WHERE is_expanded) AS members
       )
       SELECT searches, roots + members AS lines, roots, place, member, row_id AS rowId,
         page.sweep_id AS sweepId, sweeps.name AS sweepName, axes, point, size,
         CASE member WHEN 0 THEN ids END AS matching, is_expanded AS isExpanded
       FROM counts LEFT JOIN page LEFT JOIN groups ON groups.sweep_id = page.sweep_id
         LEFT JOIN sweeps ON sweeps.id = page.sweep_id
         LEFT JOIN history ON history.id = page.row_id AND page.sweep_id IS NOT NULL
         LEFT JOIN sweep_points ON sweep_points.search_id = history.search_id
       ORDER BY place, member`,
    )
    .all(...values, JSON.stringify(expanded), limit, offset);
}

function rowsOf(database: Database.Database, places: readonly Place[]): Map<number, StoredRow> {
  const ids = places.flatMap(({ rowId }) => rowId ?? []);
  return new Map(
    database
      .prepare<[string], Row & { readonly rowId: number }>(
        `SELECT history.id AS rowId, ${COLUMNS} FROM json_each(?) AS wanted
         JOIN history ON history.id = wanted.value ${JOINS}`,
      )
      .all(JSON.stringify(ids))
      .map((row) => [row.rowId, rowOf(row)]),
  );
}
