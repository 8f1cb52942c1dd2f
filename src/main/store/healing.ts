/** Healing of damaged data from backups, and from equal trainings of other searches. */
import Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import { APPLICATION_ID } from './database.ts';
import { Blobs } from './blobs.ts';
import {
  damagedAmong,
  forgetVerified,
  isCalibrationSound,
  isLogEntrySound,
  isSearchSound,
  isSweepSound,
  isTrainingSound,
  isUnitSound,
} from './checksums.ts';
import { type DecodedBy, integer, row, scalar, storedValues, text } from './columns.ts';
import { Connection } from './connection.ts';
import type { Damage } from './integrity.ts';
import {
  CALIBRATION,
  LOG_ENTRY,
  type Part,
  PARTS,
  SEARCH,
  type SealedRow,
  type SearchRows,
  SWEEP,
  TRAINING,
  UNIT,
} from './sealed.ts';
import { blobIdsByRole } from './training-arrays.ts';
import { copyMetrics } from './training-rows.ts';

/** A database that data are read from. */
export interface Copy {
  /** What it is called when something was healed from it. */
  readonly name: string;
  readonly connection: Connection;
  readonly blobs: Blobs;
}

/**
 * How much of what the history shows of a search is recomputed: what follows from its settings, also
 * what follows from its results, or also its status and times. Those are only what its trainings tell,
 * so they get a new checksum, and are the last resort.
 */
export type Extent = 'settings' | 'results' | 'state';

export type Recompute = (searchId: string, extent: Extent) => void;

const SOURCES: Readonly<Record<Extent, string>> = {
  settings: 'its settings',
  results: 'its settings and trainings',
  state: 'its settings and trainings, without the error and the times that only it had',
};

/** One way to heal: it writes into the damaged database. */
interface Attempt {
  readonly source: string;
  readonly write: () => void;
}

const ID = scalar(integer);
const TWIN = row({ id: integer, searchId: text });

/** The backups among these files; others are left out. The caller closes their connections. */
export function openBackups(files: readonly string[], now: () => number): Copy[] {
  return files.flatMap((file) => {
    try {
      const database = new Database(file, { readonly: true });
      if (database.pragma('application_id', { simple: true }) === APPLICATION_ID) {
        const connection = new Connection(database, file, now);
        return [{ name: file, connection, blobs: new Blobs(connection) }];
      }
      database.close();
      return [];
    } catch (error) {
      if (error instanceof Database.SqliteError) return [];
      throw error;
    }
  });
}

/**
 * Tries every other copy until the data match their checksum. Nothing else is ever accepted, except
 * what `Extent` says.
 *
 * @param isTrial finds out whether it can be healed, and changes nothing.
 * @returns what it was healed from; undefined if no copy has it.
 */
export function heal(
  own: Omit<Copy, 'name'>,
  backups: readonly Copy[],
  damage: Damage,
  { isTrial, recompute }: { readonly isTrial: boolean; readonly recompute: Recompute },
): string | undefined {
  const isSound = soundnessOf(own, damage);
  const attempts = [
    ...backups.map((backup) => checksumFrom(backup, own.connection, damage)),
    ...attemptsFor(own, backups, damage, recompute),
  ];
  return attempts.find(({ write }) => heals(own.connection, write, isSound, isTrial))?.source;
}

function soundnessOf({ connection, blobs }: Omit<Copy, 'name'>, damage: Damage): () => boolean {
  switch (damage.kind) {
    case 'blob':
      return () => blobs.find(damage.sha256) !== undefined;
    case 'search':
      return () => isSearchSound(connection, damage.searchId);
    case 'training':
      return () => isTrainingSound(connection, damage.id);
    case 'unit':
      return () => isUnitSound(connection, damage.analysisId, damage.unit);
    case 'part':
      return () => damagedAmong(connection, damage.part, [damage.searchId]).size === 0;
    case 'sweep':
      return () => isSweepSound(connection, damage.sweepId);
    case 'log-entry':
      return () => isLogEntrySound(connection, damage.id);
    case 'calibration':
      return () => isCalibrationSound(connection, damage.key);
  }
}

