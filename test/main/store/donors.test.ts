/** Trainings that a search adopts from another one. */
import { expect, test } from 'vitest';
import { key, sampleTraining } from './samples.ts';
import { inspect, openStore, readWhileWriting, startedSearch } from './support.ts';

const IDENTITY = { training: 'a', pruning: 'b' };
const WANTED = { key: key(), identity: IDENTITY, capturedIteration: undefined };

test('the donor is the oldest that prunes alike, else the oldest, and is sound', () => {
  const { store, file } = openStore();
  expect(store.donors.find(WANTED)).toBeUndefined();
  const [other, same, later] = [1, 2, 3].map(() => startedSearch(store));
  store.trainings.save(other!, sampleTraining(key(), { identity: { ...IDENTITY, pruning: 'c' } }));
  expect(store.donors.find(WANTED)).toMatchObject({ searchId: other, hasSamePruning: false });
  for (const id of [same!, later!]) {
    store.trainings.save(id, sampleTraining(key(), { identity: IDENTITY }));
  }
  expect(store.donors.find(WANTED)).toMatchObject({ searchId: same, hasSamePruning: true });
  inspect(file, (database) => database.exec('UPDATE trainings SET density = 0.1 WHERE id = 2'));
  expect(store.donors.find(WANTED)).toMatchObject({ searchId: later });
});

/** A search that has found a donor in another one, and whether it can still adopt it. */
function foundDonor(training = sampleTraining(key(), { identity: IDENTITY })) {
  const { store, file } = openStore();
  const [donor, adopter] = [startedSearch(store), startedSearch(store)];
  store.trainings.save(donor, training);
  const found = store.donors.find(WANTED)!;
  const change = (sql: string): void => {
    inspect(file, (database) => database.exec(sql));
  };
  const isAdopted = (): boolean => store.donors.adopt(adopter, WANTED, found, undefined);
  return { store, donor, adopter, change, isAdopted };
}

test.each([
  ['was damaged', 'UPDATE trainings SET density = 0.1'],
  ['was deleted', 'DELETE FROM trainings'],
  ['has lost its weights', "DELETE FROM training_blobs WHERE role = 'final-weights'"],
  ['a bundle has added to', 'INSERT INTO unverified_trainings VALUES (1)'],
])('a donor that %s since it was found is not adopted', (_, sql) => {
  const { store, adopter, change, isAdopted } = foundDonor();
  change(sql);
  expect(isAdopted()).toBe(false);
  expect(store.trainings.count(adopter)).toBe(0);
});

test('a donor that was changed since it was found is checked again', () => {
  const dense = sampleTraining(key(), { identity: IDENTITY, nextMask: undefined });
  const sound = foundDonor(dense);
  sound.store.trainings.addNextMask(sound.donor, key(), Uint8Array.of(1), {});
  expect(sound.isAdopted()).toBe(true);
  const damaged = foundDonor(dense);
  damaged.store.trainings.addNextMask(damaged.donor, key(), Uint8Array.of(1), {});
  damaged.change('UPDATE metrics SET validation_loss = 9');
  expect(damaged.isAdopted()).toBe(false);
});

test('the measurements of a donor are not read again while nobody else can write', () => {
  const { store } = openStore();
  const [donor, adopter] = [startedSearch(store), startedSearch(store)];
  store.trainings.save(donor, sampleTraining(key(), { identity: IDENTITY }));
  const found = store.donors.find(WANTED)!;
  const read = readWhileWriting(() => {
    store.donors.adopt(adopter, WANTED, found, undefined);
  });
  // Those of the copy, for its checksum.
  expect(read).toEqual([2]);
  expect(store.integrityCheck()).toEqual([]);
});

test('a training adopted by another search keeps its correct test examples without the donor', () => {
  const { store } = openStore();
  const [donor, adopter] = [startedSearch(store), startedSearch(store)];
  const identity = { training: 'a', pruning: 'b' };
  const dense = sampleTraining(key(), { identity });
  store.trainings.save(donor, dense);
  const wanted = { key: key(), identity, capturedIteration: undefined };
  store.donors.adopt(adopter, wanted, store.donors.find(wanted)!, undefined);
  store.searches.setStatus(donor, 'finished');
  store.searches.delete(donor);
  expect(store.trainings.correctAtEarlyStop(donor)).toEqual(new Map());
  expect(store.trainings.correctAtEarlyStop(adopter)).toEqual(
    new Map([['0/0/ticket', dense.correctAtEarlyStop]]),
  );
  expect(store.integrityCheck()).toEqual([]);
});
