/** What a result needs of a training is read and checked without its other measurements. */
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../src/main/store/connection.ts';
import { damagedDecisive } from '../../../src/main/store/damaged-rows.ts';
import { digestsOf } from '../../../src/main/store/row-digests.ts';
import { DECISIVE } from '../../../src/main/store/sealed.ts';
import { Store } from '../../../src/main/store/store.ts';
import type { Evaluation } from '../../../src/shared/domain/training.ts';
import { ENVIRONMENT, key, sampleSearch, sampleTraining } from './samples.ts';
import { countRows, failure, openTrained, startedSearch } from './support.ts';

/** The early stop is at 200, the earlier of two equals, and the last one at 400. */
const EVALUATIONS: readonly Evaluation[] = [0.5, 0.4, 0.1, 0.1, 0.3].map((loss, index) => ({
  iteration: 100 * index,
  validationLoss: loss,
  validationAccuracy: 1 - loss,
  testLoss: loss + 0.01,
  testAccuracy: 0.9 - loss,
}));

const DAMAGED_STOP = 'UPDATE metrics SET test_accuracy = 0.99 WHERE iteration = 200';
const DAMAGED_RECORD = 'UPDATE decisive_evaluations SET early_stop = 300';
const DAMAGED_CURVE = 'UPDATE metrics SET validation_loss = 0.01 WHERE iteration = 100';

let store: Store;
let file: string;
let id: string;
let damage: ReturnType<typeof openTrained>['damage'];

beforeEach(() => {
  const training = sampleTraining(key(), { evaluations: EVALUATIONS });
  ({ store, file, id, damage } = openTrained(training));
});

/** As another process reads it, which has checked nothing yet. */
function later<Result>(read: (trainings: Store['trainings']) => Result): Result {
  const other = Store.open(file);
  try {
    return read(other.trainings);
  } finally {
    other.close();
  }
}

const outcome = () => later((trainings) => trainings.outcomes(id)[0]!);
const refusal = (read: (trainings: Store['trainings']) => unknown) => failure(() => later(read));

it('are the early stop and the last one, with everything else of the training', () => {
  const [whole] = store.trainings.list(id);
  expect(outcome()).toEqual({ ...whole, evaluations: [EVALUATIONS[2], EVALUATIONS[4]] });
});

it('are one where the last is the early stop', () => {
  const evaluations = EVALUATIONS.slice(0, 3);
  store.trainings.save(id, sampleTraining(key(1), { evaluations }));
  expect(store.trainings.outcomes(id)[1]?.evaluations).toEqual([evaluations[2]]);
});

it('are those of the donor where a training is adopted', () => {
  const identity = { training: 'a', pruning: 'b' };
  store.trainings.save(id, sampleTraining(key(1), { evaluations: EVALUATIONS, identity }));
  const other = startedSearch(store);
  const wanted = { key: key(), identity, capturedIteration: undefined };
  store.donors.adopt(other, wanted, store.donors.find(wanted)!, undefined);
  damage(DAMAGED_CURVE);
  expect(later((trainings) => trainings.outcomes(other)[0]?.evaluations)).toEqual([
    EVALUATIONS[2],
    EVALUATIONS[4],
  ]);
});

