/** A workbench that closes while a merge can't end: the merge is terminated, and the next start tidies up. */
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { BundleService } from '../../../../src/main/workbench/bundles/bundle-service.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { mergeBundle } from '../../../../src/main/workbench/bundles/merge-bundle.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { countRows } from '../../store/support.ts';
import { bundleOf, emptyStore, everythingOf, LARGE, saveSearch } from './samples.ts';

/**
 * Begins to write to a database as soon as a merge has stored arrays there, so that it can neither go on nor
 * take them back.
 *
 * @returns undefined if the merge had ended before.
 */
async function holdUp(
  file: string,
  hasEnded: () => boolean,
): Promise<Database.Database | undefined> {
  const other = new Database(file, { timeout: 0 });
  const staged = other.prepare<[], number>('SELECT count(*) FROM staged_arrays').pluck();
  while (!hasEnded()) {
    await turn();
    try {
      other.exec('BEGIN IMMEDIATE');
    } catch {
      // The merge writes.
      continue;
    }
    if (staged.get()! > 0) return other;
    other.exec('ROLLBACK');
  }
  other.close();
  return undefined;
}

/** Begins a merge, and closes the workbench while it has stored arrays. @returns whether it came to that. */
async function closeWithin(directory: string, bundle: string): Promise<boolean> {
  const file = databaseFile(directory);
  const service = new BundleService({
    directory,
    onProgress: () => undefined,
    onMerged: () => undefined,
    onError: (error) => {
      throw error;
    },
    closingMilliseconds: 100,
  });
  let hasEnded = false;
  const merging = service
    .merge('one', bundle)
    .catch(reportOf)
    .finally(() => {
      hasEnded = true;
    });
  const other = await holdUp(file, () => hasEnded);
  await service.close();
  if (!other) return false;
  expect(await merging).toMatchObject({
    code: 'interrupted',
    message: 'the merge was ended: the workbench is closing',
  });
  other.exec('ROLLBACK');
  other.close();
  return true;
}

it('a merge that can’t take back what it has stored is terminated', async () => {
  const from = emptyStore();
  const id = saveSearch(from, LARGE);
  const bundle = await bundleOf(from, [id]);
  let directory: string;
  do {
    directory = temporaryFolder();
    Store.open(databaseFile(directory)).close();
    // On a busy machine, the merge may have ended first.
  } while (!(await closeWithin(directory, bundle)));
  const file = databaseFile(directory);
  expect(countRows(file, 'searches')).toBe(0);
  expect(countRows(file, 'staged_arrays')).toBeGreaterThan(0);

  const next = Store.open(file, { isProcessAlive: () => false });
  expect(next.bundleMerge.hasAbandoned()).toBe(true);
  next.bundleMerge.removeAbandoned();
  expect([countRows(file, 'blobs'), countRows(file, 'bundle_merges')]).toEqual([0, 0]);
  await mergeBundle(next, bundle);
  expect(everythingOf(next, id).weights).toEqual(everythingOf(from, id).weights);
  expect(next.integrityCheck()).toEqual([]);
  next.close();
});
