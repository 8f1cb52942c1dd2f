import { flag, row, scalar, text } from './columns.ts';
import { StorePart } from './part.ts';

const VERSION = scalar(text);
const ANY = scalar(flag);
const STORED = row({ plannedId: text, searchId: text });

/** Which bundles of a plan's shards were merged, and into which searches. */
export class MergedBundles extends StorePart {
  /**
   * @param stored the search that each planned one was merged into, by planned id.
   * @param version of the file.
   */
  remember(shard: number, version: string, stored: ReadonlyMap<string, string>): void {
    this.connection.write("what was merged can't be remembered", () => {
      const save = this.connection.prepare(
        `INSERT INTO merged_bundles (planned_id, shard, search_id, file_version) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET search_id = excluded.search_id, file_version = excluded.file_version`,
      );
      for (const [plannedId, searchId] of stored) save.run(plannedId, shard, searchId, version);
    });
  }

  /** Whether this very file was merged, and all of its searches are still there. */
  isMerged(shard: number, version: string, plannedIds: Iterable<string>): boolean {
    return this.connection.read("what was merged can't be read", () => {
      const find = this.connection.prepare(
        'SELECT file_version FROM merged_bundles WHERE planned_id = ? AND shard = ?',
        VERSION,
      );
      return [...plannedIds].every((plannedId) => find.get(plannedId, shard) === version);
    });
  }

  /** Whether any of the planned searches is stored, in the trash or not, or was merged into one that is. */
  isAnyStored(plannedIds: readonly string[]): boolean {
    return this.connection.read("the searches can't be read", () =>
      this.connection
        .prepare(
          `SELECT EXISTS (
             SELECT 1 FROM json_each(?) AS planned
             WHERE planned.value IN (SELECT id FROM searches)
               OR planned.value IN (SELECT planned_id FROM merged_bundles))`,
          ANY,
        )
        .one(JSON.stringify(plannedIds)),
    );
  }

  /** The searches that planned ones were merged into, by planned id; none for those that keep their id. */
  storedIds(plannedIds: readonly string[]): ReadonlyMap<string, string> {
    return this.connection.read("what was merged can't be read", () => {
      const found = this.connection
        .prepare(
          `SELECT DISTINCT planned_id AS plannedId, search_id AS searchId
           FROM json_each(?) AS wanted JOIN merged_bundles ON planned_id = wanted.value
           WHERE search_id <> planned_id`,
          STORED,
        )
        .all(JSON.stringify(plannedIds));
      return new Map(found.map(({ plannedId, searchId }) => [plannedId, searchId]));
    });
  }
}
