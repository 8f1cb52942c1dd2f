/** The lines of the history: searches, and sweeps in place of their searches. */
import type { LinesQuery } from '../../shared/contract/calls.ts';
import type { SearchLine, SweepLine } from '../../shared/contract/records/history.ts';
import type { SweepValue } from '../../shared/domain/sweep.ts';
import { type DecodedBy, flag, integer, optional, row, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { COLUMNS, conditionsOf, LISTED_ROW, sortKeyOf, type StoredRow } from './history-sql.ts';
import { withEffects } from './history-effects.ts';
import { commonCells, knownSettings, settingCells } from './history-settings.ts';
import { withDamage } from './history-damage.ts';
import { axesJson, listOfText, pointJson } from './stored-json.ts';
import type { SweepRecord } from './sweep-record.ts';
import { membersOf, summariesOf, sweepSortKeyOf, type SweepSummary } from './sweep-summaries.ts';

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

/** A line of the page. If the page is empty, one row with only the counts. */
const PLACE = row({
  /** How much matches on all pages together; the same in every row. */
  searches: integer,
  lines: integer,
  roots: integer,
  /** Counted from 1, among the roots: searches without a sweep, and sweeps. */
  place: optional(integer),
  /** Counted from 1, among the searches of its sweep; 0 for a root. */
  member: optional(integer),
  /** The search's row in `search_rows`; undefined for a sweep. */
  rowId: optional(integer),
  /** The sweep that the line is or belongs to. */
  sweepId: optional(text),
  sweepName: optional(text),
  axes: optional(axesJson).catch([]),
  /** Undefined unless the line is a search of that sweep. */
  point: optional(pointJson).catch([]),
  /** How many searches of that sweep match. */
  size: optional(integer),
  /** Their ids in order; undefined unless the line is the sweep. */
  matching: optional(listOfText),
  isExpanded: optional(flag),
});
type Place = DecodedBy<typeof PLACE>;

/** Call this within one read, because it reads in several steps. */
export function findLines(connection: Connection, query: LinesQuery): StoredPage {
  const places = findPlaces(connection, query);
  const { searches, lines: total } = present(places[0], 'counts');
  const onPage = places.filter(({ place }) => place !== undefined);
  const rows = rowsOf(connection, onPage);
  const sweeps = summariesOf(
    connection,
    onPage.flatMap(({ rowId, sweepId }) => (rowId === undefined ? (sweepId ?? []) : [])),
  );
  const lines = onPage.map((found): StoredLine => {
    if (found.rowId !== undefined)
      return searchLine(found, present(rows.get(found.rowId), 'search'));
    return sweepLine(found, present(sweeps.get(present(found.sweepId, 'sweep')), 'summary'));
  });
  return { lines: withSettings(connection, lines, query.settings), total, searches };
}

/** Only the settings of what is on the page are read. */
function withSettings(
  connection: Connection,
  lines: readonly StoredLine[],
  paths: readonly string[],
): readonly StoredLine[] {
  if (paths.length === 0) return lines;
  const members = membersOf(
    connection,
    lines.flatMap(({ kind, row }) => (kind === 'sweep' ? [row.id] : [])),
  );
  const alone = lines.flatMap(({ kind, row }) => (kind === 'search' ? [row.id] : []));
  const cells = settingCells(connection, [...alone, ...[...members.values()].flat()], paths);
  const cellsOf = (id: string) => cells.get(id) ?? paths.map(() => 'absent' as const);
  return lines.map((line) => {
    const { kind, row } = line;
    const own =
      kind === 'search' ? cellsOf(row.id) : commonCells((members.get(row.id) ?? []).map(cellsOf));
    const named = paths.map((path, index) => [path, own[index] ?? 'absent'] as const);
    return { ...line, settings: Object.fromEntries(named) };
  });
}

function sweepLine(found: Place, summary: SweepSummary): StoredLine {
  return {
    kind: 'sweep',
    position: present(found.place, 'place'),
    siblings: found.roots,
    row: summary,
    matching: present(found.matching, 'matching searches'),
    isExpanded: found.isExpanded === true,
  };
}

function searchLine(found: Place, stored: StoredRow): StoredLine {
  const { place, roots, point } = found;
  if (point === undefined) {
    const position = present(place, 'place');
    return { kind: 'search', position, siblings: roots, row: stored, sweep: undefined };
  }
  return {
    kind: 'search',
    position: present(found.member, 'place in its sweep'),
    siblings: present(found.size, 'number of siblings'),
    row: stored,
    sweep: {
      id: present(found.sweepId, 'sweep'),
      name: present(found.sweepName, "sweep's name"),
      axes: present(found.axes, "sweep's axes"),
      point,
    },
  };
}

/** What each line of the page holds. There is always at least one row, for the counts. */
function findPlaces(connection: Connection, query: LinesQuery): Place[] {
  const { filter, sort, expanded, limit, offset } = query;
  const { where, values } = conditionsOf(filter, () => knownSettings(connection));
  const key = sortKeyOf(sort.column);
  const sweepKey = sweepSortKeyOf(sort.column);
  const direction = sort.direction === 'ascending' ? 'ASC' : 'DESC';
  // Names of sweeps sort like those of searches.
  const byKey = `sort_key COLLATE NOCASE ${direction} NULLS LAST`;
  // The searches of a sweep are equally old, so they keep the order of the grid.
  const inSweep = sort.column === 'created' ? 'grid_position' : `${byKey}, grid_position`;
  return connection
    .prepare(
      `WITH matching AS MATERIALIZED (
         SELECT row_id, search_id, sweep_id, grid_position, ${key.sql} AS sort_key,
           created_at
         FROM search_rows WHERE ${where}
       ),
       groups AS MATERIALIZED (
         SELECT sweep_id, json_group_array(search_id ORDER BY ${inSweep}) AS ids, count(*) AS size,
           sweep_id IN (SELECT value FROM json_each(?)) AS is_expanded
         FROM matching WHERE sweep_id IS NOT NULL GROUP BY sweep_id
       ),
       roots AS (
         SELECT row_id, NULL AS sweep_id, sort_key, created_at FROM matching WHERE sweep_id IS NULL
         UNION ALL
         SELECT NULL, id, ${sweepKey.sql}, created_at
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
      PLACE,
    )
    .all(
      ...[...key.values, ...values, JSON.stringify(expanded), ...sweepKey.values, limit, offset],
    );
}

function rowsOf(connection: Connection, places: readonly Place[]): Map<number, StoredRow> {
  const ids = places.flatMap(({ rowId }) => rowId ?? []);
  const found = connection
    .prepare(
      `SELECT ${COLUMNS} FROM json_each(?) AS wanted
       JOIN search_rows ON row_id = wanted.value ORDER BY wanted.key`,
      LISTED_ROW,
    )
    .all(JSON.stringify(ids));
  const rows = withEffects(connection, withDamage(connection, found));
  return new Map(rows.map(({ rowId, ...stored }) => [rowId, stored]));
}

function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`a line of the history has no ${what}`);
  return value;
}
