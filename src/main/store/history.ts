/** The table of all searches: with users' names, notes and tags, and the words by which searches are found. */
import type {
  LinesQuery,
  SearchFilter,
  SearchQuery,
  SearchSort,
} from '../../shared/contract/calls.ts';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { SettingCell, TagCount, ValueCount } from '../../shared/contract/records/history.ts';
import { SEARCH_STATES, type SearchState } from '../../shared/contract/records/search-rows.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { changePart, sealPart } from './checksums.ts';
import { type DecodedBy, integer, oneOf, row, scalar, text } from './columns.ts';
import type { KnownSetting } from '../../shared/history/fields.ts';
import { withDamage } from './history-damage.ts';
import { withEffects } from './history-effects.ts';
import { indexSettings, indexWords } from './history-index.ts';
import { findLines, type StoredPage } from './history-lines.ts';
import { COLUMNS, conditionsOf, LISTED_ROW, orderOf, type StoredRow } from './history-sql.ts';
import { knownSettings, settingCells, valuesOf } from './history-settings.ts';
import {
  type HistorySummary,
  lacksEffect,
  saveSummary,
  unsummarized,
  withoutEffect,
} from './history-summaries.ts';
import { noSearch } from './not-found.ts';
import { StorePart } from './part.ts';

const STATE = scalar(oneOf(SEARCH_STATES));

const TAG_COUNT = row({ tag: text, searches: integer });

/** The table of all searches, with what users add to them. */
export class History extends StorePart {
  /** Shows the settings of an extended search. For use within the transaction that extends it. */
  update(searchId: string, { pruning, replicates }: Settings): void {
    this.connection
      .prepare('UPDATE history SET levels = ?, replicates = ? WHERE search_id = ?')
      .run(pruning.levels, replicates.count, searchId);
    indexSettings(this.connection, searchId);
  }

  /** Adds a new search's row. For use within the transaction that creates the search. */
  add(searchId: string, settings: Settings): void {
    this.setDerived(searchId, settings);
    indexSettings(this.connection, searchId);
    indexWords(this.connection, [searchId]);
  }

  /**
   * What follows from the settings of a search and its place in a sweep. For use within the transaction
   * that seals the row.
   */
  setDerived(searchId: string, settings: Settings): void {
    const { dataset, architecture, training, pruning, replicates } = settings;
    this.connection
      .prepare(
        `INSERT INTO history (search_id, created_at, dataset, architecture, optimizer, strategy,
           schedule, levels, replicates, iterations, sweep_id, grid_position)
         SELECT id, created_at, ?, ?, ?, ?, ?, ?, ?, ?, sweep_id, position
         FROM searches LEFT JOIN sweep_points ON sweep_points.search_id = id WHERE id = ?
         ON CONFLICT (search_id) DO UPDATE SET created_at = excluded.created_at,
           dataset = excluded.dataset, architecture = excluded.architecture,
           optimizer = excluded.optimizer, strategy = excluded.strategy,
           schedule = excluded.schedule, levels = excluded.levels,
           replicates = excluded.replicates, iterations = excluded.iterations,
           sweep_id = excluded.sweep_id, grid_position = excluded.grid_position`,
      )
      .run(
        dataset.id,
        architecture.id,
        training.optimizer.id,
        pruning.strategy.id,
        pruning.schedule,
        pruning.levels,
        replicates.count,
        training.iterations,
        searchId,
      );
  }

  /** Writes what a search is found by again. */
  reindex(searchId: string): void {
    this.connection.write("the search can't be indexed", () => {
      indexSettings(this.connection, searchId);
      indexWords(this.connection, [searchId]);
    });
  }

  /** @throws WorkbenchError `not-found`, also for a search that is marked as deleted. */
  get(searchId: string): StoredRow {
    return this.connection.read("the search can't be read", () => {
      const found = this.connection
        .prepare(
          `SELECT ${COLUMNS} FROM search_rows WHERE search_id = ? AND deleted_at IS NULL`,
          LISTED_ROW,
        )
        .all(searchId);
      const [shown] = this.#rowsOf(found);
      if (!shown) throw noSearch(searchId);
      return shown;
    });
  }

  /** @throws WorkbenchError `not-found`, also for a search that is marked as deleted. */
  state(searchId: string): SearchState {
    return this.connection.read("the search can't be read", () => {
      const state = this.#findState(searchId);
      if (state === undefined) throw noSearch(searchId);
      return state;
    });
  }

