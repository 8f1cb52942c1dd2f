import { copyFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import { openDatabase } from '../../../src/main/store/database.ts';
import { Store } from '../../../src/main/store/store.ts';
import { key, sampleSearch, sampleTraining, temporaryFile } from './samples.ts';
import { failure, inspect, MOMENT, openStore, readWhileWriting, startedSearch } from './support.ts';

/** A finished search with all its trainings. */
function finishedSearch(store: Store): string {
  const search = sampleSearch();
  const id = startedSearch(store, search);
  for (const each of plannedTrainings(search.settings)) {
    const identity = { training: `training ${JSON.stringify(each)}`, pruning: 'pruning' };
    const rewindPoint = each.level === 0 ? sampleTraining(each).finalWeights : undefined;
    store.trainings.save(id, sampleTraining(each, { identity, rewindPoint }));
  }
  store.searches.setStatus(id, 'finished');
  return id;
}

function rolesIn(file: string): string[] {
  return inspect(file, (database) =>
    database
      .prepare<[], string>('SELECT DISTINCT role FROM training_blobs ORDER BY role')
      .pluck()
      .all(),
  );
}

const arraysIn = (file: string): number =>
  inspect(file, (database) =>
    database.prepare<[], number>('SELECT count(*) FROM blobs').pluck().get()!,
  );

describe('dropping weights', () => {
  it('keeps masks, measurements and correct examples, and every checksum holds', () => {
    const { store, file } = openStore();
    const id = finishedSearch(store);
    const before = store.trainings.list(id);
    const mask = store.trainings.mask(id, key(1, 2));
    store.droppedWeights.drop(id);

    expect(rolesIn(file)).toEqual(['correct-at-early-stop', 'mask', 'next-mask']);
    expect(store.trainings.list(id)).toEqual(before);
    expect(store.trainings.mask(id, key(1, 2))).toEqual(mask);
    expect(store.droppedWeights.at(id)).toBe(MOMENT);
    expect(store.integrityCheck()).toEqual([]);
  });

  it('reads no measurement while nobody else can write', () => {
    const { store } = openStore();
    const id = finishedSearch(store);
    const read = readWhileWriting(() => {
      store.droppedWeights.drop(id);
    });
    expect(read).toEqual([]);
    expect(store.integrityCheck()).toEqual([]);
  });

  it('checks a training again that has changed since it was checked', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(), { nextMask: undefined }));
    store.searches.setStatus(id, 'finished');
    vi.spyOn(store.leases, 'checkFree')
      .mockImplementationOnce(() => undefined)
      .mockImplementationOnce(() => {
        store.trainings.addNextMask(id, key(), Uint8Array.of(1), { pruning: 'b' });
      });
    store.droppedWeights.drop(id);
    expect(store.trainings.hasNextMask(id, key())).toBe(true);
    expect(store.droppedWeights.at(id)).toBe(MOMENT);
    expect(store.integrityCheck()).toEqual([]);
  });

  it('is said by whatever reads the weights, with the day', () => {
    const { store } = openStore();
    const id = finishedSearch(store);
    store.droppedWeights.drop(id);
    const error = failure(() => store.trainings.weights(id, key(0, 1)));
    expect(error.code).toBe('not-found');
    expect(error.message).toMatch(
      /the initial weights of .* were dropped on 2025-03-1\d to save space; masks and measurements are kept/,
    );
    expect(error.hint).toContain('follow from the seed');
  });

  it('leaves what other searches share to them', () => {
    const { store } = openStore();
    const [one, other] = [finishedSearch(store), finishedSearch(store)];
    const weights = store.trainings.weights(other, key(0, 1));
    expect(store.usage.weightBytes([one]).freed).toBe(0);
    store.droppedWeights.drop(one);
    expect(store.trainings.weights(other, key(0, 1))).toEqual(weights);
    expect(store.integrityCheck()).toEqual([]);
  });

  it('frees what it says it frees', () => {
    const { store, file } = openStore();
    const [one, other] = [finishedSearch(store), finishedSearch(store)];
    const arrays = (): number =>
      inspect(file, (database) =>
        database.prepare<[], number>('SELECT sum(length(data)) FROM blobs').pluck().get()!,
      );
    const { freed, shared } = store.usage.weightBytes([one, other]);
    const before = arrays();
    store.droppedWeights.drop(one);
    store.droppedWeights.drop(other);
    expect(shared).toBe(0);
    expect(before - arrays()).toBe(freed);
  });

  it('is no donor any more: its trainings run again', () => {
    const { store } = openStore();
    const id = finishedSearch(store);
    const wanted = {
      key: key(),
      identity: { training: `training ${JSON.stringify(key())}`, pruning: 'pruning' },
      capturedIteration: undefined,
    };
    const donor = store.donors.find(wanted)!;
    expect(donor.searchId).toBe(id);
    store.droppedWeights.drop(id);
    expect(store.donors.find(wanted)).toBeUndefined();
    // It was found before they were dropped.
    const adopter = startedSearch(store);
    expect(store.donors.adopt(adopter, wanted, donor, undefined)).toBe(false);
    expect(store.trainings.count(adopter)).toBe(0);
  });

  it.each(['interrupted', 'failed', 'running'] as const)(
    'refuses a search that is %s',
    (status) => {
      const { store, file } = openStore();
      const id = finishedSearch(store);
      store.searches.setStatus(id, status);
      if (status === 'running') store.leases.acquire(id, 'someone');
      const arrays = arraysIn(file);
      expect(failure(() => store.droppedWeights.drop(id)).code).toBe('conflict');
      expect(arraysIn(file)).toBe(arrays);
    },
  );

  it('refuses a search whose analyses are not finished, and one in the trash', () => {
    const { store } = openStore();
    const id = finishedSearch(store);
    store.analyses.request(id, { id: 'early-bird', levels: [1] }, 1);
    expect(failure(() => store.droppedWeights.drop(id)).message).toContain('its analyses');
    store.analyses.cancel(id);
    store.history.markDeleted([id]);
    expect(failure(() => store.droppedWeights.drop(id)).code).toBe('not-found');
  });

  it('happens once, and says so', () => {
    const { store } = openStore();
    const id = finishedSearch(store);
    store.droppedWeights.drop(id);
    expect(failure(() => store.droppedWeights.drop(id)).message).toContain('dropped already');
    expect(store.droppedWeights.count()).toBe(1);
  });

  it('refuses a damaged training, whose new checksum would vouch for the damage', () => {
    const file = temporaryFile();
    const first = Store.open(file);
    const id = finishedSearch(first);
    first.close();
    inspect(file, (database) => database.prepare('UPDATE metrics SET validation_loss = 9').run());
    const { store } = openStore(file);
    expect(failure(() => store.droppedWeights.drop(id)).code).toBe('store-failed');
    expect(rolesIn(file)).toContain('final-weights');
    expect(store.droppedWeights.at(id)).toBeUndefined();
  });

  it('heals measurements from a backup that still has the weights', () => {
    const { store, file } = openStore();
    const id = finishedSearch(store);
    const backup = temporaryFile();
    store.backUp(backup);
    store.droppedWeights.drop(id);
    store.close();
    inspect(file, (database) => database.prepare('UPDATE metrics SET validation_loss = 9').run());

    const { store: opened } = openStore(file);
    expect(opened.integrityCheck()).not.toEqual([]);
    expect(opened.deepCheck([backup], true).every(({ isHealed }) => isHealed)).toBe(true);
    expect(opened.integrityCheck()).toEqual([]);
    expect(rolesIn(file)).not.toContain('final-weights');
  });

  it('is undone by a backup from before', () => {
    const { store } = openStore();
    const id = finishedSearch(store);
    const backup = temporaryFile();
    store.backUp(backup);
    store.droppedWeights.drop(id);
    const restored = temporaryFile();
    copyFileSync(backup, restored);
    const { store: before } = openStore(restored);
    expect(before.trainings.weights(id, key())).toMatchObject({ mask: expect.any(Uint8Array) });
    expect(before.droppedWeights.at(id)).toBeUndefined();
  });

  it('gives a training of an earlier version no checksum', () => {
    const { store, file } = openStore();
    const id = finishedSearch(store);
    inspect(file, (database) => database.prepare('UPDATE trainings SET checksum = NULL').run());
    store.droppedWeights.drop(id);
    const sealed = inspect(file, (database) =>
      database.prepare<[], number>('SELECT count(checksum) FROM trainings').pluck().get(),
    );
    expect(sealed).toBe(0);
  });
});

/** Bytes that zstd can't make smaller, so that a search takes megabytes. */
function bigSearch(file: string): void {
  const database = openDatabase(file);
  onTestFinished(() => {
    database.close();
  });
  database.exec(`
    WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 40)
    INSERT INTO blobs (sha256, encoding, raw_size, data)
    SELECT randomblob(32), 'zstd', 1, randomblob(100000) FROM counted`);
  database.exec(`DELETE FROM blobs WHERE raw_size = 1`);
}

it('returns the space to the disk: the file is shorter', () => {
  const { store, file } = openStore();
  bigSearch(file);
  const pages = (): number =>
    inspect(file, (database) => Number(database.pragma('page_count', { simple: true })));
  expect(pages()).toBeGreaterThan(900);
  const told: number[] = [];
  store.returnSpace((fraction) => told.push(fraction));
  expect(pages()).toBeLessThan(200);
  expect(told.at(-1)).toBe(1);
  const reader = new Database(file, { readonly: true });
  onTestFinished(() => {
    reader.close();
  });
  expect(reader.pragma('freelist_count', { simple: true })).toBe(0);
});
