/** Sessions of searches: trainings and results of analyses are saved within one. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Environment } from '../../shared/domain/search.ts';
import { sealPart } from './checksums.ts';
import type { Connection } from './connection.ts';
import { readSearch } from './search-records.ts';

/** The decoded datasets of transfers, by branch: SHA-256, hex. */
export type TargetFingerprints = ReadonlyMap<string, string>;

interface NewSession {
  readonly environment: Environment;
  /** SHA-256, hex, of the decoded dataset. */
  readonly datasetFingerprint: string;
  readonly targetFingerprints: TargetFingerprints;
}

/**
 * For use within the transaction that seals the search.
 *
 * @throws WorkbenchError `not-found`; `conflict` if an earlier session had other data.
 */
export function addSession(
  connection: Connection,
  id: string,
  { environment, datasetFingerprint, targetFingerprints }: NewSession,
): void {
  const before = readSearch(connection, id);
  const own = `the dataset of the search ${id}`;
  checkUnchanged(own, before.datasetFingerprint, datasetFingerprint);
  const record = connection.prepare(
    'UPDATE transfer_targets SET dataset_fingerprint = ? WHERE search_id = ? AND branch = ?',
  );
  for (const [branch, fingerprint] of targetFingerprints) {
    const what = `the dataset of ${branch} of the search ${id}`;
    checkUnchanged(what, before.targetFingerprints?.[branch] ?? '', fingerprint);
    record.run(fingerprint, id, branch);
  }
  connection
    .prepare('INSERT INTO sessions (search_id, started_at, environment) VALUES (?, ?, ?)')
    .run(id, connection.now(), JSON.stringify(environment));
  sealPart(connection, 'sessions', [id]);
}

/** @param before empty if it was unknown. */
function checkUnchanged(what: string, before: string, now: string): void {
  if (before === '' || before === now) return;
  throw new WorkbenchError(
    'conflict',
    `${what} has changed since it was started: its content has the SHA-256 ${now}, expected ${before}`,
    'Restore the old data to continue, or start a new search.',
  );
}