  /** The rows that exist for these ids, in the given order. */
  many(searchIds: readonly string[]): StoredRow[] {
    return this.connection.read("the searches can't be read", () =>
      this.#rowsOf(
        this.connection
          .prepare(
            `SELECT ${COLUMNS} FROM json_each(?) AS wanted
             JOIN search_rows ON search_rows.search_id = wanted.value
             WHERE deleted_at IS NULL ORDER BY wanted.key`,
            LISTED_ROW,
          )
          .all(JSON.stringify(searchIds)),
      ),
    );
  }

  /** One page of the searches that match, and how many match in all. */
  list({ filter, sort, limit, offset }: SearchQuery): { rows: StoredRow[]; total: number } {
    return this.connection.read("the searches can't be read", () => {
      const { where, values } = conditionsOf(filter, () => knownSettings(this.connection));
      const order = orderOf(sort);
      const total = this.connection
        .prepare(`SELECT count(*) FROM search_rows WHERE ${where}`, scalar(integer))
        .one(...values);
      // The page is found first, in narrow rows. Then its rows are read in full.
      const rows = this.connection
        .prepare(
          `WITH page AS MATERIALIZED (
             SELECT row_id AS page_id FROM search_rows WHERE ${where} ORDER BY ${order.sql}
             LIMIT ? OFFSET ?
           )
           SELECT ${COLUMNS} FROM search_rows JOIN page ON page_id = row_id
           ORDER BY ${order.sql}`,
          LISTED_ROW,
        )
        .all(...values, ...order.values, limit, offset, ...order.values);
      return { rows: this.#rowsOf(rows), total };
    });
  }

  /** One page of the history with its sweeps as groups. */
  lines(query: LinesQuery): StoredPage {
    return this.connection.read("the history can't be read", () =>
      findLines(this.connection, query),
    );
  }

  /** The ids of all that match, in order. */
  ids(filter: SearchFilter, sort: SearchSort): string[] {
    return this.connection.read("the searches can't be read", () => {
      const { where, values } = conditionsOf(filter, () => knownSettings(this.connection));
      const order = orderOf(sort);
      return this.connection
        .prepare(
          `SELECT search_id FROM search_rows WHERE ${where} ORDER BY ${order.sql}`,
          scalar(text),
        )
        .all(...values, ...order.values);
    });
  }

  /** The settings that saved searches have. */
  settings(): KnownSetting[] {
    return this.connection.read("the settings of searches can't be read", () =>
      knownSettings(this.connection),
    );
  }

  /** The settings of these searches at these paths, by id, in the order of the paths. */
  settingCells(
    searchIds: readonly string[],
    paths: readonly string[],
  ): Map<string, readonly SettingCell[]> {
    return this.connection.read("the settings of searches can't be read", () =>
      settingCells(this.connection, searchIds, paths),
    );
  }

  /** The commonest values of a field of the filter or of a setting. */
  values(name: string): ValueCount[] {
    return this.connection.read("the values of searches can't be read", () =>
      valuesOf(this.connection, name),
    );
  }

  /** @throws WorkbenchError `not-found`. */
  rename(searchId: string, name: string): void {
    this.#relabel([searchId], () => {
      this.connection.prepare('UPDATE searches SET name = ? WHERE id = ?').run(name, searchId);
    });
  }

  /** @throws WorkbenchError `not-found`. */
  setNote(searchId: string, note: string): void {
    this.#relabel([searchId], () => {
      this.connection
        .prepare('UPDATE history SET note = ? WHERE search_id = ?')
        .run(note, searchId);
    });
  }

  /**
   * Changes all searches or none.
   *
   * @throws WorkbenchError `not-found`.
   */
  setTags(searchIds: readonly string[], add: readonly string[], remove: readonly string[]): void {
    this.#relabel(searchIds, () => {
      const deleteTag = this.connection.prepare('DELETE FROM tags WHERE search_id = ? AND tag = ?');
      const insertTag = this.connection.prepare('INSERT OR REPLACE INTO tags VALUES (?, ?)');
      for (const searchId of searchIds) {
        for (const tag of remove) deleteTag.run(searchId, tag);
        for (const tag of add) insertTag.run(searchId, tag);
      }
    });
  }

  /** @throws WorkbenchError `not-found`; no search is changed then. */
  setArchived(searchIds: readonly string[], isArchived: boolean): void {
    this.#change(searchIds, () => {
      const archivedAt = isArchived ? this.connection.now() : null;
      const update = this.connection.prepare(
        'UPDATE history SET archived_at = ? WHERE search_id = ?',
      );
      for (const searchId of searchIds) update.run(archivedAt, searchId);
    });
  }

  /**
   * Marks searches as deleted, all of them or none. They can't be found until `unmarkDeleted`.
   *
   * @throws WorkbenchError `not-found`; `conflict` naming a search that is running or queued.
   */
  markDeleted(searchIds: readonly string[]): void {
    this.#change(searchIds, () => {
      const mark = this.connection.prepare('UPDATE history SET deleted_at = ? WHERE search_id = ?');
      for (const searchId of searchIds) {
        const state = this.#findState(searchId);
        if (state === 'running' || state === 'queued' || state === 'paused') {
          throw new WorkbenchError(
            'conflict',
            `the search ${searchId} is ${state} and can't be deleted`,
            'Stop it first; no search was deleted.',
          );
        }
        mark.run(this.connection.now(), searchId);
      }
    });
  }

  /** Restores searches that are marked as deleted and not yet purged. Returns the restored ids. */
  unmarkDeleted(searchIds: readonly string[]): string[] {
    return this.connection.write("the searches can't be restored", () => {
      const unmark = this.connection.prepare(
        'UPDATE history SET deleted_at = NULL WHERE search_id = ? AND deleted_at IS NOT NULL',
      );
      return changePart(this.connection, 'labels', searchIds, () =>
        searchIds.filter((searchId) => unmark.run(searchId).changes > 0),
      );
    });
  }

  /** Searches marked as deleted before a moment (Unix time, milliseconds). */
  deletedBefore(moment: number): string[] {
    return this.connection.read("the searches can't be read", () =>
      this.connection
        .prepare('SELECT search_id FROM history WHERE deleted_at < ?', scalar(text))
        .all(moment),
    );
  }

  /** Every tag in use, most used first. */
  tags(): TagCount[] {
    return this.connection.read("the tags can't be read", () =>
      this.connection
        .prepare(
          `SELECT tag, count(*) AS searches FROM tags
           JOIN history ON history.search_id = tags.search_id WHERE deleted_at IS NULL
           GROUP BY tag ORDER BY searches DESC, tag`,
          TAG_COUNT,
        )
        .all(),
    );
  }

  /** Searches with finished trainings that their summary does not count. */
  unsummarized(): string[] {
    return this.connection.read("the searches can't be read", () => unsummarized(this.connection));
  }

  /** Searches that an earlier version has summarised without effect sizes, newest first; none in the trash. */
  withoutEffect(): string[] {
    return this.connection.read("the searches can't be read", () => withoutEffect(this.connection));
  }

  /** Whether `withoutEffect` has this search. */
  lacksEffect(searchId: string): boolean {
    return this.connection.read("the search can't be read", () =>
      lacksEffect(this.connection, searchId),
    );
  }

  /** A summary lost in a power cut is computed again: see `unsummarized`. */
  saveSummary(searchId: string, summary: HistorySummary): void {
    this.connection.writeUnsynced("the summary can't be saved", () => {
      saveSummary(this.connection, searchId, summary);
    });
  }

  #rowsOf(found: readonly DecodedBy<typeof LISTED_ROW>[]): StoredRow[] {
    return withEffects(this.connection, withDamage(this.connection, found)).map(
      ({ rowId: _rowId, ...shown }) => shown,
    );
  }

  #findState(searchId: string): SearchState | undefined {
    return this.connection
      .prepare('SELECT state FROM search_rows WHERE search_id = ? AND deleted_at IS NULL', STATE)
      .get(searchId);
  }

  /** Changes what users add to searches, all of them or none, and updates the text index. */
  #change(searchIds: readonly string[], change: () => void): void {
    this.connection.write("the change can't be saved", () => {
      const exists = this.connection.prepare(
        'SELECT 1 FROM history WHERE search_id = ? AND deleted_at IS NULL',
        scalar(integer),
      );
      for (const searchId of searchIds) {
        if (exists.get(searchId) === undefined) throw noSearch(searchId);
      }
      changePart(this.connection, 'labels', searchIds, change);
      indexWords(this.connection, searchIds);
    });
  }

  /** As `#change`, for words: who changes one of them has seen the others, which are kept as they are. */
  #relabel(searchIds: readonly string[], change: () => void): void {
    this.#change(searchIds, () => {
      change();
      sealPart(this.connection, 'labels', searchIds);
    });
  }
}
