import type Database from 'better-sqlite3';

/** A search that waits for its turn, or has it. */
export interface QueueEntry {
  readonly searchId: string;
  readonly isPaused: boolean;
  /** Trainings side by side; one for each core if undefined. */
  readonly workers: number | undefined;
}

/** Which searches are to run, in order. It outlives the process, so that a crash loses no search. */
export class QueueEntries {
  readonly #database: Database.Database;
  readonly #guard: <Result>(problem: string, work: () => Result) => Result;

  constructor(
    database: Database.Database,
    guard: <Result>(problem: string, work: () => Result) => Result,
  ) {
    this.#database = database;
    this.#guard = guard;
  }

  /** In order, with those of other processes. */
  list(): QueueEntry[] {
    return this.#guard("the queue can't be read", () =>
      this.#database
        .prepare<[], { searchId: string; isPaused: number; workers: number | null }>(
          `SELECT search_id AS searchId, is_paused AS isPaused, workers FROM queue
           ORDER BY position`,
        )
        .all()
        .map(({ searchId, isPaused, workers }) => ({
          searchId,
          isPaused: isPaused === 1,
          workers: workers ?? undefined,
        })),
    );
  }

  /** Puts a search at the end; one that is there already keeps its place and goes on. */
  add(searchId: string, workers: number | undefined): void {
    this.#guard("the queue can't be saved", () => {
      this.#database
        .prepare(
          `INSERT INTO queue (search_id, workers) VALUES (?, ?)
           ON CONFLICT (search_id) DO UPDATE SET is_paused = 0, attempts = 0`,
        )
        .run(searchId, workers ?? null);
    });
  }

  setPaused(searchId: string, isPaused: boolean): void {
    this.#guard("the queue can't be saved", () => {
      this.#database
        .prepare('UPDATE queue SET is_paused = ? WHERE search_id = ?')
        .run(Number(isPaused), searchId);
    });
  }

  /** Counts a start; how many there were since a training has last finished. */
  countAttempt(searchId: string): number {
    return (
      this.#guard("the queue can't be saved", () =>
        this.#database
          .prepare<[string], number>(
            'UPDATE queue SET attempts = attempts + 1 WHERE search_id = ? RETURNING attempts',
          )
          .pluck()
          .get(searchId),
      ) ?? 0
    );
  }

  forgetAttempts(searchId: string): void {
    this.#guard("the queue can't be saved", () => {
      this.#database.prepare('UPDATE queue SET attempts = 0 WHERE search_id = ?').run(searchId);
    });
  }

  remove(searchId: string): void {
    this.#guard("the queue can't be saved", () => {
      this.#database.prepare('DELETE FROM queue WHERE search_id = ?').run(searchId);
    });
  }
}
