/**
 * Measures what the history asks of the store with 10,000 searches of six trainings: filters, columns and
 * orders by settings, suggested values, differences from a pinned search, and how long a search takes to save.
 *
 *     npm run bench:history [-- DIRECTORY] [-- --searches NUMBER]
 *
 * With a directory, what is made there is kept and used again.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { CALLS } from '../src/shared/contract/calls.ts';
import { Store } from '../src/main/store/store.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { withDifferences } from '../src/main/workbench/history/baseline-differences.ts';
import { historyTable } from '../src/main/workbench/history/history-table.ts';
import { HistoryTables } from '../src/main/workbench/history/history-tables.ts';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { fillHistory, SEARCHES } from './history-data.ts';

const RUNS = 7;
const PAGE = 200;

const FILTERS = [
  'lr>0.001',
  'lr=0.0012',
  'seed=77',
  'batch!=60',
  'training.evaluateEvery>=10',
  'pruning.strategy.id=layerwise-magnitude',
  'fraction>0.1',
  'training.engine~aut',
  'lr>0.001 seed<5000 -batch=7',
  'replicates.seed',
];
const COLUMNS = ['training.optimizer.learningRate', 'replicates.seed', 'training.engine'];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { searches: { type: 'string', default: String(SEARCHES) } },
});
const [kept] = positionals;
const searches = Number(values.searches);
const scratch = kept ?? mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));
const data = path.join(scratch, 'history');
if (!existsSync(databaseFile(data))) await fill();

const cold = Store.open(databaseFile(data));
const bytes = statSync(databaseFile(data)).size;
say('database', `${(bytes / searches).toFixed(0)} bytes a search`);
print('the first filter after a start', [time(() => ids(cold, 'lr>0.001'))]);
cold.close();

const store = Store.open(databaseFile(data));
for (const filter of FILTERS) {
  const found = ids(store, filter).length;
  print(
    `${filter} (${found} of ${searches})`,
    times(() => ids(store, filter)),
  );
}
print(
  'a page with three columns of settings',
  times(() => lines('created', COLUMNS)),
);
print(
  'a page in the order of learning rates',
  times(() => lines(`setting:${COLUMNS[0]}`, [])),
);
print(
  'a page in the order of seeds',
  times(() => lines(`setting:${COLUMNS[1]}`, [])),
);
const all = ids(store, '');
print(
  'three columns of all searches',
  times(() => store.history.settingCells(all, COLUMNS)),
);
print(
  'the values of the learning rate',
  times(() => store.history.values('lr')),
);
print(
  'the values of the seed',
  times(() => store.history.values('seed')),
);
const pinned = { baseline: all[0], comparedAt: 'density' as const };
const differ = (from: Store) => {
  withDifferences(from, pinned, from.history.lines(linesQuery('created', [])).lines);
};
print(
  'a page without differences',
  times(() => lines('created', [])),
);
print(
  'a page with differences from a pinned search',
  times(() => {
    differ(store);
  }),
);
const exported = CALLS['history.export'].input.parse({
  columns: ['name', 'baseline-accuracy', 'baseline-early-stop'],
  baseline: all[0],
});
print(
  'all differences as CSV',
  times(() => historyTable(store, exported)),
);
store.close();
const restarted = Store.open(databaseFile(data));
print('a page with differences, the first after a start', [
  time(() => {
    differ(restarted);
  }),
]);
print('all differences as CSV, the first after a start', [
  time(() => historyTable(restarted, exported)),
]);
const tables = new HistoryTables(restarted);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const startedAt = performance.now();
await tables.csv(exported);
print('the same for a window, in a thread', [performance.now() - startedAt]);
say('  others wait for it', `at most ${(delay.max / 1e6).toFixed(0)} ms`);
await tables.close();
restarted.close();
if (kept === undefined) rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });

/** In memory if possible, because each of the many transactions would wait for the disk. */
async function fill(): Promise<void> {
  const draft = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : scratch, 'ticket-'));
  const startedAt = performance.now();
  await fillHistory(draft, searches);
  const each = (performance.now() - startedAt) / searches;
  say('saving a search with its summary', `${each.toFixed(2)} ms`);
  cpSync(draft, data, { recursive: true });
  rmSync(draft, { recursive: true, force: true });
}

function ids(from: Store, text: string): string[] {
  const { filter, sort } = CALLS['history.lines'].input.parse({ filter: { text } });
  return from.history.ids(filter, sort);
}

function lines(column: string, settings: readonly string[]) {
  return store.history.lines(linesQuery(column, settings));
}

function linesQuery(column: string, settings: readonly string[]) {
  const sort = { column, direction: 'ascending' };
  return CALLS['history.lines'].input.parse({ sort, limit: PAGE, settings });
}

function time(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function times(work: () => unknown): number[] {
  work();
  return Array.from({ length: RUNS }, () => time(work));
}

function print(what: string, milliseconds: readonly number[]): void {
  const { median, min, max } = measured(milliseconds);
  say(what, `${median.toFixed(1)} ms [${min.toFixed(1)}, ${max.toFixed(1)}]`);
}

function say(what: string, facts: string): void {
  process.stdout.write(`${what}: ${facts}\n`);
}
