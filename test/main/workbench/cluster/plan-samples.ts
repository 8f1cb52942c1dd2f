/** A plan with one shard for each replicate of a search, as if it had been submitted, and what shards publish. */
import { hostname } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import { inTemporaryStore } from '../../../../src/main/workbench/bundles/temporary-store.ts';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  readPlan,
  shardOf,
  writePlan,
} from '../../../../src/main/workbench/cluster/plan.ts';
import {
  bundleFile,
  makeFolders,
  type ShardState,
  writeState,
} from '../../../../src/main/workbench/cluster/shard-files.ts';
import { rememberPlan } from '../../../../src/main/workbench/cluster/remembered-plans.ts';
import { codeVersion } from '../../../../src/main/workbench/code-version.ts';
import { WORKBENCH_VERSION } from '../../../../src/main/workbench/environment.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleTraining,
  temporaryFolder,
} from '../../store/samples.ts';
import { emptyStore } from '../bundles/samples.ts';

/** A store and a folder of the test with a plan of one search, which has two replicates. */
export function newPlan() {
  const store = emptyStore();
  const folder = temporaryFolder();
  return { store, folder, id: submitSample(store, folder) };
}

/** As `newPlan`, with two searches of one replicate each. */
export function newPlanOfTwo() {
  const store = emptyStore();
  const folder = temporaryFolder();
  const [one, other] = submitSamples(store, folder, [
    [{ search: 0, replicate: 0 }],
    [{ search: 1, replicate: 0 }],
  ]) as [string, string];
  return { store, folder, one, other };
}

/** @returns the id of the search, of which nothing is trained here. */
export function submitSample(store: Store, folder: string, replicates = 2): string {
  const parts = Array.from({ length: replicates }, (_each, replicate) => [
    { search: 0, replicate },
  ]);
  return submitSamples(store, folder, parts)[0]!;
}

type SampleShards = readonly (readonly { readonly search: number; readonly replicate: number }[])[];

/**
 * A plan of several searches.
 *
 * @param shards the parts of each: which search, counted from 0, and which replicate.
 * @returns the ids of the searches, of which nothing is trained here.
 */
export function submitSamples(store: Store, folder: string, shards: SampleShards): string[] {
  const parts = shards.flat();
  const replicates = 1 + Math.max(...parts.map(({ replicate }) => replicate));
  const searches = 1 + Math.max(...parts.map(({ search }) => search));
  const ids = Array.from({ length: searches }, (_each, index) => {
    const search = sampleSearch(sampleSettingsOf(index, replicates));
    const { id } = store.searches.create({ ...search, name: 'A submitted search' });
    store.engines.choose(id, new Map([0, 1, 2].map((level) => [level, 'dense'])));
    return id;
  });
  submitSearches(store, folder, ids, shards);
  return ids;
}

/** A plan of searches that are stored, as `submitSamples` has them. */
export function submitSearches(
  store: Store,
  folder: string,
  ids: readonly string[],
  shards: SampleShards,
): void {
  const { settings } = store.searches.get(ids[0]!);
  const trainings = plannedTrainings(settings).length / settings.replicates.count;
  makeFolders(folder);
  writePlan(folder, {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    workbench: WORKBENCH_VERSION,
    code: codeVersion(),
    name: 'A submitted search',
    createdAt: 1,
    withWeights: true,
    searches: ids.map((id) => store.bundled.search(id)),
    shards: shards.map((shard, index) => ({
      number: index + 1,
      parts: shard.map(({ search, replicate }) => ({ searchId: ids[search]!, replicate })),
      trainings: trainings * shard.length,
    })),
  });
  rememberPlan(store, ids[0]!, { folder: path.resolve(folder), searchIds: ids });
}

/** Searches of a plan differ in their seeds. */
const sampleSettingsOf = (index: number, replicates: number) =>
  sampleSearch({ replicates: { count: replicates, seed: 7 + index } }).settings;

/** What the shard of this number says of itself; by default it runs in this process. */
export function sayState(folder: string, number: number, state: Partial<ShardState> = {}): void {
  writeState(folder, number, {
    state: 'running',
    host: hostname(),
    scope: MACHINE_SCOPE,
    processId: process.pid,
    startedAt: Date.now(),
    updatedAt: Date.now(),
    trainingsDone: 2,
    trainingsTotal: 5,
    fraction: 0.4,
    secondsLeft: 90,
    ...state,
  });
}

/** The bundle of a shard that is done, trained elsewhere. */
export async function publish(folder: string, number: number): Promise<void> {
  const plan = readPlan(folder);
  const { parts } = shardOf(plan, number);
  await inTemporaryStore(async (store) => {
    store.bundleMerge.merge(
      plan.searches.map((search) => ({
        search,
        trainings: [],
        readArray: () => {
          throw new Error('a search without trainings has no arrays');
        },
        withoutWeightsSince: undefined,
      })),
    );
    for (const { searchId, replicate } of parts) {
      store.searches.start(searchId, ENVIRONMENT, FINGERPRINT);
      for (const key of plannedTrainings(store.searches.get(searchId).settings)) {
        if (key.replicate === replicate) store.trainings.save(searchId, sampleTraining(key));
      }
    }
    await writeBundle(store, bundleFile(folder, number), {
      searchIds: parts.map(({ searchId }) => searchId),
      withWeights: true,
      overwrite: true,
    });
  });
}
