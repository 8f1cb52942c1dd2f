import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { integer, row, scalar, text } from '../../../src/main/store/columns.ts';
import { Connection } from '../../../src/main/store/connection.ts';
import { openDatabase } from '../../../src/main/store/database.ts';
import { temporaryFile } from './samples.ts';
import { failure } from './support.ts';

const NUMBER = scalar(integer);
const PREFERENCE = row({ key: text, value: text });

function open(file = temporaryFile()) {
  const database = openDatabase(file);
  onTestFinished(() => void database.close());
  return { database, connection: new Connection(database, file, Date.now), file };
}

function insert(connection: Connection, key: string): void {
  connection.prepare('INSERT INTO preferences VALUES (?, ?)').run(key, '1');
}

function keysOf(connection: Connection): string[] {
  return connection.prepare('SELECT key FROM preferences ORDER BY key', scalar(text)).all();
}

describe('a statement', () => {
  test('is compiled once for each text', () => {
    const { connection } = open();
    const prepare = vi.spyOn(Database.prototype, 'prepare');
    onTestFinished(() => {
      prepare.mockRestore();
    });
    for (let time = 0; time < 3; time += 1) connection.prepare('SELECT 1', NUMBER).one();
    expect(prepare).toHaveBeenCalledTimes(1);
  });

  test('that was long unused makes room for others', () => {
    const { connection } = open();
    const prepare = vi.spyOn(Database.prototype, 'prepare');
    onTestFinished(() => {
      prepare.mockRestore();
    });
    const compiled = (sql: string): boolean => {
      prepare.mockClear();
      connection.prepare(sql, NUMBER).one();
      return prepare.mock.calls.length > 0;
    };
    compiled('SELECT 1');
    compiled('SELECT 2');
    for (let other = 3; other < 303; other += 1) {
      compiled(`SELECT ${other}`);
      compiled('SELECT 1');
    }
    expect(compiled('SELECT 1')).toBe(false);
    expect(compiled('SELECT 2')).toBe(true);
  });

  test('gives rows or values, as each caller reads it', () => {
    const { connection } = open();
    insert(connection, 'a');
    const sql = 'SELECT key, value FROM preferences';
    expect(connection.prepare(sql, PREFERENCE).get()).toEqual({ key: 'a', value: '1' });
    expect(connection.prepare(sql, scalar(text)).get()).toBe('a');
    expect([...connection.prepare(sql, PREFERENCE).iterate()]).toEqual([{ key: 'a', value: '1' }]);
    expect(connection.prepare(`${sql} WHERE key = ?`, PREFERENCE).get('b')).toBeUndefined();
  });

  test('that always has a row says which it is where it has none', () => {
    const { connection } = open();
    const query = connection.prepare('SELECT 1 FROM preferences', NUMBER);
    expect(() => query.one()).toThrow('SELECT 1 FROM preferences');
  });
});

describe('reading', () => {
  test('in several steps is of one moment', () => {
    const { connection, file } = open();
    const { connection: other } = open(file);
    const [before, after] = connection.read('…', () => {
      const first = keysOf(connection);
      insert(other, 'b');
      return [first, keysOf(connection)];
    });
    expect([before, after]).toEqual([[], []]);
    expect(keysOf(connection)).toEqual(['b']);
  });

  test('what is not as it should be is an error that says where', () => {
    const { connection, file } = open();
    insert(connection, 'a');
    const error = failure(() =>
      connection.read("the preferences can't be read", () =>
        connection.prepare('SELECT key, value FROM preferences', row({ key: integer })).all(),
      ),
    );
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain("the preferences can't be read: ");
    expect(error.message).toContain(`(${file}; key: Invalid input: expected number`);
  });

  test('what SQLite refuses is an error that says what was tried', () => {
    const { connection, file } = open();
    const error = failure(() =>
      connection.read("the table can't be read", () => connection.prepare('SELECT 1 FROM nowhere')),
    );
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain("the table can't be read: SQLite refused");
    expect(error.message).toContain(file);
  });
});

describe('writing', () => {
  test('is all of it or nothing, also within another', () => {
    const { connection } = open();
    const fail = (): never => {
      throw new Error('no further');
    };
    expect(() => {
      connection.write('…', () => {
        insert(connection, 'a');
        fail();
      });
    }).toThrow('no further');
    expect(keysOf(connection)).toEqual([]);

    connection.write('…', () => {
      insert(connection, 'b');
      expect(() => {
        connection.write('…', () => {
          insert(connection, 'c');
          fail();
        });
      }).toThrow('no further');
    });
    expect(keysOf(connection)).toEqual(['b']);
  });

  const synchronous = (database: Database.Database): unknown =>
    database.pragma('synchronous', { simple: true });

  test('waits for the disk, unless what is written may be lost', () => {
    const { connection, database } = open();
    connection.write('…', () => {
      expect(synchronous(database)).toBe(2); // FULL
    });
    connection.writeUnsynced('…', () => {
      expect(synchronous(database)).toBe(1); // NORMAL
    });
    expect(synchronous(database)).toBe(2);
    expect(() => {
      connection.writeUnsynced('…', () => {
        throw new Error('no further');
      });
    }).toThrow('no further');
    expect(synchronous(database)).toBe(2);
  });

  test('what may be lost is safe as a part of what may not', () => {
    const { connection, database } = open();
    connection.write('…', () => {
      connection.writeUnsynced('…', () => {
        insert(connection, 'a');
        expect(synchronous(database)).toBe(2);
      });
    });
    expect(keysOf(connection)).toEqual(['a']);
  });
});
