import type Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Json } from '../../shared/contract/json.ts';

/** More than any window has; a bound, because keys come from outside. */
const MAXIMUM_KEYS = 1000;

/** What windows keep over a restart. */
export class Preferences {
  readonly #database: Database.Database;
  readonly #guard: <Result>(problem: string, work: () => Result) => Result;

  constructor(
    database: Database.Database,
    guard: <Result>(problem: string, work: () => Result) => Result,
  ) {
    this.#database = database;
    this.#guard = guard;
  }

  all(): Record<string, Json> {
    return this.#guard("the preferences can't be read", () =>
      Object.fromEntries(
        this.#database
          .prepare<[], { key: string; value: string }>('SELECT key, value FROM preferences')
          .all()
          .map(({ key, value }) => [key, JSON.parse(value) as Json]),
      ),
    );
  }

  /**
   * `null` forgets the key.
   *
   * @throws WorkbenchError `conflict` if there are too many.
   */
  set(key: string, value: Json): void {
    this.#guard("the preference can't be saved", () => {
      this.#database
        .transaction(() => {
          if (value === null) {
            this.#database.prepare('DELETE FROM preferences WHERE key = ?').run(key);
            return;
          }
          this.#database
            .prepare('INSERT OR REPLACE INTO preferences VALUES (?, ?)')
            .run(key, JSON.stringify(value));
          const keys = this.#database
            .prepare<[], number>('SELECT count(*) FROM preferences')
            .pluck()
            .get()!;
          if (keys > MAXIMUM_KEYS) {
            throw new WorkbenchError(
              'conflict',
              `there are ${MAXIMUM_KEYS} preferences, and no room for another`,
            );
          }
        })
        .immediate();
    });
  }
}
