/** Merges of large bundles: their arrays are stored before the transaction, beside other merges and stops. */
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import type { BundledPart } from '../../../src/main/store/bundle-gathering.ts';
import { Store } from '../../../src/main/store/store.ts';
import { emptyStore, everythingOf, partOf, saveSearch } from '../workbench/bundles/samples.ts';
import { key, temporaryFile, temporaryFolder } from './samples.ts';
import { countRows, failure, inspect, readWhileWriting } from './support.ts';

/** So small that every array is a step of its own. */
const stepBytes = 100;

const fileOf = ({ directory }: Store): string => path.join(directory, 'workbench.sqlite');

/** Another process on the same database. */
function secondStore(store: Store, options: Parameters<typeof Store.open>[1] = {}): Store {
  const second = Store.open(fileOf(store), options);
  onTestFinished(() => {
    second.close();
  });
  return second;
}

/** A part whose trainings are all new, and the store that it comes from. */
function sample(seed = 7): { from: Store; id: string; part: BundledPart } {
  const from = emptyStore();
  const id = saveSearch(from, { replicates: { count: 2, seed } });
  return { from, id, part: partOf(from, id) };
}

/** Does something once, when half of the arrays are stored. */
function halfway(work: () => void): (fraction: number) => void {
  let isDone = false;
  return (fraction) => {
    if (isDone || fraction < 0.75 || fraction === 1) return;
    isDone = true;
    work();
  };
}

/** Does something once, after everything was compared and stored. */
function beforeTransaction(work: () => void): (fraction: number) => void {
  let isDone = false;
  return (fraction) => {
    if (isDone || fraction < 1) return;
    isDone = true;
    work();
  };
}

/** What a merge of arrays leaves once it has ended. */
function expectNothingLeft(store: Store): void {
  const file = fileOf(store);
  expect(countRows(file, 'bundle_merges')).toBe(0);
  expect(countRows(file, 'staged_arrays')).toBe(0);
  const orphans = inspect(file, (database) =>
    database
      .prepare('SELECT count(*) FROM blobs WHERE id NOT IN (SELECT blob_id FROM training_blobs)')
      .pluck()
      .get(),
  );
  expect(orphans).toBe(0);
  expect(store.integrityCheck()).toEqual([]);
}

