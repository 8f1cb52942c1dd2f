/** Small searches in a store, as bundles carry them. */
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import type { DataReading } from '../../../../src/shared/domain/data-summary.ts';
import { nameOfBranch } from '../../../../src/shared/domain/branch.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { countPlanned, plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { StoredTraining } from '../../../../src/shared/domain/training-record.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import type { BundledPart } from '../../../../src/main/store/bundle-gathering.ts';
import { Store } from '../../../../src/main/store/store.ts';
import {
  replannedUnits,
  subjectOf,
  unitsOf,
} from '../../../../src/main/workbench/analyses/analysis-plan.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleReading,
  sampleSearch,
  sampleTraining,
  temporaryFile,
  temporaryFolder,
} from '../../store/samples.ts';

/** The network of the samples: 5 inputs, 4 units, 3 classes. */
const ARCHITECTURE = { id: 'mlp', widths: [4] };
const LAYOUT = layoutOf(architectures.get('mlp').build(ARCHITECTURE, [5], 3));

/** For a search whose arrays, some 35 MB, a merge stores in several steps. */
export const LARGE: Partial<Settings> = { architecture: { id: 'mlp', widths: [60_000] } };

/** An empty store, closed after the test. */
export function emptyStore(): Store {
  const store = Store.open(temporaryFile());
  onTestFinished(() => {
    store.close();
  });
  return store;
}

/**
 * Saves a finished search with everything that a bundle carries.
 *
 * @param changed what a training has otherwise.
 * @returns its id.
 */
export function saveSearch(
  store: Store,
  settings: Partial<Settings> = {},
  changed: (training: StoredTraining) => Partial<StoredTraining> = () => ({}),
): string {
  const { architecture = ARCHITECTURE } = settings;
  const layout = layoutOf(architectures.get(architecture.id).build(architecture, [5], 3));
  const search = sampleSearch({ ...settings, architecture }, layout);
  const { id } = store.searches.create(search);
  finishSearch(store, id, layout, changed);
  return id;
}

/** Saves the trainings of a search, and whatever else a bundle carries. */
function finishSearch(
  store: Store,
  id: string,
  layout: ParameterLayout,
  changed: (training: StoredTraining) => Partial<StoredTraining>,
): void {
  const settings = store.searches.settings(id);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  store.engines.choose(
    id,
    new Map([
      [0, 'dense'],
      [1, 'dense'],
      [2, 'dense'],
    ]),
  );
  store.dataReadings.save(id, 'ticket', readingOfSamples());
  for (const key of plannedTrainings(settings)) {
    const identity = { training: 'a'.repeat(64), pruning: undefined };
    const training = sampleTraining(key, { identity }, layout);
    store.trainings.save(id, { ...training, ...changed(training) });
  }
  store.searches.setStatus(id, 'finished');
  store.history.setNote(id, 'A *note*.');
  store.history.setTags([id], ['paper'], []);
  const units = unitsOf(INSTABILITY, subjectOf(settings, layout));
  const analysis = store.analyses.request(id, INSTABILITY, units.length);
  saveUnit(store, id, analysis.id, unitAt(0), instabilityAt(0));
}

/** Saves a sweep of two finished searches. @returns their ids. */
export function saveSweep(store: Store): string[] {
  const search = (seed: number) =>
    sampleSearch({ architecture: ARCHITECTURE, replicates: { count: 1, seed } }, LAYOUT);
  const setting = 'replicates.seed';
  const sweep = store.sweeps.create(
    'Seeds',
    [{ path: setting, values: [7, 8] }],
    [7, 8].map((seed) => ({ ...search(seed), values: [{ path: setting, value: seed }] })),
  );
  const ids = store.sweeps.members(sweep.id).map(({ searchId }) => searchId);
  for (const id of ids) finishSearch(store, id, LAYOUT, () => ({}));
  return ids;
}

/** The analysis of the samples, and one of its units. */
const INSTABILITY = { id: 'instability', points: 3 };
export const unitAt = (replicate: number) => `replicate ${replicate + 1}, level 0, rewind 0`;

/** A made-up result of such a unit. */
export function instabilityAt(replicate: number, distance = 1): AnalysisResult {
  const path = (middle: number) => ({
    error: Float64Array.of(0.125, middle, 0.25),
    loss: Float64Array.of(0.5, Number.NaN, 0.75),
    barrier: 0.5,
  });
  return {
    kind: 'instability',
    replicate,
    level: 0,
    rewind: 0,
    density: 1,
    alphas: Float64Array.of(0, 0.5, 1),
    train: path(0.5),
    test: path(0.625),
    trainExamples: 24,
    distance,
  } as AnalysisResult;
}

