/** Settings of saved searches, for the columns and the filter of the history. */
import { z } from 'zod';
import type { SettingCell, ValueCount } from '../../shared/contract/records/history.ts';
import type { Json } from '../../shared/contract/json.ts';
import { groupBy } from '../../shared/group-by.ts';
import { settingText } from '../../shared/history/columns.ts';
import {
  fieldNamed,
  type KnownSetting,
  type SettingKind,
  settingsNamed,
} from '../../shared/history/fields.ts';
import { integer, oneOf, real, row, storedValues, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { anyJsonText } from './stored-json.ts';

const KINDS = ['number', 'text', 'flag', 'list'] as const satisfies readonly SettingKind[];
// A damaged index must not hide the searches; "ticket doctor --deep" finds it.
const kind = oneOf(KINDS).catch('text');
/** A number; a text; 'true' or 'false'; a list as JSON. */
const value = z.union([real, text]).catch('');
const FOUND = row({ path: text, kind });
const COUNTED_SETTING = row({ kind, value, searches: integer });
const COUNTED = row({ value: anyJsonText, searches: integer });

/** A setting of a search in `search_rows`, as it was computed with: an SQL expression with a path. */
export const SETTING = `(SELECT value FROM setting_paths JOIN search_settings
  ON path_id = setting_paths.id AND search_settings.row_id = search_rows.row_id WHERE path = ?)`;

/** The settings that saved searches have, in the order of their paths. What lists hold is not named. */
export function knownSettings(connection: Connection): KnownSetting[] {
  const found = connection
    .prepare('SELECT path, kind FROM setting_paths ORDER BY path, kind', FOUND)
    .all();
  return [...groupBy(found, ({ path }) => path)].map(([path, settings]) => ({
    path,
    kinds: settings.map((setting) => setting.kind),
  }));
}

/** The settings at these paths, by the id of the search, in the order of the paths. */
export function settingCells(
  connection: Connection,
  searchIds: readonly string[],
  paths: readonly string[],
): Map<string, readonly SettingCell[]> {
  if (paths.length === 0) return new Map();
  const found = connection
    .prepare(
      `SELECT wanted.key AS search, asked.key AS place, kind, search_settings.value
       FROM json_each(?) AS wanted CROSS JOIN history ON search_id = wanted.value
       CROSS JOIN json_each(?) AS asked
       CROSS JOIN setting_paths ON setting_paths.path = asked.value
       CROSS JOIN search_settings ON path_id = setting_paths.id AND row_id = history.id`,
      // Not checked by a schema, which would take most of the time: there may be 10,000 searches.
      storedValues,
    )
    .all(JSON.stringify(searchIds), JSON.stringify(paths));
  const cells = searchIds.map(() => paths.map((): SettingCell => 'absent'));
  for (const [search, place, kind, value] of found) {
    cells[Number(search)]![Number(place)] = { value: settingOf({ kind, value }) };
  }
  return new Map(searchIds.map((id, index) => [id, cells[index]!]));
}

/** The row may be damaged. */
function settingOf({ kind, value }: { readonly kind: unknown; readonly value: unknown }): Json {
  if (kind === 'flag') return value === 'true';
  if (typeof value !== 'string') return typeof value === 'number' ? value : null;
  const list = kind === 'list' ? anyJsonText.safeParse(value) : undefined;
  return list?.success === true ? list.data : value;
}

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
  const query = (expression: string, from: string) =>
    connection.prepare(
      `SELECT json_quote(value) AS value, count(*) AS searches FROM (
         SELECT ${expression} AS value FROM ${from}
       ) WHERE value IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_VALUES}`,
      COUNTED,
    );
  if (field?.kind === 'tag') {
    const from = 'tags JOIN history ON history.search_id = tags.search_id WHERE deleted_at IS NULL';
    return query('tag', from).all().map(counted);
  }
  if (column !== undefined) {
    return query(column, 'search_rows WHERE deleted_at IS NULL').all().map(counted);
  }
  const paths =
    field?.path === undefined
      ? settingsNamed(name, knownSettings(connection)).map(({ path }) => path)
      : [field.path];
  return connection
    .prepare(
      `SELECT kind, search_settings.value, count(*) AS searches
       FROM json_each(?) AS asked JOIN setting_paths ON setting_paths.path = asked.value
       JOIN search_settings ON path_id = setting_paths.id JOIN history ON history.id = row_id
       WHERE deleted_at IS NULL
       GROUP BY kind, search_settings.value
       ORDER BY searches DESC, search_settings.value LIMIT ${MOST_VALUES}`,
      COUNTED_SETTING,
    )
    .all(JSON.stringify(paths))
    .map((setting) => counted({ value: settingOf(setting), searches: setting.searches }));
}

const counted = ({ value: found, searches }: { value: Json; searches: number }): ValueCount => ({
  value: settingText(found),
  searches,
});