describe('two merges at once', () => {
  it('keep what each has stored', () => {
    const [one, other] = [sample(7), sample(8)];
    const store = emptyStore();
    const second = secondStore(store);
    let kept = [0, 0];
    const onFraction = halfway(() => {
      const before = countRows(fileOf(store), 'staged_arrays');
      second.bundleMerge.merge([other.part], { stepBytes });
      kept = [before, countRows(fileOf(store), 'staged_arrays')];
    });
    store.bundleMerge.merge([one.part], { stepBytes, onFraction });
    expect(kept[0]).toBeGreaterThan(5);
    expect(kept[1]).toBe(kept[0]);
    for (const { from, id } of [one, other]) {
      expect(everythingOf(store, id).weights).toEqual(everythingOf(from, id).weights);
    }
    expectNothingLeft(store);
  });

  it('of the same bundle add it once', () => {
    const { from, id, part } = sample();
    const store = emptyStore();
    const second = secondStore(store);
    let first: unknown;
    const onFraction = beforeTransaction(() => {
      first = second.bundleMerge.merge([part], { stepBytes });
    });
    const merged = store.bundleMerge.merge([part], { stepBytes, onFraction });
    expect(first).toMatchObject([{ isNew: true, added: 10 }]);
    expect(merged).toMatchObject([{ isNew: false, added: 0, missing: 0 }]);
    expect(everythingOf(store, id).trainings).toEqual(everythingOf(from, id).trainings);
    expectNothingLeft(store);
  });

  it('compare again what the other one has brought', () => {
    const { part } = sample();
    const from = emptyStore();
    const otherBits = saveSearch(from, {}, ({ finalWeights }) => ({
      finalWeights: finalWeights.map((value) => value + 1),
    }));
    const store = emptyStore();
    const second = secondStore(store);
    const onFraction = beforeTransaction(() => {
      second.bundleMerge.merge([partOf(from, otherBits)], { stepBytes });
    });
    const conflict = (): unknown => store.bundleMerge.merge([part], { stepBytes, onFraction });
    expect(conflict).toThrow(/has other results in the bundle: its final weights at/);
    expect(store.searches.list()).toHaveLength(1);
    expectNothingLeft(store);
  });

  it('end in a refusal if one never gets its turn', () => {
    const { id, part } = sample();
    const store = emptyStore();
    const second = secondStore(store);
    second.bundleMerge.merge([{ ...part, trainings: part.trainings.slice(0, 1) }]);
    const checksum = inspect(fileOf(store), (database) =>
      database.prepare<[], Buffer>('SELECT checksum FROM trainings').pluck().get(),
    );
    let changes = 0;
    /** Whenever all was compared, another process changes the training. */
    const onFraction = (fraction: number): void => {
      if (fraction < 1) return;
      changes += 1;
      inspect(fileOf(store), (database) =>
        database
          .prepare('UPDATE trainings SET checksum = ?')
          .run(changes % 2 === 1 ? null : checksum),
      );
    };
    const refused = (): unknown => store.bundleMerge.merge([part], { stepBytes, onFraction });
    expect(failure(refused)).toMatchObject({
      message: expect.stringMatching(/were changed here again and again/) as string,
      isTemporary: true,
    });
    expect(changes).toBe(5);
    expect(store.bundled.keys(id)).toHaveLength(1);
    expect(countRows(fileOf(store), 'bundle_merges')).toBe(0);
  });
});

