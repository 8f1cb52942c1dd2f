import type Database from 'better-sqlite3';

/**
 * Statements of a database, each compiled once: that takes longer than most of them run. What is made
 * of them stays so: a text that is plucked in one place has to be in all.
 */
export class Statements {
  readonly #database: Database.Database;
  readonly #compiled = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  prepare<Parameters extends unknown[] = unknown[], Row = unknown>(
    sql: string,
  ): Database.Statement<Parameters, Row> {
    const known = this.#compiled.get(sql) ?? this.#database.prepare(sql);
    this.#compiled.set(sql, known);
    // What a statement takes and gives is up to its text.
    return known as Database.Statement<Parameters, Row>;
  }
}