function attemptsFor(
  own: Omit<Copy, 'name'>,
  backups: readonly Copy[],
  damage: Damage,
  recompute: Recompute,
): readonly Attempt[] {
  const fromBackups = (write: (backup: Copy) => void): Attempt[] =>
    backups.map((backup) => ({ source: backup.name, write: () => write(backup) }));
  switch (damage.kind) {
    case 'blob':
      return fromBackups((backup) => {
        const bytes = backup.blobs.find(damage.sha256);
        if (bytes) own.blobs.put(bytes);
      });
    case 'search':
      return fromBackups((backup) => copySearch(backup, own.connection, damage.searchId));
    case 'training':
      return [
        ...twinsOf(own.connection, damage.id).map(({ id, searchId }) => ({
          source: `an equal training of the search ${searchId}`,
          write: () => copyTwin(own.connection, id, damage.id),
        })),
        ...fromBackups((backup) => copyTraining(backup, own, damage)),
      ];
    case 'unit':
      return fromBackups((backup) => copyUnit(backup, own.connection, damage));
    case 'part': {
      const { part, searchId } = damage;
      const copies = fromBackups((backup) => copyPart(backup, own.connection, part, searchId));
      if (part !== 'state') return copies;
      const from = (extent: Extent): Attempt => ({
        source: SOURCES[extent],
        write: () => recompute(searchId, extent),
      });
      return [from('settings'), from('results'), ...copies, from('state')];
    }
    case 'sweep':
      return fromBackups((backup) => {
        copyRows(backup.connection, own.connection, [damage.sweepId], {
          read: 'SELECT name, created_at, axes, id FROM sweeps WHERE id = ?',
          write: 'UPDATE sweeps SET name = ?, created_at = ?, axes = ? WHERE id = ?',
        });
      });
    case 'log-entry':
      return fromBackups((backup) => {
        copyRows(backup.connection, own.connection, [damage.id], {
          read: 'SELECT search_id, at, severity, message, id FROM log_entries WHERE id = ?',
          write:
            'UPDATE log_entries SET search_id = ?, at = ?, severity = ?, message = ? WHERE id = ?',
        });
      });
    case 'calibration':
      return [
        {
          source: 'the next search, which measures it again',
          write: () => {
            own.connection.prepare('DELETE FROM calibrations WHERE key = ?').run(damage.key);
          },
        },
      ];
  }
}

/** The rows may be sound, and only their checksum damaged: then that of the backup matches them. */
function checksumFrom(backup: Copy, to: Connection, damage: Damage): Attempt {
  const write = (): void => {
    const place = checksumOf(damage);
    if (!place) return;
    const { table, column, where, key } = place;
    const [found] = backup.connection.read("the backup can't be read", () =>
      backup.connection
        .prepare(`SELECT ${column} FROM ${table} WHERE ${where}`, storedValues)
        .all(...key),
    );
    if (!found || found.includes(null)) return;
    to.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(...found, ...key);
  };
  return { source: backup.name, write };
}

/** Where the checksum is; undefined for arrays, whose hash is their address. */
function checksumOf(damage: Damage) {
  const inRow = ({ table, where }: SealedRow, ...key: readonly (string | number)[]) => {
    return { table, column: 'checksum', where, key };
  };
  switch (damage.kind) {
    case 'blob':
      return undefined;
    case 'search':
      return inRow(SEARCH, damage.searchId);
    case 'training':
      return inRow(TRAINING, damage.id);
    case 'unit':
      return inRow(UNIT, damage.analysisId, damage.unit);
    case 'part':
      return {
        table: 'search_checksums',
        column: damage.part,
        where: 'search_id = ?',
        key: [damage.searchId],
      };
    case 'sweep':
      return inRow(SWEEP, damage.sweepId);
    case 'log-entry':
      return inRow(LOG_ENTRY, damage.id);
    case 'calibration':
      return inRow(CALIBRATION, damage.key);
  }
}