describe('arrays that a merge has stored', () => {
  it('are stored again if they are gone before its transaction', () => {
    const { from, id, part } = sample();
    const store = emptyStore();
    const onFraction = beforeTransaction(() => {
      inspect(fileOf(store), (database) => {
        database.exec('DELETE FROM staged_arrays; DELETE FROM blobs');
      });
    });
    store.bundleMerge.merge([part], { stepBytes, onFraction });
    expect(everythingOf(store, id).weights).toEqual(everythingOf(from, id).weights);
    expectNothingLeft(store);
  });

  it('are not removed with a search that had them, too', () => {
    const { from, id, part } = sample();
    const store = emptyStore();
    const other = saveSearch(store, {
      verdict: { accuracyTolerance: 0.5, iterationTolerance: 0, confidence: 0.95 },
    });
    const onFraction = beforeTransaction(() => {
      store.searches.delete(other);
    });
    let reads = 0;
    const readArray = (sha256: string) => {
      reads += 1;
      return part.readArray(sha256);
    };
    store.bundleMerge.merge([{ ...part, readArray }], { stepBytes, onFraction });
    const readOnce = reads;
    reads = 0;
    emptyStore().bundleMerge.merge([{ ...part, readArray }], { stepBytes });
    expect(readOnce).toBe(reads);
    expect(everythingOf(store, id).weights).toEqual(everythingOf(from, id).weights);
    expectNothingLeft(store);
  });

  it('are gone when the merge is stopped', () => {
    const { part } = sample();
    const store = emptyStore();
    const onFraction = halfway(() => {
      expect(countRows(fileOf(store), 'blobs')).toBeGreaterThan(5);
      throw new WorkbenchError('interrupted', 'stopped');
    });
    expect(() => store.bundleMerge.merge([part], { stepBytes, onFraction })).toThrow('stopped');
    expect(countRows(fileOf(store), 'blobs')).toBe(0);
    expectNothingLeft(store);
  });

  it('stay if they can’t be removed, which does not hide why the merge has ended', () => {
    const { part } = sample();
    const file = temporaryFile();
    const store = Store.open(file);
    const onFraction = halfway(() => {
      inspect(file, (database) => {
        database.exec(`CREATE TRIGGER keep BEFORE DELETE ON staged_arrays BEGIN
          SELECT RAISE(ABORT, 'the disk does not answer'); END`);
      });
      throw new WorkbenchError('interrupted', 'stopped');
    });
    expect(() => store.bundleMerge.merge([part], { stepBytes, onFraction })).toThrow('stopped');
    store.close();
    expect(countRows(file, 'staged_arrays')).toBeGreaterThan(5);
    inspect(file, (database) => database.exec('DROP TRIGGER keep'));
    const later = Store.open(file, { isProcessAlive: () => false });
    onTestFinished(() => {
      later.close();
    });
    later.bundleMerge.removeAbandoned();
    expectNothingLeft(later);
  });

  it('are gone when its transaction is refused', () => {
    // Both parts are new, and the second is not what the first is.
    const { from, part } = sample();
    const other: BundledPart = {
      ...part,
      trainings: part.trainings.map((read) => () => {
        const training = read();
        const evaluations = training.evaluations.map((at) => ({ ...at, validationLoss: 0.5 }));
        return { ...training, evaluations };
      }),
    };
    const store = emptyStore();
    expect(() => store.bundleMerge.merge([part, other], { stepBytes })).toThrow(/other results/);
    expect(countRows(fileOf(store), 'blobs')).toBe(0);
    store.bundleMerge.merge([part], { stepBytes });
    expect(countRows(fileOf(store), 'blobs')).toBe(countRows(fileOf(from), 'blobs'));
    expectNothingLeft(store);
  });

  it('are removed by the next merge if it was killed, and not while it runs', () => {
    const { from, id, part } = sample();
    const store = emptyStore();
    const killed = path.join(temporaryFolder(), 'workbench.sqlite');
    const onFraction = halfway(() => {
      // As the database is when the process is killed now.
      store.backUp(killed);
      throw new WorkbenchError('interrupted', 'stopped');
    });
    expect(() => store.bundleMerge.merge([part], { stepBytes, onFraction })).toThrow('stopped');
    const left = countRows(killed, 'blobs');
    expect(left).toBeGreaterThan(5);

    const running = Store.open(killed, { isProcessAlive: () => true });
    expect(running.bundleMerge.hasAbandoned()).toBe(false);
    running.bundleMerge.removeAbandoned();
    expect(countRows(killed, 'blobs')).toBe(left);
    running.close();

    const later = Store.open(killed, { isProcessAlive: () => false });
    onTestFinished(() => {
      later.close();
    });
    expect(later.bundleMerge.hasAbandoned()).toBe(true);
    later.bundleMerge.removeAbandoned();
    expect(countRows(killed, 'blobs')).toBe(0);
    later.bundleMerge.merge([part], { stepBytes });
    expect(everythingOf(later, id).weights).toEqual(everythingOf(from, id).weights);
    expectNothingLeft(later);
  });
});

describe('a merge that waits for others who write', () => {
  /** A store whose database somebody else writes to until `end`, and the part that is to be merged. */
  function writtenTo() {
    const store = emptyStore();
    const { part } = sample();
    const other = new Database(fileOf(store));
    other.exec('BEGIN IMMEDIATE');
    onTestFinished(() => {
      other.close();
    });
    return { store, part, end: () => other.exec('ROLLBACK') };
  }

  it('can be stopped, and has stored nothing', () => {
    const { store, part, end } = writtenTo();
    const told: number[] = [];
    const onFraction = (fraction: number): void => {
      // It is told the same again only while it waits.
      if (fraction === told.at(-1)) throw new WorkbenchError('interrupted', 'stopped');
      told.push(fraction);
    };
    const merge = (): unknown =>
      store.bundleMerge.merge([part], { stepBytes, onFraction, isPatient: true });
    expect(merge).toThrow('stopped');
    end();
    expect(store.searches.list()).toEqual([]);
    expectNothingLeft(store);
  });

  it('goes on when they have ended', () => {
    const { store, part, end } = writtenTo();
    let waits = 0;
    let before = -1;
    const onFraction = (fraction: number): void => {
      const isWaiting = fraction === before;
      if (isWaiting) waits += 1;
      if (isWaiting && waits === 3) end();
      before = fraction;
    };
    const merged = store.bundleMerge.merge([part], { stepBytes, onFraction, isPatient: true });
    expect(merged).toMatchObject([{ added: 10 }]);
    expectNothingLeft(store);
  });
});

