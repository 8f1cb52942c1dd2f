/** Merges that can neither go on nor take back what they have stored: stopped, and when the workbench closes. */
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import { BUSY_MILLISECONDS } from '../../../../src/main/store/connection.ts';
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
  /** A merge that was committed has the search, and is held up while it releases its arrays. */
  const isUnderWay = other
    .prepare<[], number>(
      'SELECT EXISTS (SELECT 1 FROM staged_arrays) AND NOT EXISTS (SELECT 1 FROM searches)',
    )
    .pluck();
  while (!hasEnded()) {
    await turn();
    try {
      other.exec('BEGIN IMMEDIATE');
    } catch {
      // The merge writes.
      continue;
    }
    if (isUnderWay.get() === 1) return other;
    other.exec('ROLLBACK');
  }
  other.close();
  return undefined;
}

/** @param closingMilliseconds how long closing waits for a merge to end by itself. */
function serviceOf(directory: string, closingMilliseconds?: number): BundleService {
  return new BundleService({
    directory,
    onProgress: () => undefined,
    onMerged: () => undefined,
    onError: (error) => {
      throw error;
    },
    ...(closingMilliseconds !== undefined && { closingMilliseconds }),
  });
}

/** Begins merges in new data directories until one is held up: on a busy machine, one may have ended first. */
async function heldUpMerge(bundle: string, closingMilliseconds?: number) {
  for (;;) {
    const directory = temporaryFolder();
    const file = databaseFile(directory);
    Store.open(file).close();
    const service = serviceOf(directory, closingMilliseconds);
    let hasEnded = false;
    const merging = service
      .merge('one', bundle)
      .catch(reportOf)
      .finally(() => {
        hasEnded = true;
      });
    const other = await holdUp(file, () => hasEnded);
    if (other) return { file, service, merging, other };
    await service.close();
  }
}

/** A bundle of one search whose arrays are stored in several steps, and where it comes from. */
async function largeBundle() {
  const from = emptyStore();
  const id = saveSearch(from, LARGE);
  return { from, id, bundle: await bundleOf(from, [id]) };
}

it('a merge that is stopped waits as long as it takes to remove what it has stored', async () => {
  const { bundle } = await largeBundle();
  const { file, service, merging, other } = await heldUpMerge(bundle);
  service.stop('one');
  // A statement that does not wait patiently has given up then.
  await delay(1.2 * BUSY_MILLISECONDS);
  other.close();
  expect(await merging).toMatchObject({
    code: 'interrupted',
    message: 'the merge was stopped, and nothing was merged',
  });
  const left = ['searches', 'blobs', 'staged_arrays', 'bundle_merges'].map((table) =>
    countRows(file, table),
  );
  expect(left).toEqual([0, 0, 0, 0]);
  await service.close();
});

it('a merge that can’t take back what it has stored is terminated when the workbench closes', async () => {
  const { from, id, bundle } = await largeBundle();
  const { file, service, merging, other } = await heldUpMerge(bundle, 100);
  await service.close();
  expect(await merging).toMatchObject({
    code: 'interrupted',
    message: 'the merge was ended: the workbench is closing',
    hint: expect.stringContaining('what is here already changes nothing') as string,
  });
  other.close();
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
