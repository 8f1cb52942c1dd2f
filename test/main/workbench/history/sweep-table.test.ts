/** The table of a sweep, over trainings whose measurements are made up. */
import { expect, it } from 'vitest';
import { describeSweep } from '../../../../src/main/hosts/cli/sweep-report.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { readSweep } from '../../../../src/main/workbench/history/sweep-reading.ts';
import { sweepTable } from '../../../../src/main/workbench/history/sweep-table.ts';
import { outcome } from '../../../shared/domain/outcomes.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleSettings,
  sampleTraining,
} from '../../store/samples.ts';
import { inspect, openStore } from '../../store/support.ts';

/** By how much the ticket of level 1 is more accurate in each replicate. That of level 2 is not. */
const GAINS = {
  // t₂ = 86.6: a p-value of 0.0001.
  clear: [0.01, 0.0102, 0.0098],
  // t₂ = 6.0: 0.013, which is enough for one verdict, and not for the second of four.
  close: [0.01, 0.01288, 0.00712],
} as const;

function train(store: Store, searchId: string, gains: readonly number[]): void {
  store.searches.start(searchId, ENVIRONMENT, FINGERPRINT);
  for (const [replicate, gain] of gains.entries()) {
    for (const [level, accuracy] of [0.9, 0.9 + gain, 0.8].entries()) {
      const { evaluations } = outcome({ stop: level === 0 ? 900 : 100, accuracy });
      store.trainings.save(searchId, sampleTraining(key(replicate, level), { evaluations }));
    }
  }
}

function tableOf(batches: Readonly<Record<number, keyof typeof GAINS>>) {
  const { store } = openStore();
  const path = 'training.batchSize';
  const values = Object.keys(batches).map(Number);
  const sweep = store.sweeps.create(
    'Batches',
    [{ path, values }],
    values.map((value) => ({
      ...sampleSearch({
        training: { ...sampleSettings().training, batchSize: value },
        branches: [],
        replicates: { count: 3, seed: 7 },
      }),
      values: [{ path, value }],
    })),
  );
  for (const { searchId, values: own } of store.sweeps.members(sweep.id)) {
    const gains = batches[Number(own[0]?.value)];
    if (gains) train(store, searchId, GAINS[gains]);
  }
  return sweepTable(readSweep(store, sweep));
}

it('corrects for judging all levels of all searches', () => {
  const table = tableOf({ 30: 'clear', 60: 'close' });
  const winning = table.rows.map(({ smallestWinning, smallestWinningCorrected }) => [
    smallestWinning?.level,
    smallestWinningCorrected?.level,
  ]);
  expect(winning).toEqual([
    [1, 1],
    [1, undefined],
  ]);
  expect(table.correction).toEqual({ verdicts: 4, searches: 2, winning: 1 });
});

it('counts what was judged, and searches without a result not at all', () => {
  const { store } = openStore();
  const path = 'training.batchSize';
  const points = [30, 60].map((value) => ({ ...sampleSearch(), values: [{ path, value }] }));
  const table = sweepTable(
    readSweep(store, store.sweeps.create('S', [{ path, values: [30, 60] }], points)),
  );
  expect(table.rows.map((row) => row.smallestWinningCorrected)).toEqual([undefined, undefined]);
  expect(table.correction).toEqual({ verdicts: 0, searches: 0, winning: 0 });
});

it('shows a damaged search with the reason, and the others as they are', () => {
  const { store, file } = openStore();
  const path = 'training.batchSize';
  const points = [30, 60].map((value) => ({ ...sampleSearch(), values: [{ path, value }] }));
  const sweep = store.sweeps.create('S', [{ path, values: [30, 60] }], points);
  const [damaged, sound] = store.sweeps.members(sweep.id).map(({ searchId }) => searchId);
  inspect(file, (database) =>
    database.prepare("UPDATE searches SET settings = '{}' WHERE id = ?").run(damaged),
  );
  const { rows } = sweepTable(readSweep(store, sweep));
  expect(rows.map(({ searchId }) => searchId)).toEqual([damaged, sound]);
  expect(rows.map(({ error }) => error?.code)).toEqual(['store-failed', undefined]);
});

it('is printed with both, and with what is controlled, on request', () => {
  const table = tableOf({ 30: 'clear', 60: 'close' });
  const plain = describeSweep(table);
  expect(plain).not.toContain('Holm');
  const lines = describeSweep(table, { holm: true }).split('\n');
  expect(lines[0]).toMatch(/ smallest winning .* smallest winning \(Holm\)$/);
  const rows = lines.filter((line) => /^ *(30|60) /.test(line));
  expect(rows[0]).toMatch(/ (\d+\.\d\d %) .* \1$/);
  expect(rows[1]).toMatch(/ \d+\.\d\d % .* –$/);
  expect(lines.at(-1)).toBe(
    'Corrected for 4 levels of 2 searches (Holm: the chance of even one false winning ticket among ' +
      'them is kept), 1 of 2 have a winning ticket.',
  );
});
