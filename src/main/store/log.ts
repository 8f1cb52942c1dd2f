import type Database from 'better-sqlite3';
import type { LogEntry } from '../../shared/contract/records.ts';

/** What happened to searches, in words, for people. */
export class Log {
  readonly #database: Database.Database;
  readonly #guard: <Result>(problem: string, work: () => Result) => Result;

  constructor(
    database: Database.Database,
    guard: <Result>(problem: string, work: () => Result) => Result,
  ) {
    this.#database = database;
    this.#guard = guard;
  }

  append(searchId: string, { at, severity, message }: LogEntry): void {
    this.#guard("the log can't be written", () => {
      this.#database
        .prepare('INSERT INTO log_entries (search_id, at, severity, message) VALUES (?, ?, ?, ?)')
        .run(searchId, at, severity, message);
    });
  }

  /** The last `limit` entries, oldest first. */
  list(searchId: string, limit: number): LogEntry[] {
    return this.#guard("the log can't be read", () =>
      this.#database
        .prepare<[string, number], LogEntry>(
          `SELECT at, severity, message FROM log_entries WHERE search_id = ?
           ORDER BY id DESC LIMIT ?`,
        )
        .all(searchId, limit)
        .toReversed(),
    );
  }
}