describe('what killed merges have left', () => {
  it('is removed in steps, and the rest by whoever comes next', () => {
    const { part } = sample();
    const store = emptyStore();
    const killed = path.join(temporaryFolder(), 'workbench.sqlite');
    const onFraction = halfway(() => {
      store.backUp(killed);
      throw new WorkbenchError('interrupted', 'stopped');
    });
    expect(() => store.bundleMerge.merge([part], { stepBytes, onFraction })).toThrow('stopped');
    const later = Store.open(killed, { isProcessAlive: () => false });
    onTestFinished(() => {
      later.close();
    });
    const before = countRows(killed, 'blobs');
    let steps = 0;
    const onStep = (): void => {
      steps += 1;
      if (steps === 3) throw new WorkbenchError('interrupted', 'stopped');
    };
    expect(() => {
      later.bundleMerge.removeAbandoned({ onStep, stepBytes });
    }).toThrow('stopped');
    const left = [countRows(killed, 'blobs'), countRows(killed, 'staged_arrays')];
    expect(left).toEqual([before - 2, before - 2]);
    expect(later.bundleMerge.hasAbandoned()).toBe(true);
    later.bundleMerge.removeAbandoned();
    expectNothingLeft(later);
  });
});

describe('the transaction of a merge', () => {
  it('reads neither arrays nor trainings of the bundle', () => {
    const { part } = sample();
    const file = temporaryFile();
    const store = Store.open(file);
    onTestFinished(() => {
      store.close();
    });
    const probe = new Database(file, { timeout: 0 });
    onTestFinished(() => {
      probe.close();
    });
    /** Throws within the transaction of anyone else who writes. */
    const requireFree = (): void => {
      probe.exec('BEGIN IMMEDIATE; ROLLBACK');
    };
    const readArray = (sha256: string) => {
      requireFree();
      return part.readArray(sha256);
    };
    const trainings = part.trainings.map((read) => () => {
      requireFree();
      return read();
    });
    const merged = store.bundleMerge.merge([{ ...part, readArray, trainings }], { stepBytes });
    expect(merged).toMatchObject([{ added: 10 }]);
  });

  it('computes no checksum of measurements', () => {
    const { part } = sample();
    const store = emptyStore();
    const read = readWhileWriting(() => {
      store.bundleMerge.merge([part]);
    });
    expect(read).toEqual([]);
    expectNothingLeft(store);
  });

  it('copies trainings with the keys that were laid out while others save theirs', () => {
    const { from, id, part } = sample();
    const store = emptyStore();
    const second = secondStore(store);
    const onFraction = beforeTransaction(() => {
      saveSearch(second, { replicates: { count: 2, seed: 8 } });
    });
    const read = readWhileWriting(() => {
      store.bundleMerge.merge([part], { onFraction });
    });
    // Those that the other process has saved.
    expect(read.toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(everythingOf(store, id).trainings).toEqual(everythingOf(from, id).trainings);
    expectNothingLeft(store);
  });

  it('gives trainings other keys if another merge has taken theirs', () => {
    const [one, other] = [sample(7), sample(8)];
    const store = emptyStore();
    const second = secondStore(store);
    const onFraction = beforeTransaction(() => {
      second.bundleMerge.merge([other.part]);
    });
    store.bundleMerge.merge([one.part], { onFraction });
    for (const { from, id } of [one, other]) {
      expect(everythingOf(store, id).trainings).toEqual(everythingOf(from, id).trainings);
    }
    expect(countRows(fileOf(store), 'unverified_trainings')).toBe(20);
    expectNothingLeft(store);
  });

  it.each([
    { what: 'weights', isLeftOut: (role: string) => role.endsWith('-weights'), sealed: 0 },
    // Their checksums cover it as it is stored.
    { what: 'correct test examples', isLeftOut: (role: string) => role !== 'mask', sealed: 10 },
  ])('adds $what to stored trainings, which were checked before', ({ isLeftOut, sealed }) => {
    const { from, id, part } = sample();
    const store = emptyStore();
    store.bundleMerge.merge([
      {
        ...part,
        trainings: part.trainings.map((read) => () => {
          const { arrays, ...training } = read();
          const left = Object.entries(arrays).filter(([role]) => !isLeftOut(role));
          return { ...training, arrays: Object.fromEntries(left) };
        }),
      },
    ]);
    const read = readWhileWriting(() => {
      expect(store.bundleMerge.merge([part])).toMatchObject([{ added: 0, completed: 10 }]);
    });
    expect(read).toHaveLength(sealed);
    expect(everythingOf(store, id).weights).toEqual(everythingOf(from, id).weights);
    expectNothingLeft(store);
  });
});

it('trainings are sealed as they are stored, whatever their values are', () => {
  const { id, part } = sample();
  const store = emptyStore();
  const trainings = part.trainings.map((read) => () => {
    const training = read();
    const [first, ...rest] = training.evaluations;
    return {
      ...training,
      // Half of a pair of surrogates, which SQLite replaces.
      adoptedFrom: 'a search \ud800',
      trainingMilliseconds: -0,
      evaluationMilliseconds: 5e-324,
      finishedAt: 2 ** 45,
      evaluations: [
        { ...first!, validationLoss: 1e21, testLoss: undefined, testAccuracy: undefined },
        ...rest.map((at) => ({ ...at, testLoss: 3, testAccuracy: 1 })),
      ],
    };
  });
  store.bundleMerge.merge([{ ...part, trainings }]);
  expect(store.trainings.list(id)[0]!.evaluations[0]).toMatchObject({ validationLoss: 1e21 });
  expect(store.integrityCheck()).toEqual([]);
});

describe('two searches of a bundle', () => {
  it('that are the same experiment become one', () => {
    const from = emptyStore();
    const [one, other] = [saveSearch(from), saveSearch(from)];
    const store = emptyStore();
    const merged = store.bundleMerge.merge([partOf(from, one), partOf(from, other)], { stepBytes });
    expect(merged).toMatchObject([
      { id: one, isNew: true, added: 10 },
      { id: one, isNew: false, added: 0 },
    ]);
    expectNothingLeft(store);
  });
});

it('weights that the bundle lacks are said not to be compared', () => {
  const { from, id, part } = sample();
  const trainings = part.trainings.map((read) => () => {
    const training = read();
    const { mask } = training.arrays;
    return { ...training, arrays: { mask: mask! } };
  });
  const merged = from.bundleMerge.merge([{ ...part, trainings }]);
  expect(merged).toMatchObject([{ added: 0, completed: 0, withoutWeights: 10 }]);
  expect(from.trainings.weights(id, key()).finalWeights.length).toBeGreaterThan(0);
});

it('what a merge adds beside trainings is said', () => {
  const { id, part } = sample();
  const store = emptyStore();
  const { analyses, data } = part.search;
  store.bundleMerge.merge([{ ...part, search: { ...part.search, analyses: [], data: [] } }]);
  const merged = store.bundleMerge.merge([part]);
  expect(merged).toMatchObject([{ id, added: 0, others: ['data', 'analyses'] }]);
  expect([analyses.length, data.length]).toEqual([1, 1]);
});
