import { describe, expect, test } from 'vitest';
import { describeTraining } from '../../../src/shared/domain/training.ts';
import { denseLayout, key, sampleSearch, sampleTraining } from './samples.ts';
import { countRows, failure, inspect, openStore, startedSearch } from './support.ts';

function encodingsOf(file: string, role: string): string[] {
  return inspect(file, (database) =>
    database
      .prepare<[string], string>(
        `SELECT encoding FROM blobs JOIN training_blobs ON blob_id = blobs.id WHERE role = ?`,
      )
      .pluck()
      .all(role),
  );
}

describe('blobs', () => {
  test('are kept once however often they are saved', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    for (const level of [0, 1, 2]) store.trainings.save(id, sampleTraining(key(0, level)));
    // Initial weights are shared, and a level's next mask is the mask of the next level: one set of
    // initial weights, three of final weights, four masks, three of correct test examples.
    expect(countRows(file, 'training_blobs')).toBe(3 * 5);
    expect(countRows(file, 'blobs')).toBe(1 + 3 + 4 + 3);
  });

  test('of weights that are mostly zero are small', () => {
    const { store, file } = openStore();
    const layout = denseLayout(200, 100, 10);
    const search = sampleSearch(undefined, layout);
    const id = startedSearch(store, { ...search, settings: search.settings });
    store.trainings.save(id, sampleTraining(key(0, 0), {}, layout));
    const sparse = sampleTraining(key(0, 1), {}, layout);
    sparse.finalWeights.fill(0, 500);
    store.trainings.save(id, sparse);
    const shares = inspect(file, (database) =>
      database
        .prepare<[], number>(
          `SELECT length(data) * 1.0 / raw_size FROM blobs JOIN training_blobs ON blob_id = blobs.id
           WHERE role = 'final-weights' ORDER BY training_id`,
        )
        .pluck()
        .all(),
    );
    expect(shares[0]).toBeLessThan(0.97);
    expect(shares[1]).toBeLessThan(0.05);
  });

  test('of pruned weights come back bit by bit, minus zero and NaN among them', () => {
    const { store, file } = openStore();
    const layout = denseLayout(37, 11, 3);
    const search = sampleSearch(undefined, layout);
    const id = startedSearch(store, { ...search, settings: search.settings });
    const training = sampleTraining(key(0, 1), {}, layout);
    const bits = new Uint32Array(training.finalWeights.buffer).fill(0, 40, 300);
    bits[7] = 0x80000000;
    bits[40] = 0x7fc00001;
    bits[41] = 1;
    store.trainings.save(id, training);
    const { finalWeights } = store.trainings.weights(id, key(0, 1));
    expect(new Uint32Array(finalWeights.buffer)).toEqual(bits);
    expect(encodingsOf(file, 'final-weights')).toEqual(['zstd-survivors']);
    expect(encodingsOf(file, 'initial-weights')).toEqual(['zstd']);
  });

  test('that come again are told from those that have changed since', () => {
    const { store } = openStore();
    const layout = denseLayout(200, 100, 10);
    const search = sampleSearch(undefined, layout);
    const id = startedSearch(store, { ...search, settings: search.settings });
    for (const level of [0, 1]) store.trainings.save(id, sampleTraining(key(0, level), {}, layout));
    const changed = sampleTraining(key(0, 2), {}, layout);
    changed.initialWeights[20_000] = 1;
    store.trainings.save(id, changed);
    for (const level of [0, 1]) {
      expect(store.trainings.weights(id, key(0, level)).initialWeights[20_000]).not.toBe(1);
    }
    expect(store.trainings.weights(id, key(0, 2)).initialWeights).toEqual(changed.initialWeights);
  });

  const damages = [
    ['a flipped bit', 'UPDATE blobs SET data = @flipped WHERE id = @id'],
    ['nothing', "UPDATE blobs SET data = x'' WHERE id = @id"],
    ['half of it', 'UPDATE blobs SET data = substr(data, 1, length(data) / 2) WHERE id = @id'],
    [
      'other bytes',
      'UPDATE blobs SET data = (SELECT data FROM blobs WHERE id <> @id) WHERE id = @id',
    ],
    ['an encoding of later', "UPDATE blobs SET encoding = 'later' WHERE id = @id"],
    ['a smaller size', 'UPDATE blobs SET raw_size = 1 WHERE id = @id'],
  ] as const;
  const stored = [
    [0, 'zstd'],
    [2, 'zstd-survivors'],
  ] as const;
  const cases = damages.flatMap(([what, damage]) =>
    stored.map(([level, encoding]) => ({ what, damage, level, encoding })),
  );
  test.each(cases)('in $encoding that come back as $what are an error', (each) => {
    const { damage, level, encoding } = each;
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(0, level)));
    expect(encodingsOf(file, 'final-weights')).toEqual([encoding]);
    const name = inspect(file, (database) => {
      const blob = database
        .prepare<[], { id: number; sha256: Buffer; data: Buffer }>(
          `SELECT id, sha256, data FROM blobs
           JOIN training_blobs ON blob_id = id WHERE role = 'final-weights'`,
        )
        .get()!;
      const flipped = Buffer.from(blob.data);
      flipped[flipped.length >> 1]! ^= 4;
      database.prepare(damage).run({ id: blob.id, flipped });
      return blob.sha256.toString('hex');
    });

    const error = failure(() => store.trainings.weights(id, key(0, level)));
    expect(error.code).toBe('store-failed');
    expect(error.message).toBe(
      `the final weights of ${describeTraining(key(0, level))} of the search ${id} can't be read: blob ${name} is damaged`,
    );
    expect(store.integrityCheck()).toEqual([
      `blob ${name} is damaged: final-weights in the search ${id}`,
    ]);
    // What does not need it can still be read.
    expect(store.trainings.mask(id, key(0, level))).toEqual(sampleTraining(key(0, level)).mask);
    expect(store.trainings.list(id)).toHaveLength(1);
  });
});
