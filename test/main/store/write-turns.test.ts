import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MACHINE_SCOPE } from '../../../provision/processes.mjs';
import { Connection } from '../../../src/main/store/connection.ts';
import { openDatabase } from '../../../src/main/store/database.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { DatabaseWait } from '../../../src/shared/contract/records/host.ts';
import { holdLock } from './held-lock.ts';
import { temporaryFile } from './samples.ts';
import { inspect, openStore } from './support.ts';

const fail = (): never => {
  throw new WorkbenchError('conflict', 'no further');
};

describe('while another process writes', () => {
  it('the thread goes on, and everything is written afterwards, in its order', async () => {
    const { store, file } = openStore();
    const lock = await holdLock(file);
    const written: string[] = [];
    const turns = ['a', 'b', 'c'].map((key) =>
      store.inTurn(() => {
        store.preferences.set(key, written.length);
        written.push(key);
      }),
    );
    // Timers come in time, and reading is answered: the other process waits for a word of this one.
    await delay(10);
    expect(store.preferences.all()).toEqual({});
    expect(written).toEqual([]);
    await lock.release();
    await Promise.all(turns);
    expect(written).toEqual(['a', 'b', 'c']);
    expect(store.preferences.all()).toEqual({ a: 0, b: 1, c: 2 });
  });

  it('it is told where and probably by whom, and when it is over', async () => {
    const { store, file, clock } = openStore();
    const lock = await holdLock(file);
    const told: (DatabaseWait | undefined)[] = [];
    const { promise: waits, resolve: isWaiting } = Promise.withResolvers<undefined>();
    store.followWaits((wait) => {
      told.push(wait);
      isWaiting(undefined);
    });
    const turn = store.inTurn(() => {
      store.preferences.set('a', 1);
    });
    await waits;
    await lock.release();
    await turn;
    expect(told.at(0)).toEqual({ file, writer: undefined });
    expect(told.at(-1)).toBeUndefined();

    inspect(file, (database) => {
      database
        .prepare('INSERT INTO bundle_merges VALUES (?, ?, ?, ?)')
        .run('one', MACHINE_SCOPE, process.pid, clock.now);
    });
    const again = await holdLock(file);
    const { promise: named, resolve } = Promise.withResolvers<DatabaseWait | undefined>();
    store.followWaits(resolve);
    const other = store.inTurn(() => undefined);
    expect(await named).toEqual({ file, writer: 'this workbench, which merges a bundle' });
    await again.release();
    await other;
  });

  it('what waits fails with the reason where the process is about to end', async () => {
    const { store, file } = openStore();
    const lock = await holdLock(file);
    const connection = new Connection(openDatabaseOf(file), file, Date.now);
    const turn = connection.turns.run(() => 'written');
    connection.turns.waitAtMost(0);
    await expect(turn).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining(`another program keeps it locked (${file};`) as string,
    });
    await lock.release();
    expect(await connection.turns.run(() => 'written')).toBe('written');
    expect(store.preferences.all()).toEqual({});
  });

  it('what waits fails when the database is closed', async () => {
    const file = temporaryFile();
    const connection = new Connection(openDatabase(file), file, Date.now);
    const lock = await holdLock(file);
    const turn = connection.turns.run(() => 'written');
    connection.close();
    await expect(turn).rejects.toMatchObject({ code: 'unavailable' });
    await lock.release();
  });
});

function openDatabaseOf(file: string): Database.Database {
  const database = openDatabase(file);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

describe('a turn', () => {
  it('runs at once where nobody else writes', async () => {
    const { store } = openStore();
    const turn = store.inTurn(() => {
      store.preferences.set('a', 1);
    });
    expect(store.preferences.all()).toEqual({ a: 1 });
    await turn;
  });

  it('keeps others from writing as long as it lasts', async () => {
    const { store, file } = openStore();
    const other = new Database(file, { timeout: 0 });
    onTestFinished(() => {
      other.close();
    });
    await store.inTurn(() => {
      expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked');
    });
    other.exec('BEGIN IMMEDIATE; ROLLBACK');
  });

  it('that fails keeps what was written before, and the next one follows', async () => {
    const { store } = openStore();
    const failing = store.inTurn(() => {
      store.preferences.set('before', 1);
      fail();
    });
    const next = store.inTurn(() => {
      store.preferences.set('next', 2);
    });
    await expect(failing).rejects.toMatchObject({ code: 'conflict', message: 'no further' });
    await next;
    expect(store.preferences.all()).toEqual({ before: 1, next: 2 });
  });

  it('that is asked for in another one comes after it, and after those that waited', async () => {
    const { store } = openStore();
    const order: string[] = [];
    let inner: Promise<unknown> | undefined;
    await store.inTurn(() => {
      const waiting = store.inTurn(() => order.push('waiting'));
      inner = Promise.all([waiting, store.inTurn(() => order.push('inner'))]);
      order.push('outer');
    });
    await inner;
    expect(order).toEqual(['outer', 'waiting', 'inner']);
  });

  it('waits for the disk, unless what it writes may be lost', async () => {
    const file = temporaryFile();
    const database = openDatabaseOf(file);
    const { turns } = new Connection(database, file, Date.now);
    const synchronous = (): unknown => database.pragma('synchronous', { simple: true });
    expect(await turns.run(synchronous)).toBe(2); // FULL
    expect(await turns.run(synchronous, { isSynced: false })).toBe(1); // NORMAL
    expect(synchronous()).toBe(2);
  });
});
