/** Settings of saved searches, for the columns and the filter of the history. */
import type { SettingCell, ValueCount } from '../../shared/contract/records/history.ts';
import type { Json } from '../../shared/contract/json.ts';
import { fieldNamed, type KnownSetting, type SettingKind } from '../../shared/history/fields.ts';
import { settingText } from '../../shared/history/columns.ts';
import { settingsNamed } from '../../shared/history/fields.ts';
import { integer, optional, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { anyJsonText, listOfJson } from './stored-json.ts';

/** Settings as they were computed with, durations in iterations. Damaged ones have no paths. */
export const RESOLVED =
  "iif(json_valid(coalesce(resolved, settings)), coalesce(resolved, settings), '{}')";
/** Settings as they were written, durations perhaps in epochs. */
export const WRITTEN = "iif(json_valid(settings), settings, '{}')";

/** What SQLite calls the place of a setting. It is always bound, and never becomes SQL. */
export function jsonPath(path: string): string {
  return `$${path
    .split('.')
    .map((part) => `."${part}"`)
    .join('')}`;
}

const FOUND = row({ place: text, type: text });
const NEWEST = scalar(optional(integer));
const CELLS = row({ id: text, values: listOfJson });
const COUNTED = row({ value: anyJsonText, searches: integer });

const KINDS: Readonly<Record<string, SettingKind>> = {
  integer: 'number',
  real: 'number',
  text: 'text',
  true: 'flag',
  false: 'flag',
  array: 'list',
};

interface Known {
  /** The newest row that has been read. */
  newest: number;
  readonly kinds: Map<string, Set<SettingKind>>;
}

/** Which settings searches have hardly ever changes, so only new searches are read. */
const KNOWN = new WeakMap<Connection, Known>();

/** The settings that saved searches have, in the order of their paths. What lists hold is not named. */
export function knownSettings(connection: Connection): KnownSetting[] {
  const known = KNOWN.get(connection) ?? { newest: 0, kinds: new Map<string, Set<SettingKind>>() };
  KNOWN.set(connection, known);
  const newest = connection.prepare('SELECT max(id) FROM history', NEWEST).get() ?? 0;
  if (newest > known.newest) {
    const found = connection
      .prepare(
        `SELECT DISTINCT found.fullkey AS place, found.type
         FROM history JOIN searches ON searches.id = search_id, json_tree(${RESOLVED}) AS found
         WHERE history.id > ? AND found.type NOT IN ('object', 'null')
           AND found.fullkey NOT LIKE '%[%'`,
        FOUND,
      )
      .all(known.newest);
    for (const { place, type } of found) {
      const path = place.replaceAll('"', '').replace(/^\$\.?/, '');
      const kind = KINDS[type];
      if (path === '' || kind === undefined) continue;
      known.kinds.set(path, (known.kinds.get(path) ?? new Set<SettingKind>()).add(kind));
    }
    known.newest = newest;
  }
  return [...known.kinds]
    .map(([path, kinds]) => ({ path, kinds: [...kinds] }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The settings at these paths, by the id of the search, in the order of the paths. */
export function settingCells(
  connection: Connection,
  searchIds: readonly string[],
  paths: readonly string[],
): Map<string, readonly SettingCell[]> {
  if (paths.length === 0 || searchIds.length === 0) return new Map();
  const found = connection
    .prepare(
      `SELECT searches.id AS id,
         (SELECT json_group_array(json(${RESOLVED} -> asked.value) ORDER BY asked.key)
          FROM json_each(?) AS asked) AS "values"
       FROM json_each(?) AS wanted JOIN searches ON searches.id = wanted.value`,
      CELLS,
    )
    .all(JSON.stringify(paths.map(jsonPath)), JSON.stringify(searchIds));
  return new Map(found.map(({ id, values }) => [id, values.map(cellOf)]));
}

const cellOf = (value: Json): SettingCell => (value === null ? 'absent' : { value });

/** What all searches of a sweep share. */
export function commonCells(cells: readonly (readonly SettingCell[])[]): SettingCell[] {
  const [first, ...others] = cells;
  if (!first) return [];
  return first.map((cell, index) => {
    const text = JSON.stringify(cell);
    return others.every((other) => JSON.stringify(other[index]) === text) ? cell : 'varies';
  });
}

const MOST_VALUES = 200;

/** Columns of `search_rows` whose values are offered. */
const OFFERED: Readonly<Record<string, string>> = {
  strategy: 'strategy',
  architecture: 'architecture',
  dataset: 'dataset',
  optimizer: 'optimizer',
  schedule: 'schedule',
  levels: 'levels',
  replicates: 'replicates',
  iterations: 'iterations',
  state: 'state',
  verdict: "coalesce(verdict_kind, 'none')",
};

/** The commonest values of a field or setting. */
export function valuesOf(connection: Connection, name: string): ValueCount[] {
  const field = fieldNamed(name);
  const column = OFFERED[field?.name ?? ''];
  const query = (value: string, from: string) =>
    connection.prepare(
      `SELECT json_quote(value) AS value, count(*) AS searches FROM (
         SELECT ${value} AS value FROM ${from}
       ) WHERE value IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_VALUES}`,
      COUNTED,
    );
  const rows =
    field?.kind === 'tag'
      ? query(
          'tag',
          'tags JOIN history ON history.search_id = tags.search_id WHERE deleted_at IS NULL',
        ).all()
      : column !== undefined
        ? query(column, 'search_rows WHERE deleted_at IS NULL').all()
        : ofSetting();
  return rows.map(({ value, searches }) => ({ value: settingText(value), searches }));

  function ofSetting() {
    const paths =
      field?.path === undefined
        ? settingsNamed(name, knownSettings(connection)).map(({ path }) => path)
        : [field.path];
    if (paths.length === 0) return [];
    return connection
      .prepare(
        `SELECT value, count(*) AS searches FROM (
           SELECT ${RESOLVED} -> asked.value AS value
           FROM json_each(?) AS asked, history JOIN searches ON searches.id = search_id
           WHERE deleted_at IS NULL
         ) WHERE value IS NOT NULL AND value <> 'null'
         GROUP BY value ORDER BY searches DESC, value LIMIT ${MOST_VALUES}`,
        COUNTED,
      )
      .all(JSON.stringify(paths.map(jsonPath)));
  }
}
