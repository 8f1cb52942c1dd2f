/** The table of all searches: what users say about them, and what they are found by. */
import type {
  LinesQuery,
  SearchFilter,
  SearchQuery,
  SearchSort,
} from '../../shared/contract/calls.ts';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { HeadlineVerdict, TagCount } from '../../shared/contract/records.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { withoutSync } from './database.ts';
import { findLines, type StoredPage } from './history-lines.ts';
import {
  COLUMNS,
  conditionsOf,
  FROM,
  JOINS,
  orderOf,
  type Row,
  rowOf,
  STATE,
  type StoredRow,
} from './history-sql.ts';
import { StorePart } from './part.ts';
import type { Statements } from './statements.ts';

/** What the table shows of a search's results, summed up by the workbench. */
export interface HistorySummary {
  /** How many finished trainings it is a summary of. */
  readonly trainings: number;
  readonly trainingMilliseconds: number;
  readonly verdict: HeadlineVerdict | undefined;
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  readonly sparkline: Float32Array;
}

export class History extends StorePart {
  readonly #statements: Statements;

  constructor(statements: Statements, ...shared: ConstructorParameters<typeof StorePart>) {
    super(...shared);
    this.#statements = statements;
  }

  /** Makes a new search's row. Call it inside the transaction that creates the search. */
  add(searchId: string, settings: Settings): void {
    const { dataset, architecture, training, pruning, replicates } = settings;
    this.database
      .prepare(
        `INSERT INTO history (search_id, created_at, dataset, architecture, optimizer, strategy,
           schedule, levels, replicates, iterations)
         SELECT id, created_at, ?, ?, ?, ?, ?, ?, ?, ? FROM searches WHERE id = ?`,
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
    this.database
      .prepare(
        `INSERT INTO settings_text (rowid, words)
         SELECT history.id, settings FROM history JOIN searches ON searches.id = search_id
         WHERE search_id = ?`,
      )
      .run(searchId);
    this.#index([searchId]);
  }

  /** @throws WorkbenchError `not-found`, also for a search that is marked as deleted. */
  get(searchId: string): StoredRow {
    return this.guard("the search can't be read", () => {
      const row = this.database
        .prepare<[string], Row>(
          `SELECT ${COLUMNS} ${FROM} WHERE history.search_id = ? AND deleted_at IS NULL`,
        )
        .get(searchId);
      if (!row) throw notFound(searchId);
      return rowOf(row);
    });
  }

  /** Those of the ids that are there, in the order given. */
  many(searchIds: readonly string[]): StoredRow[] {
    return this.guard("the searches can't be read", () =>
      this.database
        .prepare<[string], Row>(
          `SELECT ${COLUMNS} FROM json_each(?) AS wanted
           JOIN history ON history.search_id = wanted.value ${JOINS}
           WHERE deleted_at IS NULL ORDER BY wanted.key`,
        )
        .all(JSON.stringify(searchIds))
        .map(rowOf),
    );
  }

  /** One page of the searches that match, and how many match in all. */
  list({ filter, sort, limit, offset }: SearchQuery): { rows: StoredRow[]; total: number } {
    return this.guard("the searches can't be read", () => {
      const { where, values } = conditionsOf(filter);
      const total = this.database
        .prepare<unknown[], number>(`SELECT count(*) ${FROM} WHERE ${where}`)
        .pluck()
        .get(...values)!;
      // The page is found first, in narrow rows; then its rows are read whole.
      const rows = this.database
        .prepare<unknown[], Row>(
          `WITH page AS MATERIALIZED (
             SELECT history.id AS page_id ${FROM} WHERE ${where} ORDER BY ${orderOf(sort)}
             LIMIT ? OFFSET ?
           )
           SELECT ${COLUMNS} ${FROM} JOIN page ON page_id = history.id ORDER BY ${orderOf(sort)}`,
        )
        .all(...values, limit, offset)
        .map(rowOf);
      return { rows, total };
    });
  }

  /** One page of the history with its sweeps as groups. */
  lines(query: LinesQuery): StoredPage {
    return this.guard("the history can't be read", () =>
      // What is read in several steps is of one moment.
      this.database.transaction(() => findLines(this.database, query))(),
    );
  }

  /** The ids of all that match, in order. */
  ids(filter: SearchFilter, sort: SearchSort): string[] {
    return this.guard("the searches can't be read", () => {
      const { where, values } = conditionsOf(filter);
      return this.database
        .prepare<unknown[], string>(
          `SELECT history.search_id ${FROM} WHERE ${where} ORDER BY ${orderOf(sort)}`,
        )
        .pluck()
        .all(...values);
    });
  }

  /** @throws WorkbenchError `not-found`. */
  rename(searchId: string, name: string): void {
    this.#change([searchId], () => {
      this.database.prepare('UPDATE searches SET name = ? WHERE id = ?').run(name, searchId);
    });
  }

  /** @throws WorkbenchError `not-found`. */
  setNote(searchId: string, note: string): void {
    this.#change([searchId], () => {
      this.database.prepare('UPDATE history SET note = ? WHERE search_id = ?').run(note, searchId);
    });
  }

  /**
   * All searches or none.
   *
   * @throws WorkbenchError `not-found`.
   */
  setTags(searchIds: readonly string[], add: readonly string[], remove: readonly string[]): void {
    this.#change(searchIds, () => {
      const deleteTag = this.database.prepare('DELETE FROM tags WHERE search_id = ? AND tag = ?');
      const insertTag = this.database.prepare('INSERT OR REPLACE INTO tags VALUES (?, ?)');
      for (const searchId of searchIds) {
        for (const tag of remove) deleteTag.run(searchId, tag);
        for (const tag of add) insertTag.run(searchId, tag);
      }
    });
  }

  /** @throws WorkbenchError `not-found`; no search is changed then. */
  setArchived(searchIds: readonly string[], isArchived: boolean): void {
    this.#change(searchIds, () => {
      const update = this.database.prepare(
        'UPDATE history SET archived_at = ? WHERE search_id = ?',
      );
      for (const searchId of searchIds) update.run(isArchived ? this.now() : null, searchId);
    });
  }

  /**
   * Marks searches as deleted, all of them or none: they are found no more until `unmarkDeleted`.
   *
   * @throws WorkbenchError `not-found`; `conflict` naming one that is running or waiting to.
   */
  markDeleted(searchIds: readonly string[]): void {
    this.#change(searchIds, () => {
      const stateOf = this.database
        .prepare<[string], string>(`SELECT ${STATE} ${FROM} WHERE history.search_id = ?`)
        .pluck();
      const mark = this.database.prepare('UPDATE history SET deleted_at = ? WHERE search_id = ?');
      for (const searchId of searchIds) {
        const state = stateOf.get(searchId);
        if (state === 'running' || state === 'queued' || state === 'paused') {
          throw new WorkbenchError(
            'conflict',
            `the search ${searchId} is ${state} and can't be deleted`,
            'Stop it first; no search was deleted.',
          );
        }
        mark.run(this.now(), searchId);
      }
    });
  }

  /** Brings back what is marked as deleted and not yet purged; the ids that were brought back. */
  unmarkDeleted(searchIds: readonly string[]): string[] {
    return this.guard("the searches can't be brought back", () =>
      this.database
        .transaction(() => {
          const unmark = this.database.prepare(
            'UPDATE history SET deleted_at = NULL WHERE search_id = ? AND deleted_at IS NOT NULL',
          );
          return searchIds.filter((searchId) => unmark.run(searchId).changes > 0);
        })
        .immediate(),
    );
  }

  /** Searches that were marked as deleted before a moment (Unix time, milliseconds). */
  deletedBefore(moment: number): string[] {
    return this.guard("the searches can't be read", () =>
      this.database
        .prepare<[number], string>('SELECT search_id FROM history WHERE deleted_at < ?')
        .pluck()
        .all(moment),
    );
  }

  /** Every tag in use, most used first. */
  tags(): TagCount[] {
    return this.guard("the tags can't be read", () =>
      this.database
        .prepare<[], TagCount>(
          `SELECT tag, count(*) AS searches FROM tags
           JOIN history ON history.search_id = tags.search_id WHERE deleted_at IS NULL
           GROUP BY tag ORDER BY searches DESC, tag`,
        )
        .all(),
    );
  }

  /** Searches with trainings that their summary does not know of. */
  unsummarized(): string[] {
    return this.guard("the searches can't be read", () =>
      this.database
        .prepare<[], string>(
          `SELECT search_id FROM history JOIN searches ON searches.id = search_id
           WHERE summarized_trainings <> trainings_done`,
        )
        .pluck()
        .all(),
    );
  }

  saveSummary(searchId: string, summary: HistorySummary): void {
    const { verdict, sparkline } = summary;
    const update = this.#statements.prepare(
      `UPDATE history SET summarized_trainings = @trainings,
         training_milliseconds = @trainingMilliseconds, verdict_kind = @kind,
         verdict_level = @level, verdict_density = @density, verdict_reason = @reason,
         dense_accuracy = @denseAccuracy, best_accuracy = @bestAccuracy, sparkline = @sparkline
       WHERE search_id = @searchId`,
    );
    const row = {
      searchId,
      trainings: summary.trainings,
      trainingMilliseconds: summary.trainingMilliseconds,
      kind: verdict?.kind ?? null,
      level: verdict?.level ?? null,
      density: verdict?.density ?? null,
      reason: verdict?.reason ?? null,
      denseAccuracy: summary.denseAccuracy ?? null,
      bestAccuracy: summary.bestAccuracy ?? null,
      sparkline: Buffer.from(sparkline.buffer, sparkline.byteOffset, sparkline.byteLength),
    };
    // Lost in a power cut, it is made anew from the trainings: see `unsummarized`.
    this.guard("the summary can't be saved", () => {
      withoutSync(this.database, () => update.run(row));
    });
  }

  /** Changes what users say about searches, all of them or none, and what they are found by. */
  #change(searchIds: readonly string[], change: () => void): void {
    this.guard("the change can't be saved", () => {
      this.database
        .transaction(() => {
          const exists = this.database.prepare<[string]>(
            'SELECT 1 FROM history WHERE search_id = ? AND deleted_at IS NULL',
          );
          for (const searchId of searchIds) {
            if (exists.get(searchId) === undefined) throw notFound(searchId);
          }
          change();
          this.#index(searchIds);
        })
        .immediate();
    });
  }

  #index(searchIds: readonly string[]): void {
    const select = this.database.prepare<
      [string],
      { id: number; name: string; note: string; tags: string | null }
    >(
      `SELECT history.id, name, note,
         (SELECT group_concat(tag, ' ') FROM tags WHERE tags.search_id = searches.id) AS tags
       FROM history JOIN searches ON searches.id = search_id WHERE search_id = ?`,
    );
    const remove = this.database.prepare('DELETE FROM history_text WHERE rowid = ?');
    const insert = this.database.prepare('INSERT INTO history_text (rowid, words) VALUES (?, ?)');
    for (const searchId of searchIds) {
      const row = select.get(searchId);
      if (!row) throw notFound(searchId);
      remove.run(row.id);
      insert.run(row.id, [searchId, row.name, row.note, row.tags ?? ''].join('\n'));
    }
  }
}

function notFound(searchId: string): WorkbenchError {
  return new WorkbenchError('not-found', `there is no search "${searchId}"`);
}
