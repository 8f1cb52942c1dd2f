/** Searches that are marked as deleted, until they are deleted for good. */
import { integer, optional, row, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { StorePart } from './part.ts';
import type { Searches } from './searches.ts';
import type { Usage } from './usage.ts';

const TRASHED = row({
  id: text,
  name: text.catch(''),
  sweepId: optional(text),
  sweepName: optional(text),
  trainings: integer.catch(0),
  deletedAt: integer,
});

export class Trash extends StorePart {
  readonly #searches: Searches;
  readonly #usage: Usage;

  constructor(connection: Connection, searches: Searches, usage: Usage) {
    super(connection);
    this.#searches = searches;
    this.#usage = usage;
  }

  /** Deleted last first, with what deleting each of them alone frees. */
  list() {
    return this.connection.read("the trash can't be read", () =>
      this.connection
        .prepare(
          `SELECT search_id AS id, searches.name, sweep_id AS sweepId, sweeps.name AS sweepName,
             trainings_done AS trainings, deleted_at AS deletedAt
           FROM history JOIN searches ON searches.id = search_id
           LEFT JOIN sweeps ON sweeps.id = sweep_id
           WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, search_id DESC`,
          TRASHED,
        )
        .all()
        .map(({ sweepId, sweepName = '', ...search }) => ({
          ...search,
          sweep: sweepId === undefined ? undefined : { id: sweepId, name: sweepName },
          bytes: this.#usage.ownBytes([search.id]),
        })),
    );
  }

  /** What emptying the trash frees: also what only its searches share. */
  bytes(searchIds: readonly string[]): number {
    return this.#usage.ownBytes(searchIds);
  }

  /**
   * Deletes a search of the trash for good. Its space is returned to the disk by `Store.returnSpace`.
   *
   * @param deletedBefore only if it was deleted before then (Unix time, milliseconds).
   * @returns whether it was there: another process may have restored or deleted it.
   * @throws WorkbenchError `conflict` while it is running.
   */
  purge(searchId: string, deletedBefore = Infinity): boolean {
    return this.#searches.deleteMarked(searchId, deletedBefore);
  }
}
