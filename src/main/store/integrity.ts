import { WorkbenchError } from '../../shared/contract/errors.ts';
import { describeTraining, type TrainingKey } from '../../shared/domain/training.ts';
import type { Blobs } from './blobs.ts';
import { changed, damagedAmong, damageOfSweep, DECISIVE_CHANGED } from './checksums.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import {
  damagedCalibrations,
  damagedDecisive,
  damagedLogEntries,
  damagedSearches,
  damagedSweeps,
  damagedTrainings,
  damagedUnits,
} from './damaged-rows.ts';
import { wronglyIndexed } from './history-index.ts';
import { type Part, PART_NAMES } from './sealed.ts';

/** What is damaged, if it is something that may be healed from another copy. */
export type Damage =
  | { readonly kind: 'blob'; readonly sha256: Uint8Array }
  | { readonly kind: 'search'; readonly searchId: string }
  | { readonly kind: 'part'; readonly searchId: string; readonly part: Part }
  | { readonly kind: 'settings-index'; readonly searchId: string }
  | { readonly kind: 'sweep'; readonly sweepId: string }
  | { readonly kind: 'log-entry'; readonly id: number }
  | { readonly kind: 'calibration'; readonly key: string }
  | {
      readonly kind: 'training' | 'decisive';
      readonly id: number;
      readonly searchId: string;
      readonly key: TrainingKey;
    }
  | {
      readonly kind: 'unit';
      readonly searchId: string;
      readonly analysisId: number;
      readonly unit: string;
    };

export interface Problem {
  /** One sentence. */
  readonly message: string;
  readonly damage?: Damage;
}

const BROKEN_REFERENCE = row({ table: text, parent: text });
const COUNTS = row({ id: text, told: integer, counted: integer });
/** What `PRAGMA integrity_check` says of a value that its column does not allow. */
const BROKEN_RULE = /^SQLite: (CHECK constraint failed|NULL value) in /;
const USER = row({ searchId: text, role: text });

/** What can be found without reading the arrays: the file, references and counts. */
export function findQuickProblems(connection: Connection): Problem[] {
  const damage = connection
    .prepare('PRAGMA quick_check', scalar(text))
    .all()
    .filter((line) => line !== 'ok');
  // If SQLite itself cannot read the database, nothing more can be checked.
  if (damage.length > 0) return damage.map((line) => ({ message: `SQLite: ${line}` }));
  return [...brokenReferences(connection), ...wrongCounts(connection)];
}

/**
 * The problems of a database. Reads all of it, and verifies every checksum.
 *
 * @param readers read what belongs to a search, and fail for what they can't decode.
 */
export function findProblems(
  connection: Connection,
  blobs: Blobs,
  readers: readonly ((searchId: string) => void)[],
): Problem[] {
  const damage = connection
    .prepare('PRAGMA integrity_check', scalar(text))
    .all()
    .filter((line) => line !== 'ok')
    .map((line): Problem => ({ message: `SQLite: ${line}` }));
  // A row that breaks a rule of its table can still be read, and may be healed.
  if (damage.some(({ message }) => !BROKEN_RULE.test(message))) return damage;
  const wrong = wrongChecksums(connection);
  // What has changed may also be unreadable or miscounted, which says no more.
  const known = new Set(wrong.map(({ searchId }) => searchId));
  return [
    ...(wrong.length > 0 ? [] : damage),
    ...brokenReferences(connection),
    ...wrongCounts(connection, known),
    ...blobs.damaged().map((sha256): Problem => {
      const message = `blob ${sha256.toString('hex')} is damaged${usersOf(connection, sha256)}`;
      return { message, damage: { kind: 'blob', sha256 } };
    }),
    ...wrong.map(({ message, damage }) => ({ message, damage })),
    ...wronglyIndexed(connection)
      .filter((searchId) => !known.has(searchId))
      .map((searchId): Problem => ({
        message: `the search ${searchId} is not found by its own settings: their index differs from them`,
        damage: { kind: 'settings-index', searchId },
      })),
    ...unreadable(connection, readers, known),
  ];
}

function brokenReferences(connection: Connection): Problem[] {
  return connection
    .prepare('PRAGMA foreign_key_check', BROKEN_REFERENCE)
    .all()
    .map(({ table, parent }) => ({ message: `a row of ${table} refers to nothing in ${parent}` }));
}

