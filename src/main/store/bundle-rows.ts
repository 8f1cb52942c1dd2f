/** The rows that a merge adds to a search, beside its trainings. For use within the transaction of a merge. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { BundledPlace, BundledSearch, BundledSession } from '../../shared/domain/bundle.ts';
import { sealSweep } from './checksums.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { canonicalJson } from './settings-hash.ts';

const COUNT = scalar(integer);
const SESSION = row({ id: integer, environment: text });
const SWEEP_AXES = scalar(text);
const SWEEP_ID = scalar(text);

export function addExtensions(
  connection: Connection,
  id: string,
  { extensions }: BundledSearch,
): void {
  const insert = connection.prepare(
    `INSERT INTO search_extensions (search_id, at, added) SELECT @id, @at, @added
     WHERE NOT EXISTS (SELECT 1 FROM search_extensions
       WHERE search_id = @id AND at = @at AND added = @added)`,
  );
  for (const { at, ...added } of extensions) insert.run({ id, at, added: JSON.stringify(added) });
}

/** What is known of a search only once it has started. */
export function fillIn(connection: Connection, id: string, search: BundledSearch): void {
  if (search.datasetFingerprint !== '') {
    connection
      .prepare(
        `UPDATE searches SET dataset_fingerprint = ?
         WHERE id = ? AND coalesce(dataset_fingerprint, '') = ''`,
      )
      .run(search.datasetFingerprint, id);
  }
  const setTarget = connection.prepare(
    `UPDATE transfer_targets SET dataset_fingerprint = ?
     WHERE search_id = ? AND branch = ? AND dataset_fingerprint IS NULL`,
  );
  for (const { branch, datasetFingerprint } of search.targets) {
    if (datasetFingerprint !== undefined) setTarget.run(datasetFingerprint, id, branch);
  }
  const choose = connection.prepare(
    'INSERT INTO level_engines VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  for (const { level, engine } of search.engines) choose.run(id, level, engine);
}

/** The id of a session that is stored. */
export function findSession(
  connection: Connection,
  id: string,
  { startedAt, environment }: BundledSession,
): number | undefined {
  const wanted = canonicalJson(environment);
  return connection
    .prepare('SELECT id, environment FROM sessions WHERE search_id = ? AND started_at = ?', SESSION)
    .all(id, startedAt)
    .find((each) => canonicalJson(JSON.parse(each.environment)) === wanted)?.id;
}

/**
 * @param wanted the ids of those that are new, unless others have them.
 * @returns the ids of the rows, in the order of the bundle's sessions.
 */
export function addSessions(
  connection: Connection,
  id: string,
  sessions: readonly BundledSession[],
  wanted: readonly number[],
): number[] {
  const insert = connection.prepare(
    `INSERT INTO sessions (id, search_id, started_at, environment) VALUES (
       (SELECT @wanted WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE id = @wanted)),
       @id, @startedAt, @environment)`,
  );
  return sessions.map((session, place) => {
    const known = findSession(connection, id, session);
    if (known !== undefined) return known;
    const { startedAt, environment } = session;
    const values = { id, startedAt, environment: JSON.stringify(environment) };
    return insert.run({ ...values, wanted: wanted[place] ?? null }).lastInsertRowid;
  });
}

/** @returns whether one was missing. */
export function addReadings(connection: Connection, id: string, { data }: BundledSearch): boolean {
  const insert = connection.prepare(
    `INSERT INTO data_readings (search_id, branch, summary, samples) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  let added = 0;
  for (const { branch, summary, samples } of data) {
    added += insert.run(id, branch, JSON.stringify(summary), samples).changes;
  }
  return added > 0;
}

/** A search that is in a sweep already, or was run outside of one, stays where it is. */
export function addPlace(
  connection: Connection,
  id: string,
  { sweep, position, values }: BundledPlace,
  isNew: boolean,
): void {
  const own = connection
    .prepare('SELECT sweep_id FROM sweep_points WHERE search_id = ?', SWEEP_ID)
    .get(id);
  if (!isNew && own !== sweep.id) return;
  const axes = connection.prepare('SELECT axes FROM sweeps WHERE id = ?', SWEEP_AXES).get(sweep.id);
  if (axes === undefined) {
    connection
      .prepare('INSERT INTO sweeps (id, name, created_at, axes) VALUES (?, ?, ?, ?)')
      .run(sweep.id, sweep.name, sweep.createdAt, JSON.stringify(sweep.axes));
    sealSweep(connection, sweep.id);
  } else if (canonicalJson(JSON.parse(axes)) !== canonicalJson(sweep.axes)) {
    throw new WorkbenchError(
      'conflict',
      `the sweep ${sweep.id} has other axes here than in the bundle`,
      'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
    );
  }
  const { changes } = connection
    .prepare('INSERT OR IGNORE INTO sweep_points VALUES (?, ?, ?, ?)')
    .run(sweep.id, position, id, JSON.stringify(values));
  if (changes > 0 || own !== undefined) return;
  throw new WorkbenchError(
    'conflict',
    `the sweep ${sweep.id} has another search at the place of ${id}`,
    'Nothing was merged. Merge the bundle into another data directory (--data-dir).',
  );
}

/** A search says that its weights were dropped as long as one of its trainings has none. */
export function noteWeights(
  connection: Connection,
  id: string,
  withoutWeightsSince: number | undefined,
): void {
  const lacking = connection
    .prepare(
      `SELECT count(*) FROM trainings WHERE search_id = ? AND NOT EXISTS
         (SELECT 1 FROM training_blobs
           WHERE training_id = trainings.id AND role = 'final-weights')`,
      COUNT,
    )
    .one(id);
  if (lacking === 0) {
    connection.prepare('DELETE FROM dropped_weights WHERE search_id = ?').run(id);
    return;
  }
  connection
    .prepare('INSERT OR IGNORE INTO dropped_weights VALUES (?, ?)')
    .run(id, withoutWeightsSince ?? connection.now());
}
