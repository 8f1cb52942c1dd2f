import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { REMOVAL } from '../removal.ts';

/** Works in a data directory of its own, which is removed afterwards. */
export async function inTemporaryStore<Result>(
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-verify-'));
  const store = Store.open(databaseFile(folder));
  try {
    return await work(store);
  } finally {
    store.close();
    rmSync(folder, REMOVAL);
  }
}
