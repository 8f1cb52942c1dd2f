/** Trainings of earlier versions, whose decisive evaluations are sealed after a check of all measurements. */
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Connection } from '../../../src/main/store/connection.ts';
import {
  type CheckedTrainings,
  EarlierTrainings,
} from '../../../src/main/store/earlier-trainings.ts';
import { digestOf } from '../../../src/main/store/row-digests.ts';
import { TRAINING } from '../../../src/main/store/sealed.ts';
import { guarded } from '../../../src/main/store/store-error.ts';
import { Store } from '../../../src/main/store/store.ts';
import type { Evaluation } from '../../../src/shared/domain/training.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleTraining } from './samples.ts';
import { destroyPage, failure, inspect, openTrained } from './support.ts';

const NOTHING: CheckedTrainings = { sound: [], damaged: [], last: undefined };

/** Long enough for several pages of the file. */
const EVALUATIONS: readonly Evaluation[] = Array.from({ length: 500 }, (_, index) => ({
  iteration: 100 * index,
  validationLoss: Math.abs(index - 200) + 0.1,
  validationAccuracy: 0.5,
  testLoss: 0.6,
  testAccuracy: 0.4,
}));

const training = (replicate: number, level = 0) =>
  sampleTraining(key(replicate, level), { evaluations: EVALUATIONS, nextMask: undefined });

let store: Store;
let file: string;
let id: string;
let damage: ReturnType<typeof openTrained>['damage'];

beforeEach(() => {
  ({ store, file, id, damage } = openTrained(training(0), training(1)));
  damage('DELETE FROM decisive_evaluations');
});

const sealed = () =>
  inspect(file, (database) =>
    database.prepare<[], number>('SELECT training_id FROM decisive_evaluations').pluck().all(),
  );

function another(): Store {
  const other = Store.open(file);
  onTestFinished(() => other.close());
  return other;
}

const outcomes = () => another().trainings.outcomes(id);
const checkAll = (from = store) => from.earlierTrainings.check(0, 10_000);

it('are sealed once, with the same results', () => {
  const before = outcomes();
  expect(store.earlierTrainings.exist()).toBe(true);
  const checked = checkAll();
  expect(checked.last).toBeUndefined();
  expect(sealed()).toEqual([]);
  store.earlierTrainings.seal(checked);
  expect(sealed()).toEqual([1, 2]);
  expect(store.earlierTrainings.exist()).toBe(false);
  expect(outcomes()).toEqual(before);
  expect(store.integrityCheck()).toEqual([]);
});

it('are checked some at a time', () => {
  const { earlierTrainings } = store;
  const first = earlierTrainings.check(0, 0);
  expect(first.last).toBe(1);
  const second = earlierTrainings.check(1, 0);
  expect(second.last).toBe(2);
  expect(earlierTrainings.check(2, 0)).toEqual(NOTHING);
  for (const checked of [first, second]) earlierTrainings.seal(checked);
  expect(sealed()).toEqual([1, 2]);
});

describe('while a training is checked', () => {
  /** The first training was found, and none of it has been read. */
  function onceFound(happen: () => void): void {
    const read = Reflect.get(Connection.prototype, 'read');
    let count = 0;
    vi.spyOn(Connection.prototype, 'read').mockImplementation(function (
      this: Connection,
      problem,
      work,
    ) {
      count += 1;
      if (count === 2) happen();
      return read.call(this, problem, work);
    });
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
  }

  it('it may be deleted, and the others are checked', () => {
    onceFound(() => {
      damage('DELETE FROM trainings WHERE id = 1');
    });
    expect(checkAll()).toMatchObject({ sound: [{ trainingId: 2 }], damaged: [] });
  });

  it.each([
    'SQLITE_BUSY',
    'SQLITE_CANTOPEN',
    'SQLITE_PERM',
    'SQLITE_READONLY',
    'SQLITE_FULL',
    'SQLITE_NOMEM',
  ])('%s says nothing of it', (code) => {
    onceFound(() => {
      guarded(file, "it can't be read", () => {
        throw new Database.SqliteError('a test', code);
      });
    });
    expect(failure(checkAll)).toMatchObject({ code: 'store-failed' });
  });

  it('a page that can’t be read leaves it out', () => {
    onceFound(() => {
      guarded(file, "it can't be read", () => {
        throw new Database.SqliteError('a test', 'SQLITE_CORRUPT');
      });
    });
    expect(checkAll()).toMatchObject({ sound: [{ trainingId: 2 }], damaged: [] });
  });
});