describe('damage', () => {
  it('of another measurement is told by what reads the curve, and hides no result', () => {
    const before = outcome();
    damage(DAMAGED_CURVE);
    expect(outcome()).toEqual(before);
    expect(later((trainings) => trainings.correctAtEarlyStop(id).size)).toBe(1);
    for (const read of [
      (trainings: Store['trainings']) => trainings.list(id),
      (trainings: Store['trainings']) => trainings.get(id, key()),
      (trainings: Store['trainings']) => trainings.curve(id, key()),
    ]) {
      expect(refusal(read)).toMatchObject({
        code: 'store-failed',
        message: `replicate 1, level 0, dense of the search ${id} is damaged: its measurements or arrays do not match their checksum`,
        hint: expect.stringContaining('ticket doctor --deep') as string,
      });
    }
  });

  it.each([
    ['a decisive measurement', DAMAGED_STOP],
    ['the record of which they are', DAMAGED_RECORD],
    ['its density', 'UPDATE trainings SET density = density / 2'],
    [
      'its correct test examples',
      `UPDATE training_blobs SET blob_id = 1 WHERE role = 'correct-at-early-stop'`,
    ],
    ['a lost measurement', 'DELETE FROM metrics WHERE iteration = 400'],
  ])('of %s is told by what reads results', (_, sql) => {
    damage(sql);
    for (const read of [
      (trainings: Store['trainings']) => trainings.outcomes(id),
      (trainings: Store['trainings']) => trainings.correctAtEarlyStop(id),
    ]) {
      expect(refusal(read)).toMatchObject({
        code: 'store-failed',
        message: `replicate 1, level 0, dense of the search ${id} is damaged: its early stop and its last evaluation do not match their checksum`,
        hint: expect.stringContaining('ticket doctor --deep') as string,
      });
    }
  });

  it('of the record alone is healed from the measurements', () => {
    damage(DAMAGED_RECORD);
    expect(later((trainings) => trainings.list(id)[0]?.evaluations)).toHaveLength(5);
    const message = `replicate 1, level 0, dense of the search ${id} is damaged: its early stop and its last evaluation do not match their checksum`;
    expect(store.deepCheck([], false)).toEqual([
      { message, source: 'its measurements', isHealed: false },
    ]);
    expect(store.deepCheck([], true)).toEqual([
      { message, source: 'its measurements', isHealed: true },
    ]);
    expect(store.integrityCheck()).toEqual([]);
    expect(outcome().evaluations[0]).toEqual(EVALUATIONS[2]);
  });

  it('of both is healed at once from a backup', () => {
    const backup = path.join(store.directory, 'backup.sqlite');
    const before = outcome();
    store.backUp(backup);
    damage(DAMAGED_CURVE, DAMAGED_RECORD);
    expect(store.deepCheck([backup], true)).toMatchObject([{ source: backup, isHealed: true }]);
    expect(store.integrityCheck()).toEqual([]);
    expect(outcome()).toEqual(before);
  });

  it('is found where the record is sealed, but is not what the measurements say', () => {
    damage(DAMAGED_RECORD);
    const database = new Database(file);
    const connection = new Connection(database, file, Date.now);
    const [digest] = digestsOf(connection, DECISIVE.contents, [1], [[1, 300, 400]]).values();
    database.prepare('UPDATE decisive_evaluations SET checksum = ?').run(digest);
    database.close();
    expect(store.deepCheck([], true)).toMatchObject([
      { source: 'its measurements', isHealed: true },
    ]);
  });
});

it('of trainings of earlier versions are read after a check of all measurements', () => {
  damage('DELETE FROM decisive_evaluations');
  expect(outcome().evaluations).toEqual([EVALUATIONS[2], EVALUATIONS[4]]);
  damage(DAMAGED_CURVE);
  expect(refusal((trainings) => trainings.outcomes(id)).message).toContain('measurements');
});

it('of trainings that nothing vouches for stay without a checksum', () => {
  damage('UPDATE trainings SET checksum = NULL', 'DELETE FROM decisive_evaluations');
  store.searches.setStatus(id, 'finished');
  store.droppedWeights.drop(id);
  expect(countRows(file, 'decisive_evaluations')).toBe(0);
  expect(outcome().evaluations).toHaveLength(2);
});

it('are checked, however many there are, by doctor', () => {
  damage(
    `WITH RECURSIVE numbers (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2600)
     INSERT INTO trainings SELECT n, search_id, replicate, n, branch, session_id, density, kept_counts,
       engine, training_milliseconds, evaluation_milliseconds, finished_at, identity,
       pruning_identity, adopted_from, checksum FROM trainings, numbers WHERE id = 1`,
    'INSERT INTO decisive_evaluations SELECT id, 200, 400, checksum FROM trainings WHERE id > 1',
  );
  const connection = new Connection(new Database(file, { readonly: true }), file, Date.now);
  const found = damagedDecisive(connection).map((training) => training.id);
  connection.close();
  expect(found).toEqual(Array.from({ length: 2501 }, (_, index) => 100 + index));
});

it('keep their checksum true when a mask is added or weights are dropped', () => {
  const other = startedSearch(store, sampleSearch());
  store.trainings.save(other, sampleTraining(key(), { nextMask: undefined }));
  store.trainings.addNextMask(other, key(), Uint8Array.of(1), { pruning: 'b' });
  store.searches.setStatus(other, 'finished');
  store.droppedWeights.drop(other);
  expect(store.integrityCheck()).toEqual([]);
  expect(later((trainings) => trainings.outcomes(other)[0]?.environment)).toEqual(ENVIRONMENT);
});
