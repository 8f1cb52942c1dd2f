import { flag, integer, optional, row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';

/** A search that waits for its turn or is running. */
export interface QueueEntry {
  readonly searchId: string;
  /** The search's sweep. */
  readonly sweepId: string | undefined;
  readonly isPaused: boolean;
  /** Number of workers; undefined: one per core. */
  readonly workers: number | undefined;
}

const ENTRY = row({
  searchId: text,
  sweepId: optional(text),
  isPaused: flag,
  workers: optional(integer),
});

/** Which searches are to run, in order. The queue is stored, so a crash loses no search. */
export class QueueEntries extends StorePart {
  /** In order, including entries of other processes. */
  list(): QueueEntry[] {
    return this.connection.read("the queue can't be read", () =>
      this.connection
        .prepare(
          `SELECT queue.search_id AS searchId, sweep_id AS sweepId, is_paused AS isPaused, workers
           FROM queue LEFT JOIN sweep_points ON sweep_points.search_id = queue.search_id
           ORDER BY queue.position`,
          ENTRY,
        )
        .all(),
    );
  }

  /**
   * Puts a search at the end. A search that is already in the queue keeps its place and is no
   * longer paused.
   *
   * @param workers undefined keeps the number that a search in the queue already has.
   */
  add(searchId: string, workers: number | undefined): void {
    this.connection.write("the queue can't be saved", () => {
      this.connection
        .prepare(
          `INSERT INTO queue (search_id, workers) VALUES (?, ?)
           ON CONFLICT (search_id) DO UPDATE SET is_paused = 0, attempts = 0, progress = 0,
             workers = coalesce(excluded.workers, workers)`,
        )
        .run(searchId, workers ?? null);
    });
  }

  setPaused(searchId: string, isPaused: boolean): void {
    this.connection.write("the queue can't be saved", () => {
      this.connection
        .prepare('UPDATE queue SET is_paused = ? WHERE search_id = ?')
        .run(Number(isPaused), searchId);
    });
  }

  /** Counts a start. Returns how many there were since the search last made progress. */
  countAttempt(searchId: string): number {
    return this.connection.write("the queue can't be saved", () => {
      const attempts = this.connection
        .prepare(
          'UPDATE queue SET attempts = attempts + 1 WHERE search_id = ? RETURNING attempts',
          scalar(integer),
        )
        .get(searchId);
      return attempts ?? 0;
    });
  }

  /** Gives the last start back, because its process ended in an orderly way. */
  returnAttempt(searchId: string): void {
    this.connection.write("the queue can't be saved", () => {
      this.connection
        .prepare('UPDATE queue SET attempts = max(attempts - 1, 0) WHERE search_id = ?')
        .run(searchId);
    });
  }

  /**
   * Resets the count for these searches, because a training has finished. If nothing was counted,
   * nothing is written.
   */
  forgetAttempts(searchIds: readonly string[]): void {
    this.connection.write("the queue can't be saved", () => {
      this.connection
        .prepare(
          `UPDATE queue SET attempts = 0, progress = 0
           WHERE (attempts > 0 OR progress > 0)
             AND search_id IN (SELECT value FROM json_each(?))`,
        )
        .run(JSON.stringify(searchIds));
    });
  }

  /**
   * Resets the count if an attempt has come further than all before it, though no training has
   * finished. A power cut may lose this.
   *
   * @param evaluations made in this attempt since a training last finished.
   */
  recordProgress(searchId: string, evaluations: number): void {
    this.connection.writeUnsynced("the queue can't be saved", () => {
      this.connection
        .prepare('UPDATE queue SET attempts = 0, progress = ? WHERE search_id = ? AND progress < ?')
        .run(evaluations, searchId, evaluations);
    });
  }

  remove(searchId: string): void {
    this.connection.write("the queue can't be saved", () => {
      this.connection.prepare('DELETE FROM queue WHERE search_id = ?').run(searchId);
    });
  }
}
