import { scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';

/** Starts every sweep's id. Ids of searches start with a year. */
export const SWEEP_PREFIX = 's';

/** A search that is marked as deleted does not count as a member until it is restored. */
const HAS_MEMBERS =
  'EXISTS (SELECT 1 FROM history WHERE history.sweep_id = sweeps.id AND deleted_at IS NULL)';

/**
 * The ids of sweeps with this prefix. At most two, which is enough to see whether the prefix is
 * ambiguous.
 */
export function sweepsBeginningWith(connection: Connection, idOrPrefix: string): string[] {
  const prefix = idOrPrefix.trim().toLowerCase();
  if (!prefix.startsWith(SWEEP_PREFIX)) return [];
  return connection.read("the sweep can't be read", () =>
    connection
      .prepare(
        `SELECT id FROM sweeps WHERE id BETWEEN ? AND ? || char(0x10ffff) AND ${HAS_MEMBERS}
         ORDER BY id LIMIT 2`,
        scalar(text),
      )
      .all(prefix, prefix),
  );
}
