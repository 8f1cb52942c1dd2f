/**
 * Measures what the store reads when the page of a sweep or of a search opens: a sweep of 200 searches
 * with 545,400 evaluations, a search of 155 trainings of 500 evaluations, and one of 10 trainings of a
 * million.
 *
 *     npm run bench:opening [-- DIRECTORY]
 *
 * With a directory, what is made there is kept and used again.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Store } from '../src/main/store/store.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { resultOf } from '../src/main/workbench/history/search-result.ts';
import { readSweep } from '../src/main/workbench/history/sweep-reading.ts';
import { sweepSeries, sweepTable } from '../src/main/workbench/history/sweep-table.ts';
import { storeLongCurves } from '../test/support/long-curves.ts';
import { storeSweep, TWO_HUNDRED } from '../test/support/sample-sweeps.ts';

const RUNS = 5;

const [kept] = process.argv.slice(2);
const scratch = kept ?? mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));

/** A database of its own, and each run a store that has read nothing of it. */
function bench(what: string, fill: (file: string) => void, open: (store: Store) => void): void {
  const file = databaseFile(path.join(scratch, what.replaceAll(/[^a-z\d]+/g, '-')));
  if (!existsSync(file)) fill(file);
  const times = Array.from({ length: RUNS }, () => {
    const store = Store.open(file);
    const first = time(() => {
      open(store);
    });
    const again = time(() => {
      open(store);
    });
    store.close();
    return { first, again };
  });
  print(
    `${what}, the first time`,
    times.map(({ first }) => first),
  );
  print(
    `${what}, again`,
    times.map(({ again }) => again),
  );
}

bench(
  'a sweep of 200 searches',
  (file) => {
    const store = Store.open(file);
    storeSweep(store, TWO_HUNDRED);
    store.close();
  },
  (store) => {
    const [sweep] = store.sweeps.summaries();
    const read = readSweep(store, store.sweeps.get(sweep!.id));
    sweepTable(read);
    sweepSeries(read);
  },
);
bench(
  'a search of 155 trainings of 500 evaluations',
  (file) => {
    storeLongCurves(file, { name: 'Many', levels: 30, replicates: 5, evaluations: 500 });
  },
  openSearch,
);
bench(
  'a search of 10 trainings of 1,000,000 evaluations',
  (file) => {
    storeLongCurves(file, { name: 'Long', levels: 1, replicates: 5, evaluations: 1_000_000 });
  },
  openSearch,
);
if (kept === undefined) rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });

function openSearch(store: Store): void {
  const [search] = store.searches.list();
  resultOf(store, search!, store.trainings.outcomes(search!.id));
}

function time(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function print(what: string, milliseconds: readonly number[]): void {
  const { median, min, max } = measured(milliseconds);
  process.stdout.write(`${what}: ${median.toFixed(0)} ms [${min.toFixed(0)}, ${max.toFixed(0)}]\n`);
}
