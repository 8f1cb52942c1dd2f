/**
 * Measures how long learning curves are read, checked and thinned, by the processor's time: trainings of a
 * million evaluations each.
 *
 *     npm run bench:curves [-- DIRECTORY]
 *
 * With a directory, what is made there is kept and used again.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type CurvesLook, thinned } from '../src/shared/charts/curve-thinning.ts';
import { Store } from '../src/main/store/store.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { storeLongCurves } from '../test/support/long-curves.ts';
import { processorTime } from './processor-time.ts';

const EVALUATIONS = 1_000_000;
const REPLICATES = 5;
const RUNS = 5;

const LOOK: Omit<CurvesLook, 'isMean'> = {
  measure: 'validationLoss',
  smoothing: 0,
  isLogarithmic: false,
  columns: 1200,
};

const [kept] = process.argv.slice(2);
const scratch = kept ?? mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));
const file = databaseFile(path.join(scratch, 'long-curves'));
if (!existsSync(file)) {
  const shape = { levels: 1, replicates: REPLICATES, evaluations: EVALUATIONS };
  storeLongCurves(file, { name: 'Long', ...shape });
}

const first = runs((store, id, key) => {
  store.trainings.curve(id, key);
});
print(
  'a million evaluations, checked and read',
  first.map(({ once }) => once),
);
print(
  'a million evaluations, read again',
  first.map(({ again }) => again),
);
print(
  'a million evaluations, checked',
  runs((store, id, key) => {
    store.trainings.hasNextMask(id, key);
  }).map(({ once }) => once),
);

const store = Store.open(file);
const [search] = store.searches.list();
const keys = store.trainings.keys(search!.id);
const curves = keys.map((key) => store.trainings.curve(search!.id, key));
store.close();
for (const isMean of [false, true]) {
  print(
    isMean
      ? `2 means of ${REPLICATES} curves, thinned`
      : `${curves.length} curves of a million evaluations, thinned`,
    Array.from({ length: RUNS }, () =>
      processorTime(() => {
        thinned(curves, { ...LOOK, isMean });
      }),
    ),
  );
}
if (kept === undefined) rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });

type Key = ReturnType<Store['trainings']['keys']>[number];

/** In stores that have read nothing of the training, and then once more. */
function runs(read: (store: Store, searchId: string, key: Key) => void) {
  return Array.from({ length: RUNS }, (_, run) => {
    const opened = Store.open(file);
    const { id } = opened.searches.list()[0]!;
    const key = opened.trainings.keys(id)[run]!;
    const work = (): number =>
      processorTime(() => {
        read(opened, id, key);
      });
    const times = { once: work(), again: work() };
    opened.close();
    return times;
  });
}

function print(what: string, milliseconds: readonly number[]): void {
  const { median, min, max } = measured(milliseconds);
  process.stdout.write(`${what}: ${median.toFixed(0)} ms [${min.toFixed(0)}, ${max.toFixed(0)}]
`);
}