function wrongCounts(connection: Connection, known: ReadonlySet<string> = new Set()): Problem[] {
  return connection
    .prepare(
      `SELECT id, trainings_done AS told,
         (SELECT count(*) FROM trainings WHERE search_id = searches.id) AS counted
       FROM searches WHERE told <> counted`,
      COUNTS,
    )
    .all()
    .filter(({ id }) => !known.has(id))
    .map(({ id, told, counted }) => ({
      message: `the search ${id} records ${told} trainings but has ${counted}`,
    }));
}

function usersOf(connection: Connection, sha256: Uint8Array): string {
  const users = connection
    .prepare(
      `SELECT DISTINCT search_id AS searchId, role FROM blobs
       JOIN training_blobs ON blob_id = blobs.id JOIN trainings ON trainings.id = training_id
       WHERE sha256 = ? ORDER BY search_id, role`,
      USER,
    )
    .all(sha256);
  if (users.length === 0) return '';
  return `: ${users.map(({ searchId, role }) => `${role} in the search ${searchId}`).join(', ')}`;
}

interface Changed extends Problem {
  /** Empty for what belongs to no search. */
  readonly searchId: string;
  readonly damage: Damage;
}

function wrongChecksums(connection: Connection): Changed[] {
  const searchIds = connection.prepare('SELECT id FROM searches ORDER BY id', scalar(text)).all();
  const trainings = damagedTrainings(connection);
  const damagedIds = new Set(trainings.map(({ id }) => id));
  return [
    ...damagedSearches(connection).map((searchId): Changed => ({
      searchId,
      message: `the settings of the search ${searchId} are damaged: they do not match their checksum`,
      damage: { kind: 'search', searchId },
    })),
    ...trainings.map(({ id, searchId, ...key }): Changed => ({
      searchId,
      message: `${describeTraining(key)} of the search ${searchId} is damaged: its measurements do not match their checksum`,
      damage: { kind: 'training', id, searchId, key },
    })),
    ...damagedDecisive(connection)
      .filter(({ id }) => !damagedIds.has(id))
      .map(({ id, searchId, ...key }): Changed => ({
        searchId,
        message: `${describeTraining(key)} of the search ${searchId} is damaged: ${DECISIVE_CHANGED}`,
        damage: { kind: 'decisive', id, searchId, key },
      })),
    ...damagedUnits(connection).map(({ searchId, analysisId, unit }): Changed => ({
      searchId,
      message: `the result "${unit}" of analysis ${analysisId} of the search ${searchId} is damaged: it does not match its checksum`,
      damage: { kind: 'unit', searchId, analysisId, unit },
    })),
    ...PART_NAMES.flatMap((part) =>
      [...damagedAmong(connection, part, searchIds)].map((searchId): Changed => ({
        searchId,
        message: `the search ${searchId} is damaged: ${changed(part)}`,
        damage: { kind: 'part', searchId, part },
      })),
    ),
    ...damagedSweeps(connection).map((sweepId): Changed => ({
      searchId: '',
      message: damageOfSweep(sweepId)[0],
      damage: { kind: 'sweep', sweepId },
    })),
    ...damagedLogEntries(connection).map(({ id, searchId }): Changed => ({
      searchId,
      message: `the entry ${id} of the log of the search ${searchId} is damaged: it does not match its checksum`,
      damage: { kind: 'log-entry', id },
    })),
    ...damagedCalibrations(connection).map((key): Changed => ({
      searchId: '',
      message: `the calibration ${key} is damaged: it does not match its checksum`,
      damage: { kind: 'calibration', key },
    })),
  ];
}

function unreadable(
  connection: Connection,
  readers: readonly ((searchId: string) => void)[],
  known: ReadonlySet<string>,
): Problem[] {
  const ids = connection.prepare('SELECT id FROM searches ORDER BY id', scalar(text)).all();
  const others = ids.filter((id) => !known.has(id));
  return others.flatMap((id) => readers.flatMap((read) => failureOf(id, () => read(id))));
}

function failureOf(searchId: string, read: () => void): Problem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'store-failed') throw error;
    return [{ message: `the search ${searchId}: ${error.message}` }];
  }
}
