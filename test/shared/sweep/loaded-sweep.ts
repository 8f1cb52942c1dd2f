/** Stored sweeps as the window gets them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSweep } from '../../../src/main/workbench/history/sweep-reading.ts';
import { sweepSeries, sweepTable } from '../../../src/main/workbench/history/sweep-table.ts';
import { type SweepResult, sweepResults } from '../../../src/shared/sweep/sweep-metrics.ts';
import { type SweptAxis, sweptAxes } from '../../../src/shared/sweep/swept-axes.ts';
import { Store } from '../../../src/main/store/store.ts';
import { type SampleSweep, storeSweep } from '../../support/sample-sweeps.ts';

export interface LoadedSample {
  readonly axes: readonly SweptAxis[];
  readonly results: readonly SweepResult[];
}

export function loadedSweep(sample: SampleSweep): LoadedSample {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-sweep-'));
  const store = Store.open(path.join(folder, 'workbench.sqlite'));
  try {
    const read = readSweep(store, store.sweeps.get(storeSweep(store, sample)));
    return {
      axes: sweptAxes(sample.axes),
      results: sweepResults(sweepTable(read), sweepSeries(read)),
    };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The search with these values. */
export function resultAt({ results }: LoadedSample, ...values: readonly unknown[]): SweepResult {
  const found = results.find((result) => JSON.stringify(result.values) === JSON.stringify(values));
  if (!found) throw new Error(`no search has the values ${JSON.stringify(values)}`);
  return found;
}
