/** A store of the test's own, and looks into its file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Liveness } from '../../../src/main/store/liveness.ts';
import { Store } from '../../../src/main/store/store.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
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