/** Ends a transaction without its changes. */
class Undone extends Error {
  readonly isHealed: boolean;

  constructor(isHealed: boolean) {
    super('the changes are undone');
    this.isHealed = isHealed;
  }
}

function heals(
  connection: Connection,
  write: () => void,
  isSound: () => boolean,
  isTrial: boolean,
): boolean {
  try {
    connection.write("the damaged data can't be replaced", () => {
      write();
      const isHealed = isSound();
      if (isTrial || !isHealed) throw new Undone(isHealed);
    });
    return true;
  } catch (error) {
    if (error instanceof Undone) return error.isHealed;
    // A backup of an earlier version lacks columns, and a damaged one may hold anything.
    if (error instanceof WorkbenchError && error.code === 'store-failed') return false;
    throw error;
  } finally {
    // What was undone may have been found sound.
    forgetVerified(connection);
  }
}

/** Trainings of any search with the same identity. */
function twinsOf(connection: Connection, trainingId: number) {
  return connection
    .prepare(
      `SELECT twins.id, twins.search_id AS searchId FROM trainings JOIN trainings AS twins
       ON twins.identity = trainings.identity AND twins.id <> trainings.id WHERE trainings.id = ?`,
      TWIN,
    )
    .all(trainingId);
}

/** Equal trainings have equal measurements. Their times differ and stay. */
function copyTwin(connection: Connection, fromId: number, toId: number): void {
  connection
    .prepare(
      `UPDATE trainings SET (density, kept_counts, engine) =
         (SELECT density, kept_counts, engine FROM trainings WHERE id = ?) WHERE id = ?`,
    )
    .run(fromId, toId);
  connection.prepare('DELETE FROM metrics WHERE training_id = ?').run(toId);
  copyMetrics(connection, fromId, toId);
}

function copySearch(from: Copy, to: Connection, searchId: string): void {
  copyRows(from.connection, to, [searchId], {
    read: `SELECT created_at, settings_version, settings_hash, dataset_fingerprint, settings,
        resolved, parameters, id FROM searches WHERE id = ?`,
    write: `UPDATE searches SET created_at = ?, settings_version = ?, settings_hash = ?,
        dataset_fingerprint = ?, settings = ?, resolved = ?, parameters = ? WHERE id = ?`,
  });
  copyRows(from.connection, to, [searchId], {
    read: 'SELECT seed, search_id, replicate FROM replicates WHERE search_id = ?',
    write: 'UPDATE replicates SET seed = ? WHERE search_id = ? AND replicate = ?',
  });
  copyRows(from.connection, to, [searchId], {
    read: `SELECT parameters, dataset_fingerprint, search_id, branch FROM transfer_targets
        WHERE search_id = ?`,
    write: `UPDATE transfer_targets SET parameters = ?, dataset_fingerprint = ?
        WHERE search_id = ? AND branch = ?`,
  });
}