describe('that are damaged', () => {
  const backup = () => `${file}-backup`;

  beforeEach(() => {
    store.backUp(backup());
    damage('UPDATE metrics SET validation_loss = 0.01 WHERE training_id = 2 AND iteration = 100');
  });

  it('are checked once, and nothing vouches for them', () => {
    const checked = checkAll();
    expect(checked).toMatchObject({ sound: [{ trainingId: 1 }], damaged: [{ trainingId: 2 }] });
    store.earlierTrainings.seal(checked);
    expect(store.earlierTrainings.exist()).toBe(false);
    expect(checkAll(another())).toEqual(NOTHING);
    expect(failure(outcomes)).toMatchObject({
      code: 'store-failed',
      message: `replicate 2, level 0, dense of the search ${id} is damaged: its measurements or arrays do not match their checksum`,
    });
    expect(store.integrityCheck()).toEqual([
      `replicate 2, level 0, dense of the search ${id} is damaged: its measurements do not match their checksum`,
    ]);
  });

  it('are sealed when they are healed', () => {
    store.earlierTrainings.seal(checkAll());
    expect(store.deepCheck([backup()], true)).toMatchObject([{ isHealed: true }]);
    expect(store.integrityCheck()).toEqual([]);
    expect(outcomes()).toHaveLength(2);
  });

  it('are not remembered as damaged if they have changed since they were checked', () => {
    const checked = checkAll();
    damage('UPDATE trainings SET checksum = zeroblob(32) WHERE id = 2');
    store.earlierTrainings.seal(checked);
    expect(sealed()).toEqual([1]);
  });

  it('are remembered even if all their measurements are lost', () => {
    damage('DELETE FROM metrics WHERE training_id = 2');
    store.earlierTrainings.seal(checkAll());
    expect(store.earlierTrainings.exist()).toBe(false);
  });
});

it('stay as they are where a page of the file is destroyed', () => {
  destroyPage(file, 'metrics', -1);
  const other = another();
  other.earlierTrainings.seal(checkAll(other));
  expect(sealed()).toEqual([1]);
  expect(failure(outcomes).message).toContain('SQLITE_CORRUPT');
});

it('are sealed by two processes at once', () => {
  const before = outcomes();
  const other = another();
  const [one, two] = [checkAll(), checkAll(other)];
  other.earlierTrainings.seal(two);
  store.earlierTrainings.seal(one);
  expect(sealed()).toEqual([1, 2]);
  expect(outcomes()).toEqual(before);
  expect(store.integrityCheck()).toEqual([]);
});

it('are not sealed if they have changed since they were checked', () => {
  const checked = checkAll();
  store.trainings.addNextMask(id, key(0), Uint8Array.of(1), {});
  damage('DELETE FROM trainings WHERE id = 2');
  store.earlierTrainings.seal(checked);
  expect(sealed()).toEqual([1]);
  damage('UPDATE searches SET trainings_done = 1');
  expect(outcomes()).toHaveLength(1);
});

it('of a file that can only be read are checked, and the file is refused', () => {
  const connection = new Connection(new Database(file, { readonly: true }), file, Date.now);
  const earlier = new EarlierTrainings(connection);
  const checked = earlier.check(0, 10_000);
  expect(checked.sound).toHaveLength(2);
  expect(failure(() => earlier.seal(checked))).toMatchObject({
    code: 'store-failed',
    message: expect.stringContaining("the trainings can't be sealed: it is read-only") as string,
  });
  connection.close();
  expect(sealed()).toEqual([]);
});

it('are none where nothing vouches for the training', () => {
  damage('UPDATE trainings SET checksum = NULL');
  expect(store.earlierTrainings.exist()).toBe(false);
  expect(checkAll()).toEqual(NOTHING);
});

it('keep others of their level from being read before they are sealed', () => {
  const level = { searchId: id, level: 0 };
  const { earlierTrainings } = store;
  expect(earlierTrainings.sealedAmong([level, { searchId: id, level: 1 }])).toEqual([
    { searchId: id, level: 1 },
  ]);
  earlierTrainings.seal(checkAll());
  expect(earlierTrainings.sealedAmong([level])).toEqual([level]);
});

describe('whose own checksum does not cover their session', () => {
  beforeEach(() => {
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    inspect(file, (database) => {
      const connection = new Connection(database, file, Date.now);
      for (const trainingId of [1, 2]) {
        const checksum = digestOf(connection, TRAINING.earlierContents, [trainingId]);
        database
          .prepare('UPDATE trainings SET checksum = ? WHERE id = ?')
          .run(checksum, trainingId);
      }
    });
  });

  const otherSession = () => damage('UPDATE trainings SET session_id = 2');
  const wrongDensity = () => damage('UPDATE trainings SET density = 0.1 WHERE id = 2');

  it('are sealed without it', () => {
    store.earlierTrainings.seal(checkAll());
    otherSession();
    expect(outcomes()).toHaveLength(2);
    expect(store.integrityCheck()).toEqual([]);
    wrongDensity();
    expect(failure(outcomes).message).toContain('replicate 2, level 0, dense');
  });

  it('stay so when their weights are dropped', () => {
    store.searches.setStatus(id, 'finished');
    store.droppedWeights.drop(id);
    expect(sealed()).toEqual([1, 2]);
    otherSession();
    expect(outcomes()).toHaveLength(2);
    wrongDensity();
    expect(failure(outcomes).message).toContain('replicate 2, level 0, dense');
  });

  it('are told from those whose checksum does', () => {
    store.trainings.save(id, training(0, 1));
    damage('UPDATE trainings SET session_id = 1 WHERE id = 3');
    expect(failure(outcomes).message).toContain('replicate 1, level 1, ticket');
  });
});
