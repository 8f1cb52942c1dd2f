import type Database from 'better-sqlite3';
import type { Blobs } from './blobs.ts';

/** What is wrong with a database, a sentence each. Reads all of it. */
export function findProblems(database: Database.Database, blobs: Blobs): string[] {
  const damage = database
    .prepare<[], string>('PRAGMA integrity_check')
    .pluck()
    .all()
    .filter((line) => line !== 'ok');
  // What SQLite itself cannot read, the rest cannot be asked about.
  if (damage.length > 0) return damage.map((line) => `SQLite: ${line}`);
  return [
    ...brokenReferences(database),
    ...wrongCounts(database),
    ...blobs.damaged().map((name) => `blob ${name} is damaged${usersOf(database, name)}`),
  ];
}

function brokenReferences(database: Database.Database): string[] {
  return database
    .prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check')
    .all()
    .map(({ table, parent }) => `a row of ${table} refers to nothing in ${parent}`);
}

function wrongCounts(database: Database.Database): string[] {
  return database
    .prepare<[], { id: string; told: number; counted: number }>(
      `SELECT id, trainings_done AS told,
         (SELECT count(*) FROM trainings WHERE search_id = searches.id) AS counted
       FROM searches WHERE told <> counted`,
    )
    .all()
    .map(
      ({ id, told, counted }) => `the search ${id} tells of ${told} trainings and has ${counted}`,
    );
}

function usersOf(database: Database.Database, blobName: string): string {
  const users = database
    .prepare<[Buffer], { searchId: string; role: string }>(
      `SELECT DISTINCT search_id AS searchId, role FROM blobs
       JOIN training_blobs ON blob_id = blobs.id JOIN trainings ON trainings.id = training_id
       WHERE sha256 = ? ORDER BY search_id, role`,
    )
    .all(Buffer.from(blobName, 'hex'));
  if (users.length === 0) return '';
  return `: ${users.map(({ searchId, role }) => `${role} in the search ${searchId}`).join(', ')}`;
}
