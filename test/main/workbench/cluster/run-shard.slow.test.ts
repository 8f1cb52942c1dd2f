/** Sweeps that run in parts, beside the same sweep that runs at once. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runShard } from '../../../../src/main/workbench/cluster/run-shard.ts';
import { bundleFile, readState } from '../../../../src/main/workbench/cluster/shard-files.ts';
import {
  openRealWorkbench,
  type RealWorkbench,
  resultsOf,
} from '../../../support/real-workbench.ts';
import { temporaryFolder } from '../../store/samples.ts';

const BASE = {
  dataset: { id: 'two-moons' },
  architecture: { id: 'mlp', widths: [12, 8] },
  training: { iterations: 60, evaluateEvery: 20, engine: 'sparse' },
  pruning: { schedule: 'iterative', levels: 2 },
  branches: ['random-reinit'],
  replicates: { count: 2 },
};
const DRAFT = { 'rewind.iteration': [0, 20] };

async function planned({ workbench }: RealWorkbench, draft: Record<string, number[]> = DRAFT) {
  const folder = temporaryFolder();
  const plan = await workbench.submissions.plan({
    folder,
    name: 'in parts',
    base: BASE,
    draft,
    withWeights: true,
  });
  return { folder, plan };
}

/** On a machine of its own. */
const run = (folder: string, number: number, signal?: AbortSignal) =>
  runShard({ folder, number, dataDirectory: temporaryFolder(), workers: 1, signal });

async function wholeSweep() {
  const real = openRealWorkbench();
  const { id } = await real.workbench.planner.createSweep(BASE, DRAFT, 'at once');
  await real.workbench.runner.runSweep(id, { workers: 2 });
  return { real, searches: real.store.sweeps.members(id).map(({ searchId }) => searchId) };
}

it('a sweep in shards has the bits of one that ran at once', async () => {
  const parts = openRealWorkbench();
  const { folder, plan } = await planned(parts);
  expect(plan.shards).toHaveLength(2);
  for (const { number } of plan.shards) {
    await run(folder, number);
    expect(readState(folder, number)).toMatchObject({ state: 'done', trainingsDone: 10 });
    await parts.workbench.submissions.collect(folder);
  }
  const whole = await wholeSweep();
  expect(plan.searches.map(({ id }) => resultsOf(parts.store, id))).toEqual(
    whole.searches.map((id) => resultsOf(whole.real.store, id)),
  );
  for (const { id } of plan.searches) expect(parts.store.searches.get(id).status).toBe('finished');
  expect(parts.store.integrityCheck()).toEqual([]);
  // Nothing is left, and nothing is merged twice.
  expect(parts.workbench.submissions.unfinished(folder)).toEqual([]);
  expect(await parts.workbench.submissions.collect(folder)).toMatchObject({ trainings: 0 });
});

it('a shard that is stopped continues on another machine from what it has published', async () => {
  const parts = openRealWorkbench();
  const { folder, plan } = await planned(parts, {});
  const stop = new AbortController();
  const stopped = runShard({
    folder,
    number: 1,
    dataDirectory: temporaryFolder(),
    workers: 1,
    signal: stop.signal,
    onEvent: (_id, event) => {
      if (event.type === 'training-finished' && event.key.level === 1) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
  expect(readState(folder, 1)?.state).toBe('stopped');
  const before = await parts.workbench.submissions.collect(folder);
  expect(before.trainings).toBeGreaterThan(0);
  expect(parts.workbench.submissions.report(folder).map(({ status }) => status)).toEqual([
    'stopped',
    'waiting',
  ]);
  for (const number of parts.workbench.submissions.unfinished(folder)) await run(folder, number);
  await parts.workbench.submissions.collect(folder);
  const whole = await wholeSweep();
  expect(resultsOf(parts.store, plan.searches[0]!.id)).toEqual(
    resultsOf(whole.real.store, whole.searches[0]!),
  );
});

it('a damaged bundle is refused, and does not hold up the others', async () => {
  const parts = openRealWorkbench();
  const { folder } = await planned(parts);
  for (const number of [1, 2]) await run(folder, number);
  const file = bundleFile(folder, 1);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
  const collected = await parts.workbench.submissions.collect(folder);
  expect(collected).toMatchObject({ shards: 1, trainings: 10, refused: [{ file }] });
  expect(parts.workbench.submissions.unfinished(folder)).toEqual([1]);
  // The shard that is run again replaces it.
  await run(folder, 1);
  expect(await parts.workbench.submissions.collect(folder)).toMatchObject({ refused: [] });
  expect(parts.workbench.submissions.unfinished(folder)).toEqual([]);
});

it('a folder holds one plan, and a plan runs only with the version that made it', async () => {
  const parts = openRealWorkbench();
  const { folder } = await planned(parts, {});
  await expect(
    parts.workbench.submissions.plan({
      folder,
      name: 'again',
      base: BASE,
      draft: {},
      withWeights: true,
    }),
  ).rejects.toMatchObject({ code: 'conflict' });
  expect(parts.store.searches.list()).toHaveLength(1);
  const file = path.join(folder, 'plan.json');
  const plan = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...plan, workbench: '0.0.1' }));
  await expect(run(folder, 1)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('version 0.0.1') as string,
  });
  await expect(run(folder, 1)).rejects.toThrow();
  expect(existsSync(bundleFile(folder, 1))).toBe(false);
});
