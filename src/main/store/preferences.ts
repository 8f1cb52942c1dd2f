import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Json } from '../../shared/contract/json.ts';
import { integer, row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';
import { anyJsonText } from './stored-json.ts';

/** More than any window uses. There is a bound because keys come from outside. */
const MAXIMUM_KEYS = 1000;

const PREFERENCE = row({ key: text, value: anyJsonText });
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
