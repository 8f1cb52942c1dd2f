/** Every column of the schema: a change of it is found, named and healed, or it is state. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MIGRATIONS } from '../../../src/main/store/migrations/index.ts';
import { UNSEALED } from '../../../src/main/store/sealed.ts';
import { Store } from '../../../src/main/store/store.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleEffect,
  sampleReading,
  sampleSearch,
  sampleSummary,
  sampleTraining,
  temporaryFile,
} from './samples.ts';
import { countRows, inspect, MOMENT, TRANSFER, transferSearch } from './support.ts';

/** A database with a row in every table. */
function fill(store: Store): void {
  const axis = { path: 'training.batchSize', values: [60, 61] };
  const points = [60, 61].map((value) => ({
    ...transferSearch(),
    plugIns: [{ kind: 'strategies', id: 'mine', file: 'mine.ts', sha256: '2'.repeat(64) }] as const,
    values: [{ path: axis.path, value }],
  }));
  const sweep = store.sweeps.create('a sweep', [axis], points);
  for (const { searchId } of store.sweeps.members(sweep.id)) {
    fillSearch(store, searchId);
  }
  store.calibrations.save('a key', { dense: 2.5 });
  store.preferences.set('theme', 'dark');
}

function fillSearch(store: Store, id: string): void {
  store.leases.acquire(id, 'someone');
  store.searches.start(id, ENVIRONMENT, FINGERPRINT, new Map([[TRANSFER, '1'.repeat(64)]]));
  store.leases.release(id, 'someone');
  store.engines.choose(id, new Map([[0, 'dense']]));
  store.trainings.save(id, sampleTraining(key(), { identity: { training: id, pruning: 'p' } }));
  store.dataReadings.save(id, 'ticket', sampleReading());
  const { id: analysis } = store.analyses.request(id, { id: 'early-bird', levels: [0] }, 1);
  const result = { kind: 'early-bird', replicate: 0, iterations: Uint32Array.of(100), levels: [] };
  store.analyses.saveUnit(id, analysis, { unit: 'replicate 0', result, milliseconds: 1 });
  store.history.setTags([id], ['paper'], []);
  store.history.setNote(id, 'a remark');
  store.log.append(id, { at: 1, severity: 'warning', message: 'a layer is thin' });
  const { settings } = store.searches.get(id);
  const extended = { ...settings, replicates: { ...settings.replicates, count: 3 } };
  store.searches.extend(id, {
    settings: extended,
    written: extended,
    trainingsTotal: sampleSearch(extended).trainingsTotal,
    added: { replicates: { from: 2, to: 3 } },
    analyses: [],
  });
  store.searches.setStatus(id, 'finished');
  store.droppedWeights.drop(id);
  store.mergedBundles.remember(1, 'a version', new Map([[id, id]]));
  store.searches.setStatus(id, 'failed', { code: 'internal', message: 'it failed' });
  store.history.saveSummary(
    id,
    sampleSummary({
      trainings: 1,
      trainingMilliseconds: 1301.75,
      verdict: { kind: 'winning', level: 1, density: 0.5, reason: 'it is as good' },
      denseAccuracy: 0.8,
      bestAccuracy: 0.8,
      sparkline: Float32Array.of(0.8, 0.8),
      effect: {
        ...sampleEffect(0.01),
        iterations: { mean: -100, lower: -200, upper: -50 },
      },
    }),
  );
  store.queue.add(id, 2);
  store.leases.acquire(id, 'someone');
}

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** The columns of the newest schema. Tables of a text index belong to it. */
const COLUMNS: readonly Column[] = (() => {
  const database = new Database(':memory:');
  for (const { sql } of MIGRATIONS) database.exec(sql);
  const columns = database
    .prepare<[], Column>(
      `SELECT tables.name AS "table", columns.name, columns.type FROM sqlite_schema AS tables
       JOIN pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT LIKE '%\\_text\\_%' ESCAPE '\\'`,
    )
    .all();
  database.close();
  return columns;
})();

const SEALED = COLUMNS.filter(({ table }) => !Object.hasOwn(UNSEALED, table));

/** Another value of the same kind: a damage that SQLite itself does not see. */
function otherValue(value: unknown, type: string): string | number | Buffer {
  if (typeof value === 'number') return type === 'REAL' ? value / 2 + 1 / 8 : value + 1000;
  if (Buffer.isBuffer(value))
    return Buffer.concat([value.subarray(0, -1), Buffer.of((value.at(-1) ?? 0) ^ 1)]);
  if (typeof value === 'string' && value !== '')
    return value.replace(/[a-z\d](?=[^a-z\d]*$)/i, other);
  if (type === 'INTEGER' || type === 'REAL') return 1;
  return type === 'BLOB' ? Buffer.of(0) : '"x"';
}

