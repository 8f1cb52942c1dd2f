/** Merges that are held in a transaction for ever, so that they are killed there and nowhere else. */
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { POLL } from '../../../support/patience.ts';
import { countRows, inspect } from '../../store/support.ts';

/** So often in a row somebody else must be writing: the step that stored the last arrays may still end. */
const REFUSALS = 5;

/** Lets whoever inserts such a row wait for ever, in the transaction. @returns what ends that. */
export function holdInserts(file: string, table: string, when = 'TRUE'): () => void {
  inspect(file, (database) => {
    database.exec(`
      CREATE VIEW forever AS
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
        SELECT n FROM numbers;
      CREATE TRIGGER hold BEFORE INSERT ON ${table} WHEN ${when} BEGIN
        SELECT count(*) FROM forever;
      END`);
  });
  return () => {
    inspect(file, (database) => database.exec('DROP TRIGGER hold; DROP VIEW forever'));
  };
}

/** Resolves when a merge has stored at least so many arrays, and is held in the transaction after them. */
export async function heldAfter(file: string, arrays: number): Promise<void> {
  let refusals = 0;
  await expect
    .poll(() => {
      const isHeld = countRows(file, 'staged_arrays') >= arrays && isBeingWritten(file);
      refusals = isHeld ? refusals + 1 : 0;
      return refusals;
    }, POLL)
    .toBeGreaterThanOrEqual(REFUSALS);
}

/** Whether another connection is in a transaction that writes. */
function isBeingWritten(file: string): boolean {
  const database = new Database(file, { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}

/** How many arrays trainings have: as many as a merge of all of them stores. */
export function countArrays(file: string): number {
  return inspect(file, (database) =>
    database
      .prepare<[], number>('SELECT count(DISTINCT blob_id) FROM training_blobs')
      .pluck()
      .get()!,
  );
}
