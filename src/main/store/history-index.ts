/**
 * What searches are found by: the words that users write about them, the words of their settings, and
 * their settings by path. All of it is written again whenever what it follows from changes.
 */
import { integer, optional, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { noSearch } from './not-found.ts';

/** The texts that a search is found by, except those of its settings. */
const WORDS = row({ id: integer, name: text, note: text, tags: optional(text) });

/** For use within the transaction that changes names, notes or tags. */
export function indexWords(connection: Connection, searchIds: readonly string[]): void {
  const select = connection.prepare(
    `SELECT history.id, name, note,
       (SELECT group_concat(tag, ' ') FROM tags WHERE tags.search_id = searches.id) AS tags
     FROM history JOIN searches ON searches.id = search_id WHERE search_id = ?`,
    WORDS,
  );
  const remove = connection.prepare('DELETE FROM history_text WHERE rowid = ?');
  const insert = connection.prepare('INSERT INTO history_text (rowid, words) VALUES (?, ?)');
  for (const searchId of searchIds) {
    const found = select.get(searchId);
    if (!found) throw noSearch(searchId);
    remove.run(found.id);
    insert.run(found.id, [searchId, found.name, found.note, found.tags ?? ''].join('\n'));
  }
}

/** For use within the transaction that writes the settings. */
export function indexSettings(connection: Connection, searchId: string): void {
  const rowId = connection
    .prepare('SELECT id FROM history WHERE search_id = ?', scalar(integer))
    .one(searchId);
  for (const change of [
    'DELETE FROM settings_text WHERE rowid = ?',
    `INSERT INTO settings_text (rowid, words)
     SELECT history.id, settings FROM history JOIN searches ON searches.id = search_id
     WHERE history.id = ?`,
    `DELETE FROM search_settings WHERE path_id IN (SELECT id FROM setting_paths) AND row_id = ?`,
    `INSERT OR IGNORE INTO setting_paths (path, kind)
     SELECT path, kind FROM parsed_settings WHERE row_id = ?`,
    `INSERT INTO search_settings (path_id, row_id, value, written)
     SELECT setting_paths.id, row_id, value, written
     FROM parsed_settings JOIN setting_paths USING (path, kind) WHERE row_id = ?`,
  ]) {
    connection.prepare(change).run(rowId);
  }
  connection
    .prepare(
      `DELETE FROM setting_paths
       WHERE NOT EXISTS (SELECT 1 FROM search_settings WHERE path_id = setting_paths.id)`,
    )
    .run();
}

/** Searches whose settings by path are not those that they have: all of them, or only this one. */
export function wronglyIndexed(connection: Connection, searchId?: string): string[] {
  const which = searchId === undefined ? '' : 'WHERE row_id = (SELECT id FROM asked)';
  const columns = 'row_id, path, kind, value, written';
  const parsed = `SELECT ${columns} FROM parsed_settings ${which}`;
  const stored = `SELECT ${columns} FROM setting_paths
    CROSS JOIN search_settings ON path_id = setting_paths.id ${which}`;
  return connection
    .prepare(
      `WITH asked AS (SELECT id FROM history WHERE search_id = @searchId)
       SELECT search_id FROM history WHERE id IN (
         SELECT row_id FROM (${parsed} EXCEPT ${stored})
         UNION SELECT row_id FROM (${stored} EXCEPT ${parsed})
       ) ORDER BY search_id`,
      scalar(text),
    )
    .all({ searchId: searchId ?? null });
}