const other = (character: string): string =>
  /\d/.test(character) ? String((Number(character) + 1) % 10) : character === 'x' ? 'y' : 'x';

/** Changes the column in the first row, past all constraints. */
function damage(file: string, { table, name, type }: Column): void {
  inspect(file, (database) => {
    database.pragma('foreign_keys = OFF');
    database.pragma('ignore_check_constraints = ON');
    const value = database.prepare<[]>(`SELECT ${name} FROM ${table} LIMIT 1`).pluck().get();
    const isOnlyRow = `(${keyOf(database, table)}) = (SELECT ${keyOf(database, table)} FROM ${table} LIMIT 1)`;
    database
      .prepare(`UPDATE ${table} SET ${name} = ? WHERE ${isOnlyRow}`)
      .run(otherValue(value, type));
  });
}

function keyOf(database: Database.Database, table: string): string {
  return database
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(table)
    .join(', ');
}

/** All rows that have a checksum, and the checksums. */
function contentOf(file: string): unknown {
  return inspect(file, (database) =>
    [...new Set(SEALED.map(({ table }) => table))].map((table) => [
      table,
      database.prepare(`SELECT * FROM ${table} ORDER BY ${keyOf(database, table)}`).all(),
    ]),
  );
}

/** The database with all its rows, written once. */
const sound = { file: '' };

beforeAll(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-sealed-'));
  sound.file = path.join(folder, 'sound.sqlite');
  const store = Store.open(sound.file, { now: () => MOMENT });
  fill(store);
  store.close();
  // What a merge of a bundle has only while it runs.
  inspect(sound.file, (database) => {
    database.exec(`
      INSERT INTO bundle_merges VALUES ('a merge', 'a machine', 1, ${MOMENT});
      INSERT INTO staged_arrays SELECT 'a merge', min(id) FROM blobs;
      INSERT INTO unverified_trainings SELECT min(id) FROM trainings;
    `);
  });
  return () => rmSync(folder, { recursive: true });
});

function openCopy() {
  const file = temporaryFile();
  copyFileSync(sound.file, file);
  const store = Store.open(file, { now: () => MOMENT });
  onTestFinished(() => store.close());
  return { store, file };
}

test('every table has a row, and the database is sound', () => {
  const { store, file } = openCopy();
  const tables = new Set(COLUMNS.map(({ table }) => table));
  expect([...tables].filter((table) => countRows(file, table) === 0)).toEqual([]);
  expect(store.integrityCheck()).toEqual([]);
});

test('what is called state exists', () => {
  const tables = new Set(COLUMNS.map(({ table }) => table));
  expect(Object.keys(UNSEALED).filter((table) => !tables.has(table))).toEqual([]);
});

/**
 * What says which row it is, or which row it refers to. A backup has no row of that name then; the
 * database has to be restored.
 */
const NAMES: ReadonlySet<string> = (() => {
  const database = new Database(':memory:');
  for (const { sql } of MIGRATIONS) database.exec(sql);
  const names = database
    .prepare<[], string>(
      `SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables
       JOIN pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND (columns.pk > 0
         OR columns.name IN (SELECT "from" FROM pragma_foreign_key_list(tables.name)))`,
    )
    .pluck()
    .all();
  database.close();
  return new Set([
    ...names,
    ...['trainings.replicate', 'trainings.level', 'trainings.branch', 'blobs.sha256'],
  ]);
})();

describe.each(SEALED.map((column) => [`${column.table}.${column.name}`, column] as const))(
  'a change of %s',
  (place, column) => {
    test('is found, and healed from a backup', () => {
      const { store, file } = openCopy();
      damage(file, column);
      const problems = store.integrityCheck();
      expect(problems).not.toEqual([]);
      if (NAMES.has(place)) return;
      const healed = store.deepCheck([sound.file], true);
      expect(healed.filter(({ isHealed }) => !isHealed)).toEqual([]);
      expect(healed.length).toBeGreaterThan(0);
      // A calibration is measured again instead.
      if (column.table !== 'calibrations') expect(contentOf(file)).toEqual(contentOf(sound.file));
    });
  },
);
