/** Sweeps whose measurements are made up from the swept values, so that charts have something to show. */
import type { Store } from '../../src/main/store/store.ts';
import type { Json } from '../../src/shared/contract/json.ts';
import { gridOf, type SweepAxis, textOf } from '../../src/shared/domain/sweep.ts';
import { TICKET_BRANCH } from '../../src/shared/domain/training.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleSettings,
  sampleTraining,
} from '../main/store/samples.ts';
import { outcome } from '../shared/domain/outcomes.ts';

/** How far a search has come: finished, or why it has no more. */
export type Fate = 'finished' | 'failed' | 'not started' | 'dense only';

export interface SampleSweep {
  readonly name: string;
  readonly axes: readonly SweepAxis[];
  readonly levels?: number;
  readonly replicates?: number;
  readonly branches?: readonly string[];
  /** Default: all are finished. */
  fateOf?(values: readonly Json[]): Fate;
}

const RATE = 'training.optimizer.learningRate';
const BATCH = 'training.batchSize';
const FRACTION = 'pruning.strategy.fraction';

/** One setting, over decades, with a control. */
export const ONE_SETTING: SampleSweep = {
  name: 'Rates',
  axes: [{ path: RATE, values: [0.0001, 0.001, 0.01, 0.1] }],
  levels: 3,
  branches: ['random-reinit'],
};

/** Two settings. One search has failed, one has not started, one has no ticket yet. */
export const TWO_SETTINGS: SampleSweep = {
  name: 'Rates and batches',
  axes: [
    { path: RATE, values: [0.0001, 0.0003, 0.001, 0.003] },
    { path: BATCH, values: [30, 60, 120] },
  ],
  fateOf: ([rate, batch]) => {
    if (rate === 0.003 && batch === 30) return 'failed';
    if (rate === 0.003 && batch === 120) return 'not started';
    return rate === 0.0001 && batch === 120 ? 'dense only' : 'finished';
  },
};

export const THREE_SETTINGS: SampleSweep = {
  name: 'Rates, batches and fractions',
  axes: [
    { path: RATE, values: [0.0003, 0.001, 0.003] },
    { path: BATCH, values: [30, 60, 120] },
    { path: FRACTION, values: [0.1, 0.2, 0.4] },
  ],
};

/** 200 searches, as many as a patient researcher has. */
export const TWO_HUNDRED: SampleSweep = {
  name: 'Two hundred',
  axes: [
    { path: RATE, values: [0.0001, 0.0003, 0.001, 0.003, 0.01] },
    { path: BATCH, values: [15, 30, 45, 60, 90, 120, 180, 240] },
    { path: FRACTION, values: [0.1, 0.15, 0.2, 0.3, 0.4] },
  ],
  levels: 8,
};

/** @returns its id. */
export function storeSweep(store: Store, sweep: SampleSweep): string {
  const { name, axes, levels = 2, replicates = 3, branches = [], fateOf } = sweep;
  const { training, pruning } = sampleSettings();
  const points = gridOf(axes).map((values) => ({
    ...sampleSearch({
      training: { ...training, batchSize: numberAt(values, BATCH) ?? training.batchSize },
      pruning: { ...pruning, levels },
      branches: [...branches],
      replicates: { count: replicates, seed: 7 },
    }),
    name: `${name}: ${values.map(({ value }) => textOf(value)).join(', ')}`,
    values,
  }));
  const { id } = store.sweeps.create(name, axes, points);
  for (const { searchId, values } of store.sweeps.members(id)) {
    const fate = fateOf?.(values.map(({ value }) => value)) ?? 'finished';
    if (fate === 'not started') continue;
    store.searches.start(searchId, ENVIRONMENT, FINGERPRINT);
    const last = fate === 'finished' ? levels : fate === 'dense only' ? 0 : -1;
    const merit = meritOf(values);
    const fraction = numberAt(values, FRACTION) ?? 0.2;
    for (let level = 0; level <= last; level += 1) {
      for (let replicate = 0; replicate < replicates; replicate += 1) {
        for (const branch of level === 0 ? [TICKET_BRANCH] : [TICKET_BRANCH, ...branches]) {
          store.trainings.save(searchId, {
            ...sampleTraining(key(replicate, level, branch)),
            density: (1 - fraction) ** level,
            evaluations: evaluationsOf(merit, level, replicate, branch),
          });
        }
      }
    }
    if (fate === 'failed') {
      store.searches.setStatus(searchId, 'failed', {
        code: 'invalid-argument',
        message: 'the training diverged',
        hint: 'Use a lower learning rate.',
      });
    } else if (fate === 'finished') store.searches.setStatus(searchId, 'finished');
  }
  return id;
}

function numberAt(
  values: readonly { readonly path: string; readonly value: Json }[],
  path: string,
): number | undefined {
  const value = values.find((each) => each.path === path)?.value;
  return typeof value === 'number' ? value : undefined;
}

/** Best, 0, at a learning rate of 0.001, batches of 60 and a fraction of 0.2. */
function meritOf(values: Parameters<typeof numberAt>[0]): number {
  const rate = numberAt(values, RATE) ?? 0.001;
  const batch = numberAt(values, BATCH) ?? 60;
  const fraction = numberAt(values, FRACTION) ?? 0.2;
  return (
    -0.012 * Math.log10(rate / 0.001) ** 2 -
    (batch < 60 ? 0.004 : 0.0015) * Math.log2(batch / 60) ** 2 -
    0.01 * Math.abs(fraction - 0.2)
  );
}

function evaluationsOf(merit: number, level: number, replicate: number, branch: string) {
  const gain = 0.006 * level - 0.0006 * level ** 2;
  const control = branch === TICKET_BRANCH ? 0 : 0.01 * level;
  // Without any spread of the differences there would be no interval, and no verdict.
  const spread = level === 0 ? 0 : 0.0002 * (((replicate + level) % 3) - 1);
  const accuracy = 0.955 + merit + gain - control + 0.0007 * replicate + spread;
  const stop = 700 * 0.75 ** level - merit * 4000 + 10 * replicate;
  return outcome({ accuracy, stop: Math.min(990, Math.max(10, 10 * Math.round(stop / 10))) })
    .evaluations;
}
