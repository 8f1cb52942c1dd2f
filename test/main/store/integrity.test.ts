import { describe, expect, test } from 'vitest';
import { key, sampleTraining } from './samples.ts';
import { inspect, openStore, startedSearch } from './support.ts';

describe('the integrity check', () => {
  test('finds nothing in a healthy database', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key()));
    expect(store.integrityCheck()).toEqual([]);
  });

  test('finds references to nothing and wrong counts', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key()));
    inspect(file, (database) => {
      database.pragma('foreign_keys = OFF');
      database.exec('DELETE FROM blobs WHERE id = 1; UPDATE searches SET trainings_done = 5');
    });
    expect(store.integrityCheck()).toEqual([
      'a row of training_blobs refers to nothing in blobs',
      `replicate 1, level 0, dense of the search ${id} is damaged: its measurements do not match their checksum`,
      `the search ${id} is damaged: the checksum of its row in the history does not match`,
    ]);
  });
});
