import type { Blobs } from './blobs.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';

const BROKEN_REFERENCE = row({ table: text, parent: text });
const COUNTS = row({ id: text, told: integer, counted: integer });
const USER = row({ searchId: text, role: text });

/** The problems of a database, one sentence each. Reads all of it. */
export function findProblems(connection: Connection, blobs: Blobs): string[] {
  const damage = connection
    .prepare('PRAGMA integrity_check', scalar(text))
    .all()
    .filter((line) => line !== 'ok');
  // If SQLite itself cannot read the database, nothing more can be checked.
  if (damage.length > 0) return damage.map((line) => `SQLite: ${line}`);
  return [
    ...brokenReferences(connection),
    ...wrongCounts(connection),
    ...blobs.damaged().map((name) => `blob ${name} is damaged${usersOf(connection, name)}`),
  ];
}

function brokenReferences(connection: Connection): string[] {
  return connection
    .prepare('PRAGMA foreign_key_check', BROKEN_REFERENCE)
    .all()
    .map(({ table, parent }) => `a row of ${table} refers to nothing in ${parent}`);
}

function wrongCounts(connection: Connection): string[] {
  return connection
    .prepare(
      `SELECT id, trainings_done AS told,
         (SELECT count(*) FROM trainings WHERE search_id = searches.id) AS counted
       FROM searches WHERE told <> counted`,
      COUNTS,
    )
    .all()
    .map(
      ({ id, told, counted }) => `the search ${id} records ${told} trainings but has ${counted}`,
    );
}

function usersOf(connection: Connection, blobName: string): string {
  const users = connection
    .prepare(
      `SELECT DISTINCT search_id AS searchId, role FROM blobs
       JOIN training_blobs ON blob_id = blobs.id JOIN trainings ON trainings.id = training_id
       WHERE sha256 = ? ORDER BY search_id, role`,
      USER,
    )
    .all(Buffer.from(blobName, 'hex'));
  if (users.length === 0) return '';
  return `: ${users.map(({ searchId, role }) => `${role} in the search ${searchId}`).join(', ')}`;
}
