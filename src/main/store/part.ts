import type Database from 'better-sqlite3';

/** A part of the store: the queries about one subject, on the connection that all parts share. */
export abstract class StorePart {
  protected readonly database: Database.Database;
  /** Turns what SQLite throws into an error that names the problem. */
  protected readonly guard: <Result>(problem: string, work: () => Result) => Result;
  /** Unix time, milliseconds. */
  protected readonly now: () => number;

  constructor(
    database: Database.Database,
    guard: <Result>(problem: string, work: () => Result) => Result,
    now: () => number,
  ) {
    this.database = database;
    this.guard = guard;
    this.now = now;
  }
}
