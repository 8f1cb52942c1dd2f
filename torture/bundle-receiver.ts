/** A database that bundles are merged into, one after another, each time as it was before. */
import { createHash, type Hash } from 'node:crypto';
import { copyFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Store } from '../src/main/store/store.ts';

/** What a merge may add to, but never change; a training may get arrays, and then another checksum. */
const KEPT = [
  'SELECT id, search_id, replicate, level, branch, density, kept_counts, engine FROM trainings',
  'SELECT * FROM metrics',
  'SELECT * FROM training_blobs',
  'SELECT analysis_id, unit, result FROM analysis_units',
  'SELECT id, sha256 FROM blobs',
];

export class BundleReceiver {
  readonly #template: string;
  readonly #file: string;
  #store: Store;

  /**
   * @param template a closed database, which stays as it is.
   * @param file where its copy goes.
   */
  constructor(template: string, file: string) {
    this.#template = template;
    this.#file = file;
    copyFileSync(template, file);
    this.#store = Store.open(file);
  }

  get store(): Store {
    return this.#store;
  }

  /** A hash over every row of every table. */
  digest(): string {
    return this.#read((database) => {
      const hash = createHash('sha256');
      const tables = database
        .prepare(
          `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
           ORDER BY name`,
        )
        .pluck()
        .all() as string[];
      for (const table of tables) addRows(hash, database, table);
      return hash.digest('hex');
    });
  }

  /** The rows that a merge must leave, as text. */
  kept(): Set<string> {
    return this.#read(
      (database) =>
        new Set(
          KEPT.flatMap((sql, index) =>
            database
              .prepare(sql)
              .raw()
              .all()
              .map((row) => `${index} ${textOf(row)}`),
          ),
        ),
    );
  }

  /** Makes it what it was. */
  reset(): void {
    this.#store.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(`${this.#file}${ending}`, { force: true });
    copyFileSync(this.#template, this.#file);
    this.#store = Store.open(this.#file);
  }

  close(): void {
    this.#store.close();
  }

  #read<Result>(read: (database: Database.Database) => Result): Result {
    const database = new Database(this.#file, { readonly: true });
    try {
      return read(database);
    } finally {
      database.close();
    }
  }
}

function addRows(hash: Hash, database: Database.Database, table: string): void {
  hash.update(table);
  const rows = database.prepare(`SELECT * FROM "${table}"`).raw().all().map(textOf);
  for (const row of rows.sort()) hash.update(row);
}

function textOf(row: unknown): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
}
