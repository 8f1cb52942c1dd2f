import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/main/store/database.ts';
import { MIGRATIONS } from '../../../src/main/store/migrations/index.ts';
import type { Migration } from '../../../src/main/store/migrations/migration.ts';
import { Store } from '../../../src/main/store/store.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { temporaryFile, temporaryFolder } from './samples.ts';

const TOY_MIGRATIONS: readonly Migration[] = [
  {
    name: 'things',
    sql: `PRAGMA application_id = 0x5449434B;
      CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
      CREATE TABLE parts (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES things
        ON DELETE CASCADE) STRICT;
      INSERT INTO things VALUES (1, 'one'), (2, 'two');
      INSERT INTO parts VALUES (10, 1), (20, 2);`,
  },
  { name: 'size', sql: 'ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 3;' },
  {
    name: 'rebuild',
    changes: ['things'],
    sql: `CREATE TABLE rebuilt (id INTEGER PRIMARY KEY, title TEXT NOT NULL, size REAL) STRICT;
      INSERT INTO rebuilt SELECT id, upper(name), size FROM things;
      DROP TABLE things;
      ALTER TABLE rebuilt RENAME TO things;`,
  },
];

function versionOf(file: string): unknown {
  const database = new Database(file, { readonly: true });
  try {
    return database.pragma('user_version', { simple: true });
  } finally {
    database.close();
  }
}

function failure(work: () => unknown): WorkbenchError {
  try {
    work();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a database', () => {
  test('logs ahead, syncs every commit, checks references and waits for others', () => {
    const database = openDatabase(temporaryFile());
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('synchronous', { simple: true })).toBe(2); // FULL
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(database.pragma('busy_timeout', { simple: true })).toBe(10_000);
    expect(database.pragma('auto_vacuum', { simple: true })).toBe(2); // INCREMENTAL
    database.close();
  });

  test('has typed tables only', () => {
    const database = openDatabase(temporaryFile());
    const tables = database
      .prepare<[], { name: string; strict: number }>(
        `SELECT name, strict FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`,
      )
      .all();
    expect(tables.length).toBeGreaterThan(5);
    expect(tables.filter(({ strict }) => strict === 0)).toEqual([]);
    database.close();
  });

  test('that must be there is not created, and the file is named', () => {
    const file = temporaryFile();
    expect(failure(() => Store.openExisting(file))).toMatchObject({
      code: 'store-failed',
      message: `the database can't be opened: there is no file ${file}`,
      hint: expect.stringContaining('ticket restore') as string,
    });
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, '');
    expect(failure(() => Store.openExisting(file)).message).toContain(
      `${file} is not a database of Ticket Workbench`,
    );
    expect(readFileSync(file)).toHaveLength(0);
  });

  test('can be opened by several processes that make it at the same moment', async () => {
    const file = temporaryFile();
    const answers = await Promise.all(Array.from({ length: 6 }, () => openInChild(file)));
    expect(answers).toEqual(Array.from({ length: 6 }, () => 'opened'));
    expect(versionOf(file)).toBe(MIGRATIONS.length);
  });
});

test('a database is opened while another process writes', () => {
  const file = temporaryFile();
  const writer = openDatabase(file);
  writer.exec('BEGIN IMMEDIATE; DELETE FROM searches;');
  openDatabase(file).close();
  writer.exec('COMMIT');
  writer.close();
});

