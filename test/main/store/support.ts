/** A store of the test's own, and looks into its file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { onTestFinished, vi } from 'vitest';
import type { Decoder } from '../../../src/main/store/columns.ts';
import { Connection, type Parameters as Given } from '../../../src/main/store/connection.ts';
import type { Liveness } from '../../../src/main/store/liveness.ts';
import { MEASUREMENTS } from '../../../src/main/store/sealed.ts';
import { Store } from '../../../src/main/store/store.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { StoredTraining } from '../../../src/shared/domain/training-record.ts';
import { denseLayout, ENVIRONMENT, FINGERPRINT, sampleSearch, temporaryFile } from './samples.ts';

export const MOMENT = Date.UTC(2025, 2, 14, 15, 30, 45);

/** A store whose clock stands still until the test moves it. */
export function openStore(file = temporaryFile(), options: Partial<Liveness> = {}) {
  const clock = { now: MOMENT };
  const store = Store.open(file, { now: () => clock.now, ...options });
  onTestFinished(() => store.close());
  return { store, clock, file };
}

export function startedSearch(store: Store, search = sampleSearch()) {
  const { id } = store.searches.create(search);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  return id;
}

/** A store with a search of these trainings, and what changes its file past the store. */
export function openTrained(...trainings: readonly StoredTraining[]) {
  const { store, file } = openStore();
  const id = startedSearch(store);
  for (const training of trainings) store.trainings.save(id, training);
  const damage = (...statements: readonly string[]): void => {
    inspect(file, (database) => {
      for (const sql of statements) database.exec(sql);
    });
  };
  return { store, file, id, damage };
}

/** The ids of trainings of which all measurements are read in a transaction that keeps others from writing. */
export function readWhileWriting(work: () => void): number[] {
  const read: number[] = [];
  let isWriting = false;
  const write = Reflect.get(Connection.prototype, 'write');
  const prepare = Reflect.get(Connection.prototype, 'prepare');
  vi.spyOn(Connection.prototype, 'write').mockImplementation(function (
    this: Connection,
    problem,
    inTransaction,
  ) {
    isWriting = true;
    try {
      return write.call(this, problem, inTransaction);
    } finally {
      isWriting = false;
    }
  });
  const watched = function (this: Connection, sql: string, decoder: Decoder<unknown>) {
    const query = prepare.call(this, sql, decoder);
    if (sql !== MEASUREMENTS.page) return query;
    return {
      ...query,
      all: (...parameters: Given) => {
        const [id, after] = parameters;
        if (isWriting && after === -1) read.push(Number(id));
        return query.all(...parameters);
      },
    };
  };
  vi.spyOn(Connection.prototype, 'prepare').mockImplementation(watched);
  try {
    work();
  } finally {
    vi.restoreAllMocks();
  }
  return read;
}

/** Looks into the file past the store. */
export function inspect<Result>(
  file: string,
  work: (database: Database.Database) => Result,
): Result {
  const database = new Database(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/**
 * Overwrites a page of the file with rows of this table, as a failing disk does.
 *
 * @param place of the page among those of the table, in the order of its key; from the end if negative.
 */
export function destroyPage(file: string, table: string, place = 0): void {
  const { page, bytes } = inspect(file, (database) => {
    database.pragma('wal_checkpoint(TRUNCATE)');
    const pages = database
      .prepare<[string], number>(
        "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path",
      )
      .pluck()
      .all(table);
    return {
      page: pages.at(place)!,
      bytes: Number(database.pragma('page_size', { simple: true })),
    };
  });
  const opened = openSync(file, 'r+');
  writeSync(opened, Buffer.alloc(bytes, 0xff), 0, bytes, (page - 1) * bytes);
  closeSync(opened);
}

export const TRANSFER = 'transfer-fashion-mnist';
export const TARGET_LAYOUT = denseLayout(5, 4, 7);

/** With a transfer whose network has another output layer. */
export function transferSearch() {
  const branches = [{ id: 'transfer', dataset: { id: 'fashion-mnist', validation: 5000 } }];
  return {
    ...sampleSearch({ branches }),
    targetLayouts: new Map([[TRANSFER, TARGET_LAYOUT]]),
  };
}

export function countRows(file: string, table: string): number {
  return inspect(file, (database) =>
    database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!,
  );
}

export function failure(work: () => unknown): WorkbenchError {
  try {
    work();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