export function saveUnit(
  store: Store,
  id: string,
  analysisId: number,
  unit: string,
  result: AnalysisResult,
): void {
  store.analyses.saveUnit(id, analysisId, { unit, result, milliseconds: 12.5 });
}

/** Adds a replicate to a search without branches, as `ticket extend` does. */
export function addReplicate(store: Store, id: string): void {
  const { settings } = store.searches.get(id);
  const { count: from } = settings.replicates;
  const to = from + 1;
  const extended = { ...settings, replicates: { ...settings.replicates, count: to } };
  const [before, after] = [settings, extended].map((each) =>
    subjectOf(each, store.searches.layout(id)),
  );
  store.searches.extend(id, {
    settings: extended,
    written: extended,
    trainingsTotal: countPlanned(extended),
    added: { replicates: { from, to } },
    analyses: store.analyses.list(id).map((analysis) => ({
      id: analysis.id,
      ...replannedUnits(analysis.choice, before!, after!),
    })),
  });
}

const TRANSFER = { id: 'transfer', dataset: { id: 'fashion-mnist', validation: 5000 } };
const TRANSFER_NAME = nameOfBranch(TRANSFER);
const TARGET_LAYOUT = layoutOf(architectures.get('mlp').build(ARCHITECTURE, [5], 4));

/**
 * Saves a finished search with a transfer to data of four classes.
 *
 * @param targetFingerprint of these data.
 */
export function saveTransfer(store: Store, targetFingerprint: string): string {
  const changes = { architecture: ARCHITECTURE, branches: [TRANSFER] };
  const search = {
    ...sampleSearch(changes, LAYOUT),
    targetLayouts: new Map([[TRANSFER_NAME, TARGET_LAYOUT]]),
  };
  const { id } = store.searches.create(search);
  const targets = new Map([[TRANSFER_NAME, targetFingerprint]]);
  store.searches.start(id, ENVIRONMENT, FINGERPRINT, targets);
  store.dataReadings.save(id, 'ticket', readingOfSamples());
  store.dataReadings.save(id, TRANSFER_NAME, readingOfSamples(['0', '1', '2', '3']));
  for (const key of plannedTrainings(search.settings)) {
    const layout = key.branch === TRANSFER_NAME ? TARGET_LAYOUT : LAYOUT;
    store.trainings.save(id, sampleTraining(key, {}, layout));
  }
  store.searches.setStatus(id, 'finished');
  return id;
}

/** Data that the network of the samples fits. */
function readingOfSamples(names: readonly string[] = ['0', '1', '2']): DataReading {
  const { summary, samples } = sampleReading();
  const classes = names.map((name) => ({ name, train: 8, validation: 8, test: 8 }));
  return { summary: { ...summary, shape: [5], train: 24, test: 24, classes }, samples };
}

/** The bundle of searches, in a folder of its own. */
export async function bundleOf(
  store: Store,
  searchIds: readonly string[],
  options: { readonly replicates?: readonly number[]; readonly withWeights?: boolean } = {},
): Promise<string> {
  const file = path.join(temporaryFolder(), 'sample.ticket');
  await writeBundle(store, file, {
    searchIds,
    replicates: options.replicates,
    withWeights: options.withWeights ?? true,
    overwrite: false,
  });
  return file;
}

/** A search as a bundle with everything of it carries it. */
export function partOf(store: Store, id: string): BundledPart {
  return {
    search: store.bundled.search(id),
    trainings: store.bundled.keys(id).map((key) => () => store.bundled.training(id, key)),
    readArray: (sha256) => store.bundled.array(sha256),
    withoutWeightsSince: undefined,
  };
}

/** Everything that is known of a search, to be compared. */
export function everythingOf(store: Store, id: string) {
  const trainings = store.trainings.list(id);
  return {
    search: store.searches.get(id),
    bundled: store.bundled.search(id),
    trainings,
    weights: trainings.map(({ key }) => store.trainings.weights(id, key)),
    handovers: trainings.map(({ key }) => store.trainings.handover(id, key)),
    correct: store.trainings.correctAtEarlyStop(id),
    readings: store.dataReadings.list(id),
    units: store.analyses.list(id).map((analysis) => store.analyses.units(analysis.id)),
    engines: store.engines.ofSearch(id),
  };
}
