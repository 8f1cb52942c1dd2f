/** The differences from the pinned search: the same numbers in the history, its CSV and Compare. */
import { beforeEach, expect, it } from 'vitest';
import { SearchHistory } from '../../../../src/main/workbench/history/search-history.ts';
import { withDifferences } from '../../../../src/main/workbench/history/baseline-differences.ts';
import { seriesOf } from '../../../../src/main/workbench/history/series.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { CALLS } from '../../../../src/shared/contract/calls.ts';
import type { SearchSeries } from '../../../../src/shared/contract/records/search-results.ts';
import { differencesFrom } from '../../../../src/shared/domain/search-differences.ts';
import type { ComparedAt } from '../../../../src/shared/history/baseline.ts';
import { outcome } from '../../../shared/domain/outcomes.ts';
import { ONE_SETTING, storeSweep } from '../../../support/sample-sweeps.ts';
import { key, sampleSearch, sampleTraining } from '../../store/samples.ts';
import { destroyPage, inspect, openStore, startedSearch } from '../../store/support.ts';

let store: Store;
let file: string;
let history: SearchHistory;
let baseline: string;
let paired: string;
let other: string;

interface Trained {
  readonly seed: number;
  /** By replicate, of the dense network and of the ticket; undefined where it has not finished. */
  readonly dense: readonly number[];
  readonly ticket: readonly (number | undefined)[];
}

function search({ seed, dense, ticket }: Trained): string {
  const { settings } = sampleSearch();
  const changed = { branches: [], replicates: { count: dense.length, seed } };
  const id = startedSearch(store, sampleSearch({ ...settings, ...changed }));
  for (const [level, accuracies] of [dense, ticket].entries()) {
    for (const [replicate, accuracy] of accuracies.entries()) {
      if (accuracy === undefined) continue;
      const stop = 100 + 10 * Math.round(1000 * (accuracy - 0.9)) + 50 * replicate;
      const { evaluations } = outcome({ accuracy, stop });
      const training = sampleTraining(key(replicate, level));
      store.trainings.save(id, { ...training, evaluations, density: level === 0 ? 1 : 0.5 });
    }
  }
  history.summarize(id);
  return id;
}

beforeEach(() => {
  ({ store, file } = openStore());
  history = new SearchHistory(store);
  const dense = [0.95, 0.951, 0.952];
  baseline = search({ seed: 7, dense, ticket: [0.955, 0.957, 0.959] });
  paired = search({ seed: 7, dense, ticket: [0.954, undefined, 0.962] });
  other = search({ seed: 8, dense, ticket: [0.96, 0.961, 0.965] });
});

function lines(from: Store, comparedAt: ComparedAt = 'density', pinned = baseline) {
  const query = CALLS['history.lines'].input.parse({ baseline: pinned, comparedAt });
  return withDifferences(from, query, from.history.lines(query).lines);
}

const differenceOf = (id: string, from = store) =>
  lines(from).find(({ row }) => row.id === id)?.difference;

function seriesFor(id: string): SearchSeries {
  return seriesOf(store.searches.get(id), store.trainings.outcomes(id));
}

it('are those of Compare', () => {
  for (const id of [paired, other]) {
    const [from, own] = [baseline, id].map((each) => {
      const series = seriesFor(each);
      return { search: series, series: series.branches[0]! };
    });
    const compared = (measure: 'testAccuracyAtEarlyStop' | 'earlyStopIteration') =>
      differencesFrom(from!, own!, (series) => series[measure], 0.95).at(-1);
    const difference = differenceOf(id)!;
    expect(compared('testAccuracyAtEarlyStop')).toMatchObject(difference.accuracy!);
    expect(compared('earlyStopIteration')).toMatchObject(difference.earlyStop!);
    expect(difference.density).toBe(0.5);
  }
});

it('are paired with an interval over the replicates that both have, for one seed only', () => {
  const { accuracy, earlyStop } = differenceOf(paired)!;
  expect(accuracy?.mean).toBeCloseTo(0.001, 10);
  expect(accuracy?.lower).toBeLessThan(-0.02);
  expect(accuracy?.upper).toBeGreaterThan(0.02);
  expect(earlyStop?.mean).toBeCloseTo(10, 6);
  expect(differenceOf(other)?.accuracy).toEqual({
    mean: expect.closeTo(0.005, 10) as number,
    lower: undefined,
    upper: undefined,
  });
});

