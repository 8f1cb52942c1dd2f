import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StorageProgress } from '../../../../src/shared/contract/records/storage.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import {
  allTransfers,
  transferFolder,
} from '../../../../src/main/workbench/bundles/transfer-folder.ts';
import { StorageService } from '../../../../src/main/workbench/storage/storage-service.ts';
import { sampleSearch, sampleTraining } from '../../store/samples.ts';
import { countRows, inspect, openStore, startedSearch } from '../../store/support.ts';

const SEVEN_DAYS = 7 * 86_400_000;

function openService() {
  const { store, clock, file } = openStore();
  const told: (StorageProgress | undefined)[] = [];
  let freed = 0;
  const service = new StorageService({
    store,
    cache: undefined,
    onProgress: (progress) => told.push(progress),
    onFreed: () => {
      freed += 1;
    },
  });
  onTestFinished(() => service.close());
  return { store, clock, file, service, told, freed: () => freed };
}

function finishedSearch(store: Store, name = 'A sample'): string {
  const search = sampleSearch();
  const id = startedSearch(store, { ...search, name });
  for (const key of plannedTrainings(search.settings))
    store.trainings.save(id, sampleTraining(key));
  store.searches.setStatus(id, 'finished');
  return id;
}

/** The folder of a workbench that was killed. */
const left = ({ directory }: Store): string => path.join(allTransfers(directory), '00000000-1-');

describe('storage, in a thread', () => {
  it('is measured, with progress that ends', async () => {
    const { store, service, told } = openService();
    const id = finishedSearch(store);
    const { searches, parts, databaseBytes, freeBytes } = await service.overview();
    expect(searches).toMatchObject([{ id, refusal: undefined }]);
    expect(parts.map(({ kind }) => kind)).toContain('final-weights');
    expect(databaseBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeGreaterThan(0);
    expect(told.at(-1)).toBeUndefined();
  });

  it('counts bundles on their way to and from browsers, also those that were left', async () => {
    const { store, service } = openService();
    for (const folder of [transferFolder(store.directory), left(store)]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'one.ticket'), new Uint8Array(700));
    }
    const { parts } = await service.overview();
    expect(parts).toContainEqual({ kind: 'transfers', bytes: 1400 });
  });

  it('makes no database where it was moved away', async () => {
    const { file, service } = openService();
    renameSync(file, `${file}.moved`);
    await expect(service.overview()).rejects.toThrow(`there is no file ${file}`);
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.moved`, file);
  });

  it('drops weights of those that can do without, and says why others stay', async () => {
    const { store, service, freed } = openService();
    const id = finishedSearch(store);
    const stopped = startedSearch(store, { ...sampleSearch(), name: 'Stopped' });
    store.searches.setStatus(stopped, 'interrupted');

    const preview = await service.preview([id, stopped, 'nothing']);
    expect(preview.searches).toEqual([{ id, name: 'A sample' }]);
    expect(preview.leftOut).toMatchObject([
      { id: stopped, name: 'Stopped', reason: expect.stringContaining('interrupted') },
      { id: 'nothing', reason: 'there is no such search' },
    ]);
    expect(store.droppedWeights.count()).toBe(0);

    const dropped = await service.dropWeights([id, stopped]);
    expect(dropped).toMatchObject({ searches: [id], leftOut: [{ id: stopped }] });
    expect(store.droppedWeights.at(id)).toBeDefined();
    expect(freed()).toBe(1);
  });

  it('frees one at a time', async () => {
    const { store, service } = openService();
    const id = finishedSearch(store);
    const first = service.dropWeights([id]);
    await expect(service.dropWeights([id])).rejects.toMatchObject({ code: 'conflict' });
    await first;
  });

  it('purges after seven days, not before, and not what was restored', async () => {
    const { store, clock, service, freed } = openService();
    const [gone, restored] = [finishedSearch(store), finishedSearch(store)];
    store.history.markDeleted([gone, restored]);
    const deletedAt = clock.now;
    expect((await service.trash()).searches).toMatchObject([
      { purgedAfter: deletedAt + SEVEN_DAYS },
      { purgedAfter: deletedAt + SEVEN_DAYS },
    ]);
    await service.purgeExpired(deletedAt + SEVEN_DAYS);
    expect(store.trash.list()).toHaveLength(2);
    store.history.unmarkDeleted([restored]);
    await service.purgeExpired(deletedAt + SEVEN_DAYS + 1);
    expect(store.trash.list()).toEqual([]);
    expect(store.searches.list().map(({ id }) => id)).toEqual([restored]);
    expect(freed()).toBe(1);
  });

  it('removes what merges of bundles have left that were killed', async () => {
    const { store, file, clock, service } = openService();
    const id = finishedSearch(store);
    const blobs = countRows(file, 'blobs');
    inspect(file, (database) => {
      database.exec(`
        INSERT INTO blobs VALUES (1000, randomblob(32), 'zstd', 4, x'00');
        INSERT INTO bundle_merges VALUES ('killed', 'a machine', 1, 0);
        INSERT INTO staged_arrays VALUES ('killed', 1000);
        INSERT INTO staged_arrays SELECT 'killed', min(id) FROM blobs;
      `);
    });
    await service.purgeExpired(clock.now);
    expect(countRows(file, 'blobs')).toBe(blobs);
    expect(countRows(file, 'bundle_merges')).toBe(0);
    expect(store.trainings.list(id)).toHaveLength(10);
    expect(store.integrityCheck()).toEqual([]);
  });

  it('deletes for good what is in the trash, and nothing else', async () => {
    const { store, service } = openService();
    const [deleted, kept] = [finishedSearch(store), finishedSearch(store)];
    store.history.markDeleted([deleted]);
    expect(await service.deleteForGood([deleted, kept])).toMatchObject({ searches: [deleted] });
    expect(store.searches.list().map(({ id }) => id)).toEqual([kept]);
  });

  it('is not measured any more once the workbench is closed', async () => {
    const { service } = openService();
    await service.close();
    await expect(service.overview()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the workbench is closing',
    });
  });
});
