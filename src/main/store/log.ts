import type { LogEntry } from '../../shared/contract/records/search-results.ts';
import { HEAL, isLogEntrySound, sealLogEntry } from './checksums.ts';
import { type DecodedBy, integer, oneOf, orDamaged, row, text } from './columns.ts';
import { StorePart } from './part.ts';

const ENTRY = row({
  id: integer,
  at: integer,
  severity: oneOf(['info', 'warning', 'error']),
  message: text,
});

const LISTED = orDamaged(ENTRY, row({ id: integer }));

const DAMAGED = 'This entry is damaged: it does not match its checksum.';

/** Events of searches, in words for people. */
export class Log extends StorePart {
  append(searchId: string, { at, severity, message }: LogEntry): void {
    this.connection.write("the log can't be written", () => {
      const { lastInsertRowid } = this.connection
        .prepare('INSERT INTO log_entries (search_id, at, severity, message) VALUES (?, ?, ?, ?)')
        .run(searchId, at, severity, message);
      sealLogEntry(this.connection, lastInsertRowid);
    });
  }

  /** The last `limit` entries, oldest first. */
  list(searchId: string, limit: number): LogEntry[] {
    return this.connection.read("the log can't be read", () =>
      this.connection
        .prepare(
          `SELECT id, at, severity, message FROM log_entries WHERE search_id = ?
           ORDER BY id DESC LIMIT ?`,
          LISTED,
        )
        .all(searchId, limit)
        .toReversed()
        .map((each) => this.#shown(each)),
    );
  }

  #shown(each: DecodedBy<typeof LISTED>): LogEntry {
    if ('damaged' in each) return { at: 0, severity: 'error', message: `${DAMAGED} ${HEAL}` };
    const { id, ...entry } = each.value;
    if (isLogEntrySound(this.connection, id)) return entry;
    const message = `${DAMAGED} It reads: ${entry.message}`;
    return { ...entry, severity: 'error', message };
  }
}