it('are in the CSV as in the window', () => {
  const csv = history.csv(
    CALLS['history.export'].input.parse({
      columns: ['name', 'baseline-accuracy', 'baseline-early-stop'],
      baseline,
    }),
  );
  const [heading, ...rows] = csv
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const { accuracy, earlyStop } = differenceOf(paired)!;
  const row = rows.find(([id]) => id === paired)!;
  const cell = (name: string) => Number(row[heading!.indexOf(name)]);
  expect(cell('test_accuracy_fraction_minus_baseline')).toBe(accuracy!.mean);
  expect(cell('test_accuracy_fraction_minus_baseline_lower')).toBe(accuracy!.lower);
  expect(cell('early_stop_iterations_minus_baseline_upper')).toBe(earlyStop!.upper);
});

it('are missing for the baseline itself, and for all where it is gone', () => {
  expect(differenceOf(baseline)).toBeUndefined();
  expect(lines(store, 'density', 'gone').every(({ difference }) => !difference)).toBe(true);
});

it('of a sweep are those of the search whose verdict it shows, beside its own time', () => {
  const sweepId = storeSweep(store, ONE_SETTING);
  for (const { searchId } of store.sweeps.members(sweepId)) history.summarize(searchId);
  const judged = store.sweeps.summary(sweepId);
  const shown = lines(store, 'verdict').find(({ row }) => row.id === sweepId)!;
  const expanded = withDifferences(
    store,
    { baseline, comparedAt: 'verdict' },
    store.history.lines(CALLS['history.lines'].input.parse({ expanded: [sweepId] })).lines,
  ).find(({ row }) => row.id === judged.judgedId);
  expect(shown.difference?.accuracy).toBeDefined();
  expect(shown.difference?.accuracy).toEqual(expanded?.difference?.accuracy);
  expect(shown.difference?.milliseconds).toBe(
    judged.trainingMilliseconds - store.history.get(baseline).trainingMilliseconds,
  );
});

it('are not taken of damaged trainings, which hide no other search', () => {
  inspect(file, (database) =>
    database
      .prepare(
        `UPDATE metrics SET test_accuracy = 0.99 WHERE validation_loss < 0.1001 AND training_id =
           (SELECT id FROM trainings WHERE search_id = ? AND level = 1 AND replicate = 0)`,
      )
      .run(paired),
  );
  const later = Store.open(file);
  expect(differenceOf(paired, later)).toMatchObject({
    accuracy: undefined,
    earlyStop: undefined,
    density: 0.5,
  });
  expect(differenceOf(other, later)?.accuracy?.mean).toBeCloseTo(0.005, 10);
  later.close();
});

it('are left out where a page of the measurements is destroyed, and no others', () => {
  const before = differenceOf(paired);
  // With measurements of the search that was saved last.
  destroyPage(file, 'metrics', -1);
  const later = Store.open(file);
  expect(differenceOf(other, later)).toMatchObject({
    accuracy: undefined,
    earlyStop: undefined,
    density: 0.5,
  });
  expect(differenceOf(paired, later)).toEqual(before);
  expect(accuracyInFile(later, other)).toBe('');
  expect(accuracyInFile(later, paired)).toBe(String(before!.accuracy!.mean));
  later.close();
});

it('of trainings of earlier versions are shown once they are sealed, and are in files', () => {
  const before = differenceOf(paired);
  inspect(file, (database) => database.exec('DELETE FROM decisive_evaluations'));
  const later = Store.open(file);
  expect(differenceOf(paired, later)?.accuracy).toBeUndefined();
  expect(accuracyInFile(later, paired)).toBe(String(before!.accuracy!.mean));
  const { earlierTrainings } = later;
  earlierTrainings.seal(earlierTrainings.check(0, 10_000));
  expect(differenceOf(paired, later)).toEqual(before);
  later.close();
});

function accuracyInFile(from: Store, id: string): string | undefined {
  const query = CALLS['history.export'].input.parse({
    columns: ['name', 'baseline-accuracy'],
    baseline,
  });
  const [heading, ...rows] = new SearchHistory(from)
    .csv(query)
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const place = heading!.indexOf('test_accuracy_fraction_minus_baseline');
  return rows.find(([each]) => each === id)?.[place];
}
