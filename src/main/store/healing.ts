/** Healing of damaged data from backups, and from equal trainings of other searches. */
import Database from 'better-sqlite3';
import { APPLICATION_ID } from './database.ts';
import { Blobs } from './blobs.ts';
import { ARE_WEIGHTS } from './dropped-weights.ts';
import {
  damagedAmong,
  forgetVerified,
  isCalibrationSound,
  isLogEntrySound,
  isSearchSound,
  isSweepSound,
  isTrainingSound,
  isUnitSound,
  sealDecisiveOfSound,
} from './checksums.ts';
import { storedValues } from './columns.ts';
import { Connection } from './connection.ts';
import { checkDecisive } from './decisive-evaluations.ts';
import {
  type Copy,
  copyPart,
  copyRows,
  copySearch,
  copyTraining,
  copyTwin,
  copyUnit,
  twinsOf,
} from './healing-copies.ts';
import { indexSettings, wronglyIndexed } from './history-index.ts';
import type { Damage } from './integrity.ts';
import { CALIBRATION, LOG_ENTRY, SEARCH, type SealedRow, SWEEP, TRAINING, UNIT } from './sealed.ts';
import { isStoreFailure } from './store-error.ts';

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
  const healing = attempts.find((attempt) => {
    const write = (): void => {
      attempt.write();
      // Which evaluations are decisive follows from measurements that match their checksum.
      if (damage.kind === 'training') sealDecisiveOfSound(own.connection, damage.id);
    };
    return heals(own.connection, write, isSound, isTrial);
  });
  return healing?.source;
}

function soundnessOf({ connection, blobs }: Omit<Copy, 'name'>, damage: Damage): () => boolean {
  switch (damage.kind) {
    case 'blob':
      return () => blobs.find(damage.sha256) !== undefined;
    case 'search':
      return () => isSearchSound(connection, damage.searchId);
    case 'training':
      return () => isTrainingSound(connection, damage.id);
    case 'decisive':
      return () => checkDecisive(connection, [damage.id]).get(damage.id) === true;
    case 'unit':
      return () => isUnitSound(connection, damage.analysisId, damage.unit);
    case 'part':
      return () => damagedAmong(connection, damage.part, [damage.searchId]).size === 0;
    case 'settings-index':
      return () => wronglyIndexed(connection, damage.searchId).length === 0;
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
        // The backup may be from before its weights were dropped.
        ...fromBackups((backup) => {
          copyTraining(backup, own, damage);
          own.connection
            .prepare(`DELETE FROM training_blobs WHERE training_id = ? AND ${ARE_WEIGHTS}`)
            .run(damage.id);
        }),
      ];
    case 'decisive':
      return [
        {
          source: 'its measurements',
          write: () => {
            sealDecisiveOfSound(own.connection, damage.id);
          },
        },
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
    case 'settings-index':
      return [
        {
          source: SOURCES.settings,
          write: () => indexSettings(own.connection, damage.searchId),
        },
      ];
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

/**
 * Where the checksum is; undefined for arrays, whose hash is their address, and for what is computed again:
 * an index, and which evaluations are decisive.
 */
function checksumOf(damage: Damage) {
  const inRow = ({ table, where }: SealedRow, ...key: readonly (string | number)[]) => {
    return { table, column: 'checksum', where, key };
  };
  switch (damage.kind) {
    case 'blob':
    case 'settings-index':
    case 'decisive':
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
    if (isStoreFailure(error)) return false;
    throw error;
  } finally {
    // What was undone may have been found sound.
    forgetVerified(connection);
  }
}
