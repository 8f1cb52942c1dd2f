/**
 * Measures what a submission of ten thousand shards takes: its plan, and merging what they publish. The
 * trainings of the bundles are made up.
 *
 *     npm run bench:cluster [-- SHARDS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { plannedTrainings } from '../src/shared/domain/plan.ts';
import { parseSettings } from '../src/shared/domain/settings.ts';
import { registries } from '../src/main/workbench/settings/registries.ts';
import type { BundledSearch } from '../src/shared/domain/bundle.ts';
import { layoutFrom } from '../src/shared/domain/layout.ts';
import { Store } from '../src/main/store/store.ts';
import { writeBundle } from '../src/main/workbench/bundles/bundle-writer.ts';
import type { ClusterPlan } from '../src/main/workbench/cluster/plan.ts';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { Workbench } from '../src/main/workbench/workbench.ts';
import { ENVIRONMENT, FINGERPRINT, sampleTraining } from '../test/main/store/samples.ts';

const SHARDS = 10_000;
const GRID_POINTS = 500;
/** Rates and memory are told this often. */
const STEPS = 10;

const BASE = {
  dataset: { id: 'two-moons' },
  architecture: { id: 'mlp', widths: [12, 8] },
  training: { iterations: 200, evaluateEvery: 100, engine: 'sparse' },
  pruning: { schedule: 'iterative', levels: 2 },
  branches: ['random-reinit'],
};

async function main(): Promise<void> {
  const shards = Number(process.argv[2] ?? SHARDS);
  const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-bench-cluster-'));
  const store = Store.open(databaseFile(path.join(scratch, 'merged')));
  try {
    const workbench = Workbench.over(store);
    const plan = await measurePlan(workbench, path.join(scratch, 'plan'), shards);
    await measureMerges(workbench, plan, scratch);
  } finally {
    store.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measurePlan(
  { submissions }: Workbench,
  folder: string,
  shards: number,
): Promise<ClusterPlan> {
  const points = Math.min(GRID_POINTS, shards);
  const rates = Array.from({ length: points }, (_, index) => 0.001 + index / 1e6);
  const startedAt = performance.now();
  const plan = await submissions.plan({
    folder,
    name: 'bench',
    base: parseSettings(registries, {
      ...BASE,
      replicates: { count: Math.ceil(shards / points) },
    }),
    draft: { 'training.optimizer.learningRate': rates },
    withWeights: true,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `a plan of ${plan.shards.length} shards (${points} searches saved, target: under 5 s): ${seconds.toFixed(1)} s`,
  );
  return plan;
}

async function measureMerges(
  { bundles }: Workbench,
  plan: ClusterPlan,
  scratch: string,
): Promise<void> {
  const step = Math.ceil(plan.shards.length / STEPS);
  let merged = 0;
  let merging = 0;
  for (const search of plan.searches) {
    for await (const file of published(search, scratch)) {
      const startedAt = performance.now();
      await bundles.merge(file);
      merging += performance.now() - startedAt;
      merged += 1;
      if (merged % step > 0) continue;
      const rate = (step / merging) * 1000;
      const megabytes = process.memoryUsage().rss / 2 ** 20;
      console.log(
        `${merged} shards merged: ${rate.toFixed(0)} a second in the last ${step}, ${megabytes.toFixed(0)} MB of memory`,
      );
      merging = 0;
    }
  }
}

/** What the shards of a search would publish, each from a store of its own. */
async function* published(search: BundledSearch, scratch: string): AsyncGenerator<string> {
  const folder = path.join(scratch, 'shards');
  const store = Store.open(databaseFile(folder));
  const file = path.join(scratch, 'shard.ticket');
  try {
    store.bundleMerge.merge([
      {
        search,
        trainings: [],
        readArray: () => new Uint8Array(),
        withoutWeightsSince: undefined,
      },
    ]);
    store.searches.start(search.id, ENVIRONMENT, FINGERPRINT);
    const layout = layoutFrom(search.parameters);
    for (const key of plannedTrainings(search.settings)) {
      store.trainings.save(search.id, sampleTraining(key, { engine: 'sparse' }, layout));
    }
    for (let replicate = 0; replicate < search.settings.replicates.count; replicate += 1) {
      await writeBundle(store, file, {
        searchIds: [search.id],
        replicates: [replicate],
        withWeights: true,
        overwrite: true,
      });
      yield file;
    }
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
