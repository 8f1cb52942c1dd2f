import type { LogEntry } from '../../shared/contract/records/search-results.ts';
import { integer, oneOf, row, text } from './columns.ts';
import { StorePart } from './part.ts';

const ENTRY = row({ at: integer, severity: oneOf(['info', 'warning', 'error']), message: text });

/** Events of searches, in words for people. */
export class Log extends StorePart {
  append(searchId: string, { at, severity, message }: LogEntry): void {
    this.connection.write("the log can't be written", () => {
      this.connection
        .prepare('INSERT INTO log_entries (search_id, at, severity, message) VALUES (?, ?, ?, ?)')
        .run(searchId, at, severity, message);
    });
  }

  /** The last `limit` entries, oldest first. */
  list(searchId: string, limit: number): LogEntry[] {
    return this.connection.read("the log can't be read", () =>
      this.connection
        .prepare(
          `SELECT at, severity, message FROM log_entries WHERE search_id = ?
           ORDER BY id DESC LIMIT ?`,
          ENTRY,
        )
        .all(searchId, limit)
        .toReversed(),
    );
  }
}
