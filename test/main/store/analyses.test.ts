import { describe, expect, it } from 'vitest';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import type { AnalysisResult } from '../../../src/shared/domain/analysis.ts';
import type { EarlyBirdResult } from '../../../src/main/engine/analyses/early-bird.ts';
import { readArrayJson, writeArrayJson } from '../../../src/main/store/array-json.ts';
import { Store } from '../../../src/main/store/store.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleTraining,
  temporaryFile,
} from './samples.ts';

const RESULT: AnalysisResult & EarlyBirdResult = {
  kind: 'early-bird',
  replicate: 1,
  iterations: Uint32Array.of(10, 20),
  levels: [
    {
      level: 2,
      density: 0.1 + 0.2,
      distances: Float64Array.of(0, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY),
      expected: 5e-324,
      earlyBird: 20,
    },
  ],
};

function openSearch() {
  const file = temporaryFile();
  let now = 1000;
  const store = Store.open(file, { now: () => now++ });
  const { id } = store.searches.create(sampleSearch());
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  return { store, id, file };
}

describe('results as JSON', () => {
  it('come back bit by bit, arrays as what they were', () => {
    const values = {
      doubles: Float64Array.of(0.1, 1e300, Number.NaN, Number.NEGATIVE_INFINITY),
      floats: Float32Array.of(0.1),
      counts: Uint32Array.of(2 ** 32 - 1),
      bytes: Uint8Array.of(255),
      integers: Int32Array.of(-1),
      list: [1, 'two', { three: 3 }],
    };
    const read = readArrayJson(writeArrayJson(values)) as typeof values;
    expect(read).toEqual(values);
    expect(readArrayJson(writeArrayJson(RESULT))).toEqual(RESULT);
  });
});

describe('the analyses of a search', () => {
  it('are kept unit by unit', () => {
    const { store, id, file } = openSearch();
    const record = store.analyses.request(id, { id: 'early-bird', levels: [2] }, 2);
    expect(record).toMatchObject({ unitsDone: 0, unitsTotal: 2, isWanted: true, milliseconds: 0 });
    expect(record.finishedAt).toBeUndefined();

    store.analyses.saveUnit(id, record.id, { unit: 'a', result: RESULT, milliseconds: 5 });
    store.analyses.saveUnit(id, record.id, { unit: 'b', result: RESULT, milliseconds: 7 });
    store.close();
    const again = Store.open(file);
    expect(again.analyses.list(id)).toEqual([
      expect.objectContaining({ id: record.id, unitsDone: 2, milliseconds: 12 }),
    ]);
    expect(again.analyses.get(id, record.id).finishedAt).toBeGreaterThan(0);
    expect(again.analyses.units(record.id)).toContainEqual({
      unit: 'b',
      result: RESULT,
      milliseconds: 7,
    });
    expect(again.analyses.unitNames(record.id).toSorted()).toEqual(['a', 'b']);
    again.close();
  });

  it('are the same when asked for with the same settings, in any order of keys', () => {
    const { store, id } = openSearch();
    const one = store.analyses.request(id, { id: 'early-bird', levels: [2], window: 4 }, 1);
    store.analyses.saveUnit(id, one.id, { unit: 'a', result: RESULT, milliseconds: 5 });
    store.analyses.cancel(id);
    const other = store.analyses.request(id, { window: 4, id: 'early-bird', levels: [2] }, 1);

    expect(other).toMatchObject({ id: one.id, unitsDone: 1, isWanted: true });
    expect(store.analyses.request(id, { id: 'early-bird' }, 1).id).not.toBe(one.id);
    // A unit that is worked out twice, by a process that was thought dead, is kept once.
    store.analyses.saveUnit(id, one.id, { unit: 'a', result: RESULT, milliseconds: 9 });
    expect(store.analyses.get(id, one.id).milliseconds).toBe(5);
    store.close();
  });

  it('go with their search, and are not found in another', () => {
    const { store, id } = openSearch();
    const record = store.analyses.request(id, { id: 'early-bird' }, 1);
    store.analyses.saveUnit(id, record.id, { unit: 'a', result: RESULT, milliseconds: 5 });
    const { id: other } = store.searches.create(sampleSearch());
    expect(() => store.analyses.get(other, record.id)).toThrow(`has no analysis ${record.id}`);
    expect(() => {
      store.analyses.delete(other, record.id);
    }).toThrow('has no analysis');

    store.searches.delete(id);
    expect(store.analyses.units(record.id)).toEqual([]);
    expect(store.integrityCheck()).toEqual([]);
    store.close();
  });

  it('leave a finished search finished, and its dataset what it was', () => {
    const { store, id } = openSearch();
    for (const each of plannedTrainings(sampleSearch().settings)) {
      store.trainings.save(id, sampleTraining(each));
    }
    store.searches.setStatus(id, 'finished');
    const { finishedAt } = store.searches.get(id);
    store.searches.reopen(id, { ...ENVIRONMENT, workers: 7 }, FINGERPRINT);

    const { status, finishedAt: later, environment } = store.searches.get(id);
    expect({ status, later, workers: environment.workers }).toEqual({
      status: 'finished',
      later: finishedAt,
      workers: 7,
    });
    expect(() => {
      store.searches.reopen(id, ENVIRONMENT, 'other');
    }).toThrow('has changed since it was started');
    store.close();
  });

  it('are given the arrays that trainings have left', () => {
    const { store, id } = openSearch();
    const training = sampleTraining(key());
    store.trainings.save(id, training);
    expect(store.trainings.array(id, { array: 'mask', key: key() })).toEqual(training.mask);
    expect(store.trainings.array(id, { array: 'next-mask', key: key() })).toEqual(
      training.nextMask,
    );
    expect(store.trainings.array(id, { array: 'final-weights', key: key() })).toEqual(
      training.finalWeights,
    );
    expect(() => store.trainings.array(id, { array: 'rewind-point', key: key() })).toThrow(
      'the weights of the rewind iteration of replicate 1, level 0, dense',
    );
    store.close();
  });
});
