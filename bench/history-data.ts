/** A store with many searches that have made-up results, for benchmarks of the history. */
import { plannedTrainings } from '../src/shared/domain/plan.ts';
import type { Settings } from '../src/shared/domain/settings.ts';
import { VERDICT_KINDS } from '../src/shared/domain/verdict.ts';
import { rng } from '../src/shared/rng.ts';
import { type NewSearch, Store } from '../src/main/store/store.ts';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleEffect,
  sampleTraining,
  TINY_LAYOUT,
} from '../test/main/store/samples.ts';
import { planSearch } from '../src/main/workbench/planning/search-plan.ts';
import { resolveSettings } from '../src/main/workbench/settings/settings-input.ts';

/** How many the benchmarks store unless they are asked for others; a multiple of 20. */
export const SEARCHES = 10_000;
/** Half of the searches are in sweeps. Groups of single searches and sweeps alternate. */
export const SEARCHES_IN_SWEEP = 10;
const REPLICATES = 3;
const TRAININGS = 2 * REPLICATES;

/**
 * Stores searches with the settings of the preset `quick`, but for what follows, and made-up results.
 *
 * Every search has one of a hundred learning rates, and the dense networks and tickets of one level of a small
 * network. Searches of sweeps have a seed of their own, all others the same.
 */
export async function fillHistory(data: string, searches = SEARCHES): Promise<void> {
  const { settings } = await planSearch(resolveSettings({ preset: 'quick' }));
  const store = Store.open(databaseFile(data));
  const random = rng('bench', 'history');
  const pick = <Value>(values: readonly Value[]): Value => values[random.below(values.length)]!;
  const tags = ['paper', 'sweep', 'to-do', 'good', 'control'];
  const newSearch = (index: number, name: string, seed: number): NewSearch => {
    const learningRate = (1 + (index % 100)) / 10_000;
    const changed: Settings = {
      ...settings,
      training: {
        ...settings.training,
        optimizer: { ...settings.training.optimizer, learningRate },
      },
      replicates: { count: REPLICATES, seed },
    };
    return {
      name,
      settings: changed,
      written: changed,
      layout: TINY_LAYOUT,
      trainingsTotal: plannedTrainings(changed).length,
    };
  };
  const finish = (id: string): void => {
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    for (let training = 0; training < TRAININGS; training += 1) {
      store.trainings.save(
        id,
        sampleTraining(key(training % REPLICATES, training < REPLICATES ? 0 : 1)),
      );
    }
    store.searches.setStatus(id, pick(['finished', 'finished', 'finished', 'interrupted']));
    store.history.saveSummary(id, {
      // Must equal the number of trainings, or the summary would be recomputed.
      trainings: TRAININGS,
      trainingMilliseconds: random.below(1_000_000),
      verdict: { kind: pick(VERDICT_KINDS), level: 1, density: 0.5, reason: 'Made up.' },
      effect: sampleEffect(random.below(100) / 10_000),
      denseAccuracy: 0.95 + random.below(1000) / 25_000,
      bestAccuracy: 0.95 + random.below(1000) / 25_000,
      sparkline: Float32Array.from({ length: 10 }, () => 0.95 + random.below(1000) / 25_000),
    });
    if (random.below(3) === 0) store.history.setTags([id], [pick(tags)], []);
  };
  const path = 'replicates.seed';
  for (let first = 0; first < searches; first += 2 * SEARCHES_IN_SWEEP) {
    const single = Array.from({ length: SEARCHES_IN_SWEEP }, (_, index) => first + index);
    for (const index of single) {
      finish(store.searches.create(newSearch(index, `Search ${index}`, 0)).id);
    }
    const swept = single.map((index) => index + SEARCHES_IN_SWEEP);
    const { id } = store.sweeps.create(
      `Sweep ${first}`,
      [{ path, values: swept }],
      swept.map((value) => ({
        ...newSearch(value, `Search ${value}`, value),
        values: [{ path, value }],
      })),
    );
    for (const { searchId } of store.sweeps.members(id)) finish(searchId);
  }
  store.close();
}
