/** SQLite does not tell who holds its lock. What other processes and threads have stored of themselves hints at it. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { integer, row, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { isLive, type Liveness } from './liveness.ts';

const WRITER = row({ work: text, scope: text, processId: integer, heartbeatAt: integer });

/** `process 4711, which merges a bundle`; undefined if nothing is known. */
export function likelyWriter(connection: Connection, liveness: Liveness): string | undefined {
  const writer = findWriters(connection).find((each) => isLive(each, liveness));
  if (!writer) return undefined;
  const { processId, work } = writer;
  return processId === process.pid
    ? `this workbench, which ${work}`
    : `process ${processId}, which ${work}`;
}

/** Those that hold the lock for long come first. Searches of this process write in turn and hold nothing up. */
function findWriters(connection: Connection) {
  try {
    return connection.read("who writes can't be read", () =>
      connection
        .prepare(
          `SELECT 'merges a bundle' AS work, scope, process_id AS processId,
             heartbeat_at AS heartbeatAt FROM bundle_merges
           UNION ALL SELECT 'runs searches', scope, process_id, heartbeat_at FROM leases
             WHERE process_id <> ?`,
          WRITER,
        )
        .all(process.pid),
    );
  } catch (error) {
    // It is only a hint.
    if (error instanceof WorkbenchError) return [];
    throw error;
  }
}
