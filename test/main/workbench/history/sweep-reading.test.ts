/** What was measured of a sweep is read once, and only what has changed is read again. */
import { expect, it } from 'vitest';
import { readSweep } from '../../../../src/main/workbench/history/sweep-reading.ts';
import { sweepSeries, sweepTable } from '../../../../src/main/workbench/history/sweep-table.ts';
import { resultOf } from '../../../../src/main/workbench/history/search-result.ts';
import { seriesOf } from '../../../../src/main/workbench/history/series.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { storeSweep, THREE_SETTINGS, TWO_SETTINGS } from '../../../support/sample-sweeps.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleTraining } from '../../store/samples.ts';
import { openStore } from '../../store/support.ts';

function results(store: Store, id: string) {
  const read = readSweep(store, store.sweeps.get(id));
  return { table: sweepTable(read), series: sweepSeries(read) };
}

it('has the numbers of every search read by itself', () => {
  const { store } = openStore();
  const { table, series } = results(store, storeSweep(store, TWO_SETTINGS));
  expect(table.rows).toHaveLength(12);
  for (const row of table.rows) {
    const search = store.searches.get(row.searchId);
    const trainings = store.trainings.outcomes(row.searchId);
    const result = resultOf(store, search, trainings);
    expect(row.dense?.testAccuracyAtEarlyStop).toEqual(result?.dense.testAccuracyAtEarlyStop);
    expect(row.last?.verdict).toBe(result?.levels.at(-1)?.branches['ticket']?.verdict.kind);
    const own = series.find(({ id }) => id === row.searchId);
    if (trainings.length === 0) expect(own).toBeUndefined();
    else expect(own).toEqual({ ...seriesOf(search, trainings, result), name: row.label });
  }
});

it('is the same when it is read again, and by another process', () => {
  const { store, file } = openStore();
  const id = storeSweep(store, THREE_SETTINGS);
  const first = results(store, id);
  expect(results(store, id)).toEqual(first);
  const other = Store.open(file);
  expect(results(other, id)).toEqual(first);
  other.close();
});

it('has what was trained, extended or deleted since', () => {
  const { store } = openStore();
  const id = storeSweep(store, TWO_SETTINGS);
  const before = results(store, id);
  const waiting = before.table.rows.find(({ dense, state }) => !dense && state !== 'failed')!;
  store.searches.start(waiting.searchId, ENVIRONMENT, FINGERPRINT);
  store.trainings.save(waiting.searchId, sampleTraining(key(0, 0)));
  const after = results(store, id);
  expect(after.table.rows.find(({ searchId }) => searchId === waiting.searchId)?.trained).toBe(1);
  expect(after.series).toHaveLength(before.series.length + 1);
  const unchanged = ({ table }: typeof before) =>
    table.rows.filter(({ searchId }) => searchId !== waiting.searchId);
  expect(unchanged(after)).toEqual(unchanged(before));
  store.searches.setStatus(waiting.searchId, 'failed', { code: 'conflict', message: 'no' });
  expect(
    results(store, id).table.rows.find(({ searchId }) => searchId === waiting.searchId),
  ).toMatchObject({ state: 'failed', error: { message: 'no' } });
});