function copyTraining(
  from: Copy,
  to: Omit<Copy, 'name'>,
  damage: { readonly id: number; readonly searchId: string; readonly key: TrainingKey },
): void {
  const { replicate, level, branch } = damage.key;
  const fromId = from.connection
    .prepare(
      `SELECT id FROM trainings
       WHERE search_id = ? AND replicate = ? AND level = ? AND branch = ?`,
      ID,
    )
    .get(damage.searchId, replicate, level, branch);
  if (fromId === undefined) return;
  const update = `UPDATE trainings SET density = ?, kept_counts = ?, engine = ?,
    training_milliseconds = ?, evaluation_milliseconds = ?, finished_at = ?, identity = ?,
    pruning_identity = ?, adopted_from = ?, session_id = ? WHERE id = ${damage.id}`;
  copyRows(from.connection, to.connection, [fromId], {
    read: `SELECT density, kept_counts, engine, training_milliseconds, evaluation_milliseconds,
        finished_at, identity, pruning_identity, adopted_from, session_id
        FROM trainings WHERE id = ?`,
    write: update,
  });
  to.connection.prepare('DELETE FROM metrics WHERE training_id = ?').run(damage.id);
  copyRows(from.connection, to.connection, [fromId], {
    read: `SELECT iteration, validation_loss, validation_accuracy, test_loss, test_accuracy
        FROM metrics WHERE training_id = ?`,
    write: `INSERT INTO metrics VALUES (${damage.id}, ?, ?, ?, ?, ?)`,
  });
  to.connection.prepare('DELETE FROM training_blobs WHERE training_id = ?').run(damage.id);
  for (const [role, blobId] of blobIdsByRole(from.connection, fromId)) {
    const bytes = from.blobs.get(blobId, role);
    to.connection
      .prepare('INSERT INTO training_blobs VALUES (?, ?, ?)')
      .run(damage.id, role, to.blobs.put(bytes));
  }
}

function copyUnit(
  from: Copy,
  to: Connection,
  { searchId, analysisId, unit }: { searchId: string; analysisId: number; unit: string },
): void {
  copyRows(from.connection, to, [searchId, unit], {
    read: `SELECT result, milliseconds, finished_at, session_id, unit, choice
        FROM analysis_units JOIN analyses ON id = analysis_id WHERE search_id = ? AND unit = ?`,
    write: `UPDATE analysis_units SET result = ?, milliseconds = ?, finished_at = ?, session_id = ?
        WHERE analysis_id = ${analysisId} AND unit = ?
          AND (SELECT choice FROM analyses WHERE id = analysis_id) = ?`,
  });
}

type Stored = DecodedBy<typeof storedValues>[number];

/** Rows that others refer to are updated. All others are replaced. */
function copyPart(from: Copy, to: Connection, part: Part, searchId: string): void {
  for (const rows of PARTS[part].rows) copySearchRows(from, to, rows, searchId);
}

function copySearchRows(
  { connection: from }: Copy,
  to: Connection,
  { table, by, key, columns, isReferredTo }: SearchRows,
  searchId: string,
): void {
  const keys = key === undefined ? [by] : [by, key];
  const names = [...columns, ...keys];
  const saved = from.read("the backup can't be read", () =>
    from
      .prepare(`SELECT ${names.join(', ')} FROM ${table} WHERE ${by} = ?`, storedValues)
      .all(searchId),
  );
  const hasKey = keys.map((name) => `${name} = ?`).join(' AND ');
  const insert = to.prepare(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  if (!isReferredTo) {
    to.prepare(`DELETE FROM ${table} WHERE ${by} = ?`).run(searchId);
    for (const values of saved) insert.run(...values);
    return;
  }
  const update = to.prepare(
    `UPDATE ${table} SET ${columns.map((name) => `${name} = ?`).join(', ')}
     WHERE ${hasKey}`,
  );
  const remove = to.prepare(`DELETE FROM ${table} WHERE ${hasKey}`);
  const keysOf = (values: readonly Stored[]) => values.slice(columns.length);
  const known = new Set(saved.map((values) => JSON.stringify(keysOf(values))));
  const own = to
    .prepare(`SELECT ${keys.join(', ')} FROM ${table} WHERE ${by} = ?`, storedValues)
    .all(searchId);
  for (const each of own) if (!known.has(JSON.stringify(each))) remove.run(...each);
  for (const values of saved) {
    if (update.run(...values).changes === 0) insert.run(...values);
  }
}

function copyRows(
  from: Connection,
  to: Connection,
  key: readonly (string | number)[],
  { read, write }: { readonly read: string; readonly write: string },
): void {
  const rows = from.read("the backup can't be read", () =>
    from.prepare(read, storedValues).all(...key),
  );
  for (const values of rows) to.prepare(write).run(...values);
}
