import { describe, expect, test } from 'vitest';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import { summarizeSearch } from '../../../src/shared/domain/result.ts';
import { earlyStop } from '../../../src/shared/domain/training.ts';
import { rng } from '../../../src/shared/rng.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleTraining,
  TINY_LAYOUT,
} from './samples.ts';
import {
  countRows,
  failure,
  inspect,
  MOMENT,
  openStore,
  startedSearch,
  TARGET_LAYOUT,
  TRANSFER,
  transferSearch,
} from './support.ts';

const TRAITS = { keepsDensity: () => true, startsUntrained: () => true, testSet: () => undefined };

describe('a training', () => {
  test.each([0, 1, 49, 50, 51, 120])('has all of its evaluations, %i and one', (count) => {
    const { store } = openStore();
    const id = startedSearch(store);
    const random = rng('evaluations', count);
    // Only the last, which is the early stop as well, has to be tested.
    const tested = () => ({ testLoss: random.normal(), testAccuracy: random.uniform() });
    const untested = { testLoss: undefined, testAccuracy: undefined };
    const evaluations = Array.from({ length: count + 1 }, (_, iteration) => ({
      iteration,
      validationLoss: count - iteration + random.uniform(),
      validationAccuracy: random.uniform(),
      ...(iteration % 3 === 0 || iteration === count ? tested() : untested),
    }));
    store.trainings.save(id, sampleTraining(key(), { evaluations }));
    expect(store.trainings.list(id)[0]!.evaluations).toEqual(evaluations);
    expect(store.integrityCheck()).toEqual([]);
  });

  test('is read back as it was saved, to the last bit', () => {
    const { store, clock } = openStore();
    const id = startedSearch(store);
    const dense = sampleTraining(key(0, 0), {
      rewindPoint: Float32Array.from({ length: TINY_LAYOUT.parameterCount }, (_, i) => i / 7),
    });
    const control = sampleTraining(key(0, 1, 'random-reinit'));
    clock.now += 1000;
    store.trainings.save(id, control);
    store.trainings.save(id, dense);

    const [first, second] = store.trainings.list(id);
    expect(first).toEqual({
      key: dense.key,
      density: dense.density,
      evaluations: dense.evaluations,
      keptCounts: dense.keptCounts,
      engine: 'dense',
      trainingMilliseconds: 1234.5,
      evaluationMilliseconds: 67.25,
      finishedAt: MOMENT + 1000,
      environment: ENVIRONMENT,
    });
    expect(second!.key).toEqual(control.key);
    expect(store.trainings.weights(id, dense.key)).toEqual({
      mask: dense.mask,
      initialWeights: dense.initialWeights,
      finalWeights: dense.finalWeights,
    });
    expect(store.trainings.mask(id, control.key)).toEqual(control.mask);
    expect(store.trainings.handover(id, dense.key)).toEqual({
      nextMask: dense.nextMask,
      rewindPoint: dense.rewindPoint,
    });
    expect(store.trainings.handover(id, control.key)).toEqual({
      nextMask: undefined,
      rewindPoint: undefined,
    });
  });

  test('keeps every bit pattern of its weights', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const training = sampleTraining(key());
    training.finalWeights.set([-0, 1e-45, -Infinity, NaN, 3.4028234663852886e38, 0.1]);
    store.trainings.save(id, training);
    const bits = (weights: Float32Array) => Buffer.from(weights.buffer, 0, weights.byteLength);
    const loaded = store.trainings.weights(id, key()).finalWeights;
    expect(bits(loaded).equals(bits(training.finalWeights))).toBe(true);
  });

  test('may be a view of larger memory', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const { initialWeights, ...rest } = sampleTraining(key());
    const memory = new Float32Array(initialWeights.length + 20).fill(9);
    memory.set(initialWeights, 5);
    const view = memory.subarray(5, 5 + initialWeights.length);
    store.trainings.save(id, { ...rest, initialWeights: view });
    expect(store.trainings.weights(id, key()).initialWeights).toEqual(initialWeights);
  });

  test('is read by itself as it is listed', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const keys = [key(0, 0), key(0, 1), key(0, 1, 'random-reinit')];
    for (const each of keys) store.trainings.save(id, sampleTraining(each));
    expect(keys.map((each) => store.trainings.get(id, each))).toEqual(store.trainings.list(id));
    expect(failure(() => store.trainings.get(id, key(1, 1))).code).toBe('not-found');
  });

  test('is counted', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(0, 0)));
    store.trainings.save(id, sampleTraining(key(1, 0)));
    expect(store.searches.get(id).trainingsDone).toBe(2);
    expect(store.trainings.count(id)).toBe(2);
    expect(store.trainings.keys(id)).toEqual([key(0, 0), key(1, 0)]);
  });

  test('is listed by replicate and level, the ticket before its controls', () => {
    const { store } = openStore();
    const search = sampleSearch({ branches: ['a-control', 'zzz-control'] });
    const id = startedSearch(store, search);
    const planned = plannedTrainings(search.settings);
    for (const trainingKey of planned.toReversed()) {
      store.trainings.save(id, sampleTraining(trainingKey));
    }
    expect(store.trainings.keys(id)).toEqual(planned);
    expect(store.trainings.list(id).map((training) => training.key)).toEqual(planned);
  });

  test('is summed up from its early stop and its end', () => {
    const { store } = openStore();
    const search = sampleSearch({ replicates: { count: 3, seed: 1 } });
    const id = startedSearch(store, search);
    for (const planned of plannedTrainings(search.settings)) {
      const random = rng('losses', planned.replicate, planned.level, planned.branch);
      const evaluations = Array.from({ length: 12 }, (_, index) => ({
        iteration: 10 * index,
        // Few different losses: the early stop is the first of several equal ones, often the end.
        validationLoss: random.below(3),
        validationAccuracy: random.uniform(),
        testLoss: random.uniform(),
        testAccuracy: random.uniform(),
      }));
      store.trainings.save(id, sampleTraining(planned, { evaluations }));
    }
    const whole = store.trainings.list(id);
    const outcomes = store.trainings.outcomes(id);
    const decisive = whole.map(({ evaluations, ...rest }) => {
      const places = new Set([evaluations.indexOf(earlyStop(evaluations)), 11]);
      return { ...rest, evaluations: evaluations.filter((_, index) => places.has(index)) };
    });
    expect(outcomes).toEqual(decisive);
    const record = store.searches.get(id);
    expect(summarizeSearch(record, outcomes, TRAITS)).toEqual(
      summarizeSearch(record, whole, TRAITS),
    );
  });

  test('keeps which test examples it classified correctly, where they are known', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    const dense = sampleTraining(key(0, 0));
    store.trainings.save(id, dense);
    store.trainings.save(id, sampleTraining(key(0, 1), { correctAtEarlyStop: undefined }));
    const control = sampleTraining(key(0, 1, 'random-reinit'));
    store.trainings.save(id, control);
    expect(store.trainings.correctAtEarlyStop(id)).toEqual(
      new Map([
        ['0/0/ticket', dense.correctAtEarlyStop],
        ['0/1/random-reinit', control.correctAtEarlyStop],
      ]),
    );
    // An earlier version has saved the same training without them.
    store.trainings.save(id, sampleTraining(key(0, 1)));
    expect(store.integrityCheck()).toEqual([]);
    inspect(file, (database) =>
      database.exec(`UPDATE blobs SET data = x'00' WHERE id IN (SELECT blob_id FROM training_blobs
        JOIN trainings ON trainings.id = training_id
        WHERE role = 'correct-at-early-stop' AND level = 0)`),
    );
    expect(store.integrityCheck()).toEqual([
      expect.stringMatching(`is damaged: correct-at-early-stop in the search ${id}$`),
    ]);
    const error = failure(() => store.trainings.correctAtEarlyStop(id));
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain('the correct test examples of replicate 1, level 0, dense');
  });

  test('belongs to the session that trained it', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(0, 0)));
    const elsewhere = { ...ENVIRONMENT, tensorflow: '2.22.0' };
    store.searches.start(id, elsewhere, FINGERPRINT);
    store.trainings.save(id, sampleTraining(key(1, 0)));
    expect(store.trainings.list(id).map(({ environment }) => environment)).toEqual([
      ENVIRONMENT,
      elsewhere,
    ]);
    expect(store.searches.get(id).environment).toEqual(elsewhere);
  });

  test('saved again with the same results changes nothing', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key()));
    const before = store.trainings.list(id);
    store.trainings.save(id, sampleTraining(key(), { trainingMilliseconds: 999 }));
    expect(store.trainings.list(id)).toEqual(before);
    expect(store.searches.get(id).trainingsDone).toBe(1);
    expect(store.integrityCheck()).toEqual([]);
  });

  test.each([
    ['another engine', { engine: 'sparse' }],
    ['other measurements', { evaluations: sampleTraining(key(1, 0)).evaluations }],
    ['fewer measurements', { evaluations: sampleTraining(key()).evaluations.slice(0, 2) }],
    ['other weights', { finalWeights: sampleTraining(key(1, 0)).finalWeights }],
    ['another next mask', { nextMask: sampleTraining(key()).mask }],
    ['no next mask', { nextMask: undefined }],
  ])('saved again with %s is a conflict', (_what, changes) => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key()));
    const before = store.trainings.list(id);
    const error = failure(() => {
      store.trainings.save(id, sampleTraining(key(), changes));
    });
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('replicate 1, level 0, dense');
    expect(store.trainings.list(id)).toEqual(before);
    expect(store.integrityCheck()).toEqual([]);
  });

  const evaluations = sampleTraining(key()).evaluations;
  test.each([
    ['it is not part of the search', key(2, 0), {}],
    ['it is not part of the search', key(0, 3), {}],
    ['it is not part of the search', key(0, 1, 'shuffled-mask'), {}],
    ['the packed mask has 3 entries, expected 4', key(), { mask: new Uint8Array(3) }],
    ['the final weights has 4 entries, expected 39', key(), { finalWeights: new Float32Array(4) }],
    ['the kept counts has 1 entries, expected 2', key(), { keptCounts: [32] }],
    ['its counts keep 31 weights, but its mask keeps 32', key(), { keptCounts: [19, 12] }],
    ['it has no evaluations', key(), { evaluations: [] }],
    [
      'iteration 0 comes after iteration 200',
      key(),
      { evaluations: [...evaluations, evaluations[0]!] },
    ],
    [
      'testLoss is NaN at iteration 0',
      key(),
      { evaluations: [{ ...evaluations[0]!, testLoss: NaN }] },
    ],
  ])('is refused where %s', (problem, trainingKey, changes) => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    const error = failure(() => {
      store.trainings.save(id, sampleTraining(trainingKey, changes));
    });
    expect(error.code).toBe('invalid-data');
    expect(error.message).toContain(problem);
    expect(countRows(file, 'trainings')).toBe(0);
    expect(countRows(file, 'blobs')).toBe(0);
  });

  test('of a transfer has the network of its target', () => {
    const { store } = openStore();
    const { id } = store.searches.create(transferSearch());
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    expect(store.searches.layout(id, TRANSFER)).toEqual(TARGET_LAYOUT);
    expect(store.searches.layout(id, 'random-reinit')).toEqual(TINY_LAYOUT);
    expect(store.searches.layout(id)).toEqual(TINY_LAYOUT);

    const transferred = key(0, 1, TRANSFER);
    const error = failure(() => {
      store.trainings.save(id, sampleTraining(transferred));
    });
    expect(error.message).toContain('the packed mask has 4 entries, expected 6');
    const training = sampleTraining(transferred, {}, TARGET_LAYOUT);
    store.trainings.save(id, training);
    expect(store.trainings.weights(id, transferred)).toMatchObject({
      mask: training.mask,
      finalWeights: training.finalWeights,
    });
    // What it takes says nothing of how long the search's own trainings take.
    expect(store.trainings.paces(store.searches.get(id).settings, ENVIRONMENT.cpu)).toEqual([]);
    store.trainings.save(id, sampleTraining(key()));
    expect(store.trainings.paces(store.searches.get(id).settings, ENVIRONMENT.cpu)).toHaveLength(1);
  });

  test('says how fast its engine was, and about how often it was evaluated', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(0, 0)));
    const { settings } = store.searches.get(id);
    expect(store.trainings.paces(settings, ENVIRONMENT.cpu)).toEqual([
      {
        density: expect.any(Number) as number,
        engine: 'dense',
        millisecondsPerIteration: 1234.5 / 200,
        evaluationMilliseconds: 67.25,
        evaluations: { validation: 3, test: 3 },
      },
    ]);
    // Evaluations on as many examples take as long; others don't.
    const other = { ...settings, dataset: { ...settings.dataset, validation: 4000 } };
    expect(store.trainings.paces(other, ENVIRONMENT.cpu)).toEqual([]);
    const smaller = { ...settings, dataset: { ...settings.dataset, testSubset: 1000 } };
    expect(store.trainings.paces(smaller, ENVIRONMENT.cpu)).toEqual([]);
  });

  test('of a branch says nothing of the pace: some are evaluated without any training', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(0, 0)));
    store.trainings.save(id, sampleTraining(key(0, 1, 'random-reinit')));
    const paces = store.trainings.paces(store.searches.get(id).settings, ENVIRONMENT.cpu);
    expect(paces).toHaveLength(1);
  });

  test('that has not finished has no weights', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const error = failure(() => store.trainings.weights(id, key(0, 1, 'random-reinit')));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain('no finished training replicate 1, level 1, random-reinit');
  });

  test('leaves nothing behind where the disk refuses in the middle', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.trainings.save(id, sampleTraining(key(0, 0)));
    inspect(file, (database) =>
      database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON training_blobs
        WHEN NEW.role = 'final-weights' BEGIN SELECT RAISE(ABORT, 'refused'); END`),
    );
    const error = failure(() => {
      store.trainings.save(id, sampleTraining(key(1, 0)));
    });
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain("the training can't be saved");
    expect(store.trainings.keys(id)).toEqual([key(0, 0)]);
    expect(store.searches.get(id).trainingsDone).toBe(1);
    inspect(file, (database) => database.exec('DROP TRIGGER refuse'));
    expect(store.integrityCheck()).toEqual([]);
  });
});
