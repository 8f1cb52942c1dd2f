import { describe, expect, it, onTestFinished } from 'vitest';
import { readCurves, type WantedCurves } from '../../../../src/main/workbench/curves/curve-work.ts';
import { Curves } from '../../../../src/main/workbench/curves/curves.ts';
import { KeptCurves } from '../../../../src/main/workbench/curves/kept-curves.ts';
import { runningCurve } from '../../../../src/main/workbench/history/series.ts';
import type { Evaluation } from '../../../../src/shared/domain/training.ts';
import { key, sampleSearch, sampleSettings, sampleTraining } from '../../store/samples.ts';
import { openStore, startedSearch } from '../../store/support.ts';

/** On the test set at every tenth iteration, at the early stop and at the end. */
function evaluationsOf(count: number): Evaluation[] {
  const stop = Math.min(4567, count - 3);
  return Array.from({ length: count }, (_, iteration) => {
    const isTested = iteration % 10 === 0 || iteration === stop || iteration === count - 1;
    return {
      iteration,
      validationLoss: iteration === stop ? -2 : Math.sin(iteration * iteration),
      validationAccuracy: 0.5,
      testLoss: isTested ? 1 : undefined,
      testAccuracy: isTested ? 0.5 : undefined,
    };
  });
}

const LOOK = {
  measure: 'validationLoss',
  smoothing: 0,
  isLogarithmic: false,
  columns: 100,
} as const;

/** With two finished trainings. */
function openSearch(evaluations: number) {
  const { store } = openStore();
  const training = {
    ...sampleSettings().training,
    iterations: evaluations - 1,
    evaluateEvery: 1,
  };
  const searchId = startedSearch(store, sampleSearch({ training }));
  const finished = [key(0), key(1)];
  for (const each of finished) {
    store.trainings.save(
      searchId,
      sampleTraining(each, { evaluations: evaluationsOf(evaluations) }),
    );
  }
  const wanted = (changes: Partial<WantedCurves> = {}): WantedCurves => ({
    searchId,
    finished,
    running: [],
    drawn: { ...LOOK, isMean: false },
    range: undefined,
    ...changes,
  });
  return { store, wanted };
}

const lengths = (curves: readonly { readonly iterations: Uint32Array }[]) =>
  curves.map(({ iterations }) => iterations.length);

describe('learning curves', () => {
  it('are whole where they are short, with NaN where the test set was not evaluated', () => {
    const { store, wanted } = openSearch(30);
    const [curve] = readCurves(store, new KeptCurves(0), wanted());
    expect(curve).toMatchObject({ key: key(0), isWhole: true, isFinished: true });
    expect(curve!.iterations).toEqual(Uint32Array.from({ length: 30 }, (_, index) => index));
    expect([...curve!.testLoss.subarray(9, 12)]).toEqual([Number.NaN, 1, Number.NaN]);
  });

  it('are read and thinned in a thread where they are long, as they would be here', async () => {
    const { store, wanted } = openSearch(15_000);
    const curves = new Curves(store);
    onTestFinished(() => curves.close());
    for (const isMean of [false, true]) {
      const given = wanted({ drawn: { ...LOOK, isMean }, range: { from: 100, to: 200 } });
      const answer = await curves.read(given);
      expect(answer).toEqual(readCurves(store, new KeptCurves(0), given));
      expect(answer).toMatchObject([{ isWhole: false }, { isWhole: false }]);
      for (const { iterations, validationLoss } of answer) {
        expect(iterations.length).toBeLessThan(1000);
        expect(iterations[validationLoss.indexOf(-2)]).toBe(4567);
      }
    }
  });

  it('of running trainings join the mean of those that have finished', () => {
    const { store, wanted } = openSearch(15_000);
    const running = [runningCurve(key(2), evaluationsOf(9000))];
    const drawn = { ...LOOK, isMean: true };
    const [one, , two] = readCurves(store, new KeptCurves(0), wanted({ running, drawn }));
    expect(two).toMatchObject({ key: key(2), isFinished: false });
    const end = one!.iterations.findIndex((iteration) => iteration >= 9000);
    expect([...two!.iterations]).toEqual([...one!.iterations.subarray(0, end)]);
  });

  it('have every evaluation of the range that is copied, but not millions', () => {
    const { store, wanted } = openSearch(12_000);
    const kept = new KeptCurves(100_000);
    const range = { from: 100, to: 199 };
    // And the early stop.
    expect(lengths(readCurves(store, kept, wanted({ drawn: undefined, range })))).toEqual([
      101, 101,
    ]);
    const running = Array.from({ length: 200 }, (_, replicate) =>
      runningCurve(key(2 + replicate), evaluationsOf(10_000)),
    );
    expect(() => readCurves(store, kept, wanted({ drawn: undefined, running }))).toThrow(
      'more than 2,000,000 evaluations',
    );
  });

  it('that were read are kept, up to a number of evaluations', () => {
    const { store, wanted } = openSearch(30);
    const { searchId } = wanted();
    const [few, many] = [new KeptCurves(40), new KeptCurves(100)];
    for (const kept of [few, many])
      for (const each of [key(0), key(1)]) kept.get(store, searchId, each);
    expect(few.get(store, searchId, key(1))).toBe(few.get(store, searchId, key(1)));
    expect(many.get(store, searchId, key(0))).toBe(many.get(store, searchId, key(0)));
    const before = few.get(store, searchId, key(1));
    few.get(store, searchId, key(0));
    expect(few.get(store, searchId, key(1))).not.toBe(before);
  });
});