describe('migrations', () => {
  // Databases out there were made by exactly these bytes: a migration joins the list when it is
  // released, and its line never changes.
  test('stay what they were when they were released', () => {
    const released = [
      'searches b1705caa653f1b0e',
      'history b400a941ae7d6292',
      'engines adb884087337a04d',
      'analyses 59eeb195aeaa9b40',
      'sweeps 972d6ac08073a424',
      'transfers 64fd530e67b7087d',
      'epochs 0f84ef124c0679fe',
      'history-order 6e4f8c41dba59b9d',
    ];
    const digests = MIGRATIONS.map(
      ({ name, sql }) => `${name} ${createHash('sha256').update(sql).digest('hex').slice(0, 16)}`,
    );
    expect(digests.slice(0, released.length)).toEqual(released);
  });

  test.each(Array.from({ length: MIGRATIONS.length + 1 }, (_, version) => version))(
    'lead from schema version %i to today’s schema',
    (version) => {
      const file = temporaryFile();
      openDatabase(file, MIGRATIONS.slice(0, version)).close();
      const migrated = openDatabase(file);
      const fresh = openDatabase(temporaryFile());
      const schema = (database: Database.Database) =>
        database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
      expect(schema(migrated)).toEqual(schema(fresh));
      expect(migrated.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
      migrated.close();
      fresh.close();
    },
  );

  test.each([0, 1, 2, 3])('run from version %i keep what is stored', (version) => {
    const file = temporaryFile();
    openDatabase(file, TOY_MIGRATIONS.slice(0, version)).close();
    const database = openDatabase(file, TOY_MIGRATIONS);
    expect(database.prepare('SELECT * FROM things ORDER BY id').all()).toEqual([
      { id: 1, title: 'ONE', size: 3 },
      { id: 2, title: 'TWO', size: 3 },
    ]);
    // The table they refer to was dropped and made anew on the way.
    expect(database.prepare('SELECT * FROM parts').all()).toHaveLength(2);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    database.close();
  });

  test('name the tables whose rows they change, so that references of these are checked', () => {
    const changed = MIGRATIONS.map(({ sql }) => {
      // What a trigger does later is none of the migration's changes.
      const now = sql.replaceAll(/CREATE TRIGGER[\s\S]*?\bEND;/g, '');
      const found = now.matchAll(/(?:INSERT INTO|UPDATE|DELETE FROM|DROP TABLE) (\w+)/g);
      const names = [...found].map(([, name]) => name!.replace(/^new_/, ''));
      return new Set(names.filter((name) => !name.endsWith('_text')));
    });
    expect(MIGRATIONS.map(({ changes = [] }) => new Set(changes))).toEqual(changed);
  });

  test('of which a later one fails leave the version before all of them', () => {
    const file = temporaryFile();
    openDatabase(file, TOY_MIGRATIONS.slice(0, 1)).close();
    const failing: Migration = { name: 'failing', sql: 'INSERT INTO nowhere VALUES (1);' };
    expect(() => openDatabase(file, [...TOY_MIGRATIONS, failing])).toThrow(/nowhere/);
    expect(versionOf(file)).toBe(1);
  });

  test('that fail in the middle leave the version before', () => {
    const file = temporaryFile();
    openDatabase(file, TOY_MIGRATIONS.slice(0, 1)).close();
    const failing: Migration = {
      name: 'failing',
      sql: 'CREATE TABLE half (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);',
    };
    expect(() => openDatabase(file, [TOY_MIGRATIONS[0]!, failing])).toThrow(/nowhere/);
    expect(versionOf(file)).toBe(1);
    const database = openDatabase(file, TOY_MIGRATIONS);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual(
      [],
    );
    database.close();
  });

  test('that leave references to nothing are undone', () => {
    const file = temporaryFile();
    openDatabase(file, TOY_MIGRATIONS.slice(0, 1)).close();
    const careless: Migration = {
      name: 'careless',
      sql: 'DELETE FROM things WHERE id = 2;',
      changes: ['things'],
    };
    expect(() => openDatabase(file, [TOY_MIGRATIONS[0]!, careless])).toThrow(
      'the migrations leave references to nothing in the table parts',
    );
    expect(versionOf(file)).toBe(1);
    const database = openDatabase(file, TOY_MIGRATIONS);
    expect(database.prepare('SELECT * FROM things').all()).toHaveLength(2);
    database.close();
  });
});

describe('what is refused, and left as it was', () => {
  test('a database of a newer version', () => {
    const file = temporaryFile();
    openDatabase(file, TOY_MIGRATIONS).close();
    const before = readFileSync(file);
    const error = failure(() => openDatabase(file, TOY_MIGRATIONS.slice(0, 2)));
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain(
      'its schema has version 3, and this one knows versions up to 2',
    );
    expect(error.hint).toContain('Update Ticket Workbench');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a database of another program', () => {
    const file = temporaryFile();
    const other = new Database(file);
    other.exec('CREATE TABLE bookmarks (url TEXT)');
    other.close();
    const before = readFileSync(file);
    expect(failure(() => openDatabase(file)).message).toBe(
      `${file} is a database of another program`,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a file that is no database', () => {
    const file = temporaryFile();
    writeFileSync(file, 'These are not the rows you are looking for.'.repeat(100));
    const error = failure(() => openDatabase(file));
    expect(error.code).toBe('store-failed');
    expect(error.message).toMatch(/not an SQLite database.*SQLITE_NOTADB/);
    expect(readFileSync(file, 'utf8')).toContain('not the rows');
  });

  test('a folder that is not there', () => {
    const folder = path.join(temporaryFolder(), 'gone');
    const error = failure(() => openDatabase(path.join(folder, 'workbench.sqlite')));
    expect(error.message).toBe(`the database can't be opened: there is no folder ${folder}`);
    expect(existsSync(folder)).toBe(false);
  });

  test('a folder in the place of the file', () => {
    const error = failure(() => openDatabase(temporaryFolder()));
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain('SQLITE_CANTOPEN');
  });

  test('a folder that can only be read', async ({ skip }) => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    // Root may write anywhere, so that the child must be somebody else: nobody.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const answer = await openInChild(path.join(folder, 'workbench.sqlite'), { uid }).catch(
      (error: unknown) => skip(`nobody can't run ${process.execPath}: ${String(error)}`),
    );
    expect(answer).toMatch(/^store-failed: the database can't be opened: .*SQLITE_CANTOPEN/);
  });

  test('a file that can only be read', async ({ skip }) => {
    const file = temporaryFile();
    openDatabase(file).close();
    chmodSync(file, 0o444);
    chmodSync(path.dirname(file), 0o555);
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const answer = await openInChild(file, { uid }).catch((error: unknown) =>
      skip(`nobody can't run ${process.execPath}: ${String(error)}`),
    );
    expect(answer).toMatch(/^store-failed: .*(SQLITE_READONLY|SQLITE_CANTOPEN)/);
  });
});

/** What children/open-database.ts says: `opened`, or code and message of the error. */
async function openInChild(
  file: string,
  options: { uid?: number | undefined } = {},
): Promise<string> {
  const script = fileURLToPath(new URL('./children/open-database.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, file], options);
  return stdout.trim();
}
