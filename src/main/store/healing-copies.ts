/** Rows that are copied into a damaged database, from a backup or from an equal training. */
import type { TrainingKey } from '../../shared/domain/training.ts';
import type { Blobs } from './blobs.ts';
import { type DecodedBy, integer, row, scalar, storedValues, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { type Part, PARTS, type SearchRows } from './sealed.ts';
import { blobIdsByRole } from './training-arrays.ts';
import { copyMetrics } from './training-rows.ts';

/** A database that data are read from. */
export interface Copy {
  /** What it is called when something was healed from it. */
  readonly name: string;
  readonly connection: Connection;
  readonly blobs: Blobs;
}

const ID = scalar(integer);
const TWIN = row({ id: integer, searchId: text });

/** Trainings of any search with the same identity. */
export function twinsOf(connection: Connection, trainingId: number) {
  return connection
    .prepare(
      `SELECT twins.id, twins.search_id AS searchId FROM trainings JOIN trainings AS twins
       ON twins.identity = trainings.identity AND twins.id <> trainings.id WHERE trainings.id = ?`,
      TWIN,
    )
    .all(trainingId);
}

/** Equal trainings have equal measurements. Their times differ and stay. */
export function copyTwin(connection: Connection, fromId: number, toId: number): void {
  connection
    .prepare(
      `UPDATE trainings SET (density, kept_counts, engine) =
         (SELECT density, kept_counts, engine FROM trainings WHERE id = ?) WHERE id = ?`,
    )
    .run(fromId, toId);
  connection.prepare('DELETE FROM metrics WHERE training_id = ?').run(toId);
  copyMetrics(connection, fromId, toId);
}

export function copySearch(from: Copy, to: Connection, searchId: string): void {
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

export function copyTraining(
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

export function copyUnit(
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
export function copyPart(from: Copy, to: Connection, part: Part, searchId: string): void {
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

export function copyRows(
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
