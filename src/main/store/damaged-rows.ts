/** Everything with a checksum that is not as it was saved. Reads all of it. */
import {
  isCalibrationSound,
  isLogEntrySound,
  isSearchSound,
  isSweepSound,
  isTrainingSound,
  isUnitSound,
} from './checksums.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { checkDecisive, wronglyDecided } from './decisive-evaluations.ts';

const TRAINING_KEY = row({
  id: integer,
  searchId: text,
  replicate: integer,
  level: integer,
  branch: text,
});
const UNIT_KEY = row({ searchId: text, analysisId: integer, unit: text });
const LOG_ENTRY_KEY = row({ id: integer, searchId: text });

export function damagedSearches(connection: Connection): string[] {
  return connection
    .prepare('SELECT id FROM searches WHERE checksum IS NOT NULL ORDER BY id', scalar(text))
    .all()
    .filter((id) => !isSearchSound(connection, id));
}

export function damagedTrainings(connection: Connection) {
  return sealedTrainings(connection).filter(({ id }) => !isTrainingSound(connection, id));
}

/** The records of so many trainings are checked at once. */
const RECORDS_AT_ONCE = 1000;

/** Trainings whose record of decisive evaluations does not match its checksum, or not the measurements. */
export function damagedDecisive(connection: Connection) {
  const wrong = new Set(wronglyDecided(connection));
  return inPieces(sealedTrainings(connection)).flatMap((trainings) => {
    const checked = checkDecisive(
      connection,
      trainings.map(({ id }) => id),
    );
    return trainings.filter(({ id }) => checked.get(id) === false || wrong.has(id));
  });
}

function inPieces<Each>(all: readonly Each[]): Each[][] {
  return Array.from({ length: Math.ceil(all.length / RECORDS_AT_ONCE) }, (_, piece) =>
    all.slice(piece * RECORDS_AT_ONCE, (piece + 1) * RECORDS_AT_ONCE),
  );
}

function sealedTrainings(connection: Connection) {
  return connection
    .prepare(
      `SELECT id, search_id AS searchId, replicate, level, branch FROM trainings
       WHERE checksum IS NOT NULL ORDER BY id`,
      TRAINING_KEY,
    )
    .all();
}

export function damagedUnits(connection: Connection) {
  return connection
    .prepare(
      `SELECT search_id AS searchId, analysis_id AS analysisId, unit
       FROM analysis_units JOIN analyses ON analyses.id = analysis_id
       WHERE checksum IS NOT NULL ORDER BY analysis_id, unit`,
      UNIT_KEY,
    )
    .all()
    .filter(({ analysisId, unit }) => !isUnitSound(connection, analysisId, unit));
}

export function damagedSweeps(connection: Connection): string[] {
  return connection
    .prepare('SELECT id FROM sweeps WHERE checksum IS NOT NULL ORDER BY id', scalar(text))
    .all()
    .filter((id) => !isSweepSound(connection, id));
}

export function damagedLogEntries(connection: Connection) {
  return connection
    .prepare(
      `SELECT id, search_id AS searchId FROM log_entries WHERE checksum IS NOT NULL ORDER BY id`,
      LOG_ENTRY_KEY,
    )
    .all()
    .filter(({ id }) => !isLogEntrySound(connection, id));
}

export function damagedCalibrations(connection: Connection): string[] {
  return connection
    .prepare('SELECT key FROM calibrations WHERE checksum IS NOT NULL ORDER BY key', scalar(text))
    .all()
    .filter((key) => !isCalibrationSound(connection, key));
}
