/**
 * Measures how long the merge of one large bundle keeps everybody else from writing: new trainings, and then
 * weights of trainings that came without. The trainings are made up.
 *
 *     npm run bench:merge [-- TRAININGS EVALUATIONS]
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import type { BundledTraining } from '../src/shared/domain/bundle.ts';
import { layoutFrom, type ParameterLayout } from '../src/shared/domain/layout.ts';
import { plannedTrainings } from '../src/shared/domain/plan.ts';
import { parseSettings } from '../src/shared/domain/settings.ts';
import type { Evaluation, TrainingKey } from '../src/shared/domain/training.ts';
import { rng } from '../src/shared/rng.ts';
import type { BundledPart } from '../src/main/store/bundle-gathering.ts';
import { Store } from '../src/main/store/store.ts';
import { isWeights } from '../src/main/workbench/bundles/bundle-format.ts';
import { databaseFile } from '../src/main/workbench/data-directory.ts';
import { registries } from '../src/main/workbench/settings/registries.ts';
import { Workbench } from '../src/main/workbench/workbench.ts';
import { ENVIRONMENT, FINGERPRINT, sampleTraining } from '../test/main/store/samples.ts';

const TRAININGS = 10_000;
const EVALUATIONS = 200;
/** Dense, and nine tickets. */
const TRAININGS_OF_REPLICATE = 10;

const SETTINGS = {
  dataset: { id: 'two-moons' },
  architecture: { id: 'mlp', widths: [12, 8] },
  training: { iterations: 20_000, evaluateEvery: 100, engine: 'sparse' },
  pruning: { schedule: 'iterative', levels: TRAININGS_OF_REPLICATE - 1 },
  branches: [],
};

async function main(): Promise<void> {
  const trainings = Number(process.argv[2] ?? TRAININGS);
  const evaluations = Number(process.argv[3] ?? EVALUATIONS);
  const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-bench-merge-'));
  try {
    const part = await madeUp(scratch, trainings, evaluations);
    const what = `${part.trainings.length} trainings of ${evaluations} evaluations`;
    await measure(path.join(scratch, 'new'), what, [part]);
    const without = { ...part, trainings: part.trainings.map(withoutWeights) };
    await measure(path.join(scratch, 'without'), `${what}, then their weights`, [without, part]);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Merges one after another, while another thread tries to write all the time. */
async function measure(folder: string, what: string, parts: readonly BundledPart[]): Promise<void> {
  const file = databaseFile(folder);
  const store = Store.open(file);
  try {
    for (const part of parts) {
      const writer = new Worker(new URL('write-always.ts', import.meta.url), { workerData: file });
      await once(writer, 'message');
      const began = performance.now();
      store.bundleMerge.merge([part]);
      const seconds = (performance.now() - began) / 1000;
      writer.postMessage('end');
      const [longest] = (await once(writer, 'message')) as [number];
      console.log(
        `${what}: merged in ${seconds.toFixed(1)} s; others waited ${(longest / 1000).toFixed(2)} s at most to write`,
      );
    }
  } finally {
    store.close();
  }
}

/** A search as a bundle carries it. Its trainings are made when they are read. */
async function madeUp(
  scratch: string,
  trainings: number,
  evaluations: number,
): Promise<BundledPart> {
  const store = Store.open(databaseFile(path.join(scratch, 'from')));
  try {
    const count = Math.ceil(trainings / TRAININGS_OF_REPLICATE);
    const settings = parseSettings(registries, { ...SETTINGS, replicates: { count } });
    const { id } = await Workbench.over(store).planner.create(settings, 'bench');
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    const search = store.bundled.search(id);
    const layout = layoutFrom(search.parameters);
    const arrays = new Map<string, Uint8Array<ArrayBuffer>>();
    const made = plannedTrainings(search.settings).map((key) =>
      bundledTraining(key, layout, arrays),
    );
    return {
      search,
      trainings: made.map((training) => () => ({
        ...training,
        evaluations: madeUpEvaluations(training.key, evaluations),
      })),
      readArray: (sha256) => arrays.get(sha256)!,
      withoutWeightsSince: undefined,
    };
  } finally {
    store.close();
  }
}

function bundledTraining(
  key: TrainingKey,
  layout: ParameterLayout,
  arrays: Map<string, Uint8Array<ArrayBuffer>>,
): Omit<BundledTraining, 'evaluations'> {
  const { density, keptCounts, trainingMilliseconds, evaluationMilliseconds, ...made } =
    sampleTraining(key, { engine: 'sparse' }, layout);
  const put = (array: Uint8Array | Float32Array): string => {
    const bytes = new Uint8Array(array.slice().buffer);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    arrays.set(sha256, bytes);
    return sha256;
  };
  return {
    key,
    session: 0,
    density,
    keptCounts,
    engine: made.engine,
    trainingMilliseconds,
    evaluationMilliseconds,
    finishedAt: 1_700_000_000_000,
    identity: createHash('sha256').update(JSON.stringify(key)).digest('hex'),
    arrays: {
      mask: put(made.mask),
      'initial-weights': put(made.initialWeights),
      'final-weights': put(made.finalWeights),
      ...(made.nextMask && { 'next-mask': put(made.nextMask) }),
      ...(made.correctAtEarlyStop && { 'correct-at-early-stop': put(made.correctAtEarlyStop) }),
    },
  };
}

function madeUpEvaluations({ replicate, level, branch }: TrainingKey, count: number): Evaluation[] {
  const random = rng('evaluations', replicate, level, branch);
  return Array.from({ length: count }, (_, index) => ({
    iteration: index * 100,
    validationLoss: random.uniform(),
    validationAccuracy: random.uniform(),
    testLoss: random.uniform(),
    testAccuracy: random.uniform(),
  }));
}

function withoutWeights(read: () => BundledTraining): () => BundledTraining {
  return () => {
    const { arrays, ...training } = read();
    const kept = Object.entries(arrays).filter(([role]) => !isWeights(role));
    return { ...training, arrays: Object.fromEntries(kept) };
  };
}

await main();
