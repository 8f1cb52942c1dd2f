import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Json } from '../../shared/contract/json.ts';
import { integer, row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';
import { anyJsonText } from './stored-json.ts';

/** More than any window uses. There is a bound because keys come from outside. */
const MAXIMUM_KEYS = 1000;

const PREFERENCE = row({ key: text, value: anyJsonText });
const VALUE = scalar(anyJsonText);
const COUNT = scalar(integer);

/** What windows remember across restarts. */
export class Preferences extends StorePart {
  all(): Record<string, Json> {
    return this.connection.read("the preferences can't be read", () =>
      Object.fromEntries(
        this.connection
          .prepare('SELECT key, value FROM preferences', PREFERENCE)
          .all()
          .map(({ key, value }) => [key, value]),
      ),
    );
  }

  /** Undefined if there is none. */
  get(key: string): Json | undefined {
    return this.connection.read("the preference can't be read", () =>
      this.connection.prepare('SELECT value FROM preferences WHERE key = ?', VALUE).get(key),
    );
  }

  /**
   * Replaces a value by what is made of it. Nobody else changes it in between.
   *
   * @param change given undefined if there is none.
   * @throws WorkbenchError as `set`.
   */
  change(key: string, change: (value: Json | undefined) => Json): void {
    this.connection.write("the preference can't be saved", () => {
      this.set(key, change(this.get(key)));
    });
  }

  /**
   * `null` removes the key.
   *
   * @throws WorkbenchError `conflict` if there are too many keys.
   */
  set(key: string, value: Json): void {
    this.connection.write("the preference can't be saved", () => {
      if (value === null) {
        this.connection.prepare('DELETE FROM preferences WHERE key = ?').run(key);
        return;
      }
      this.connection
        .prepare('INSERT OR REPLACE INTO preferences VALUES (?, ?)')
        .run(key, JSON.stringify(value));
      const keys = this.connection.prepare('SELECT count(*) FROM preferences', COUNT).one();
      if (keys > MAXIMUM_KEYS) {
        throw new WorkbenchError(
          'conflict',
          `there are already ${MAXIMUM_KEYS} preferences, the most that can be stored`,
        );
      }
    });
  }
}
