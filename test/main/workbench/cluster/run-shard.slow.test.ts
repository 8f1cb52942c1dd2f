/** Sweeps that run in parts, beside the same sweep that runs at once. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it, vi } from 'vitest';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import type { Store } from '../../../../src/main/store/store.ts';
import { runShard } from '../../../../src/main/workbench/cluster/run-shard.ts';
import {
  bundleFile,
  continuationFile,
  publishedCheckpoints,
  readState,
} from '../../../../src/main/workbench/cluster/shard-files.ts';
import type { PlanRequest } from '../../../../src/main/workbench/cluster/plan-making.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
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

async function planned(
  { workbench }: RealWorkbench,
  draft: Record<string, number[]> = DRAFT,
  changes: Partial<PlanRequest> = {},
) {
  const folder = temporaryFolder();
  const plan = await workbench.submissions.plan({
    folder,
    name: 'in parts',
    base: BASE,
    draft,
    withWeights: true,
    ...changes,
  });
  return { folder, plan, submitted: workbench.submissions.open(folder) };
}

/** On a machine of its own. */
const run = (folder: string, number: number, signal?: AbortSignal) =>
  runShard({ folder, number, dataDirectory: temporaryFolder(), workers: 1, signal });

async function wholeSweep(base: object = BASE) {
  const real = openRealWorkbench();
  const { id } = await real.workbench.planner.createSweep(base, DRAFT, 'at once');
  await real.workbench.runner.runSweep(id, { workers: 2 });
  return { real, searches: real.store.sweeps.members(id).map(({ searchId }) => searchId) };
}

it('a sweep in shards has the bits of one that ran at once', async () => {
  const parts = openRealWorkbench();
  const { folder, plan, submitted } = await planned(parts);
  expect(plan.shards).toHaveLength(2);
  for (const { number } of plan.shards) {
    await run(folder, number);
    expect(readState(folder, number)).toMatchObject({ state: 'done', trainingsDone: 10 });
    await submitted.collect();
  }
  const whole = await wholeSweep();
  expect(plan.searches.map(({ id }) => resultsOf(parts.store, id))).toEqual(
    whole.searches.map((id) => resultsOf(whole.real.store, id)),
  );
  for (const { id } of plan.searches) expect(parts.store.searches.get(id).status).toBe('finished');
  expect(parts.store.integrityCheck()).toEqual([]);
  // Nothing is left, and nothing is merged twice.
  expect(submitted.unfinished()).toEqual([]);
  expect(await submitted.collect()).toMatchObject({ trainings: 0 });
});

it('a shard that is stopped continues on another machine from what it has published', async () => {
  const parts = openRealWorkbench();
  const { folder, plan, submitted } = await planned(parts, {});
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
  const before = await submitted.collect();
  expect(before.trainings).toBeGreaterThan(0);
  expect(submitted.report().map(({ status }) => status)).toEqual(['stopped', 'waiting']);
  for (const number of submitted.unfinished()) await run(folder, number);
  await submitted.collect();
  const whole = await wholeSweep();
  expect(resultsOf(parts.store, plan.searches[0]!.id)).toEqual(
    resultsOf(whole.real.store, whole.searches[0]!),
  );
});

it('a training that is stopped on the way continues on another machine from its checkpoint', async () => {
  const parts = openRealWorkbench();
  const base = {
    ...BASE,
    training: { iterations: 20_000, evaluateEvery: 100, engine: 'sparse' },
    replicates: { count: 1 },
  };
  const { folder, plan, submitted } = await planned(parts, {}, { base });
  const stop = new AbortController();
  const stopped = runShard({
    folder,
    number: 1,
    dataDirectory: temporaryFolder(),
    workers: 1,
    signal: stop.signal,
    onEvent: (_id, event) => {
      if (event.type === 'evaluation' && event.evaluation.iteration > 0) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
  expect(readdirSync(publishedCheckpoints(folder, 1))).toHaveLength(1);
  const resumed: number[] = [];
  await runShard({
    folder,
    number: 1,
    dataDirectory: temporaryFolder(),
    workers: 1,
    onEvent: (_id, event) => {
      if (event.type === 'training-resumed') resumed.push(event.iteration);
    },
  });
  expect(resumed).toHaveLength(1);
  expect(resumed[0]).toBeGreaterThan(0);
  expect(existsSync(publishedCheckpoints(folder, 1))).toBe(false);
  await submitted.collect();
  const whole = openRealWorkbench();
  const { id } = await whole.workbench.planner.create(resolveSettings({ config: base }), 'at once');
  await whole.workbench.runner.run(id, { workers: 1 });
  expect(resultsOf(parts.store, plan.searches[0]!.id)).toEqual(resultsOf(whole.store, id));
});

it('a second run of a shard that runs here is refused, and takes nothing from the first one', async () => {
  const parts = openRealWorkbench();
  const { folder, submitted } = await planned(parts, {});
  const here = { folder, number: 1, workers: 1 };
  let second: Promise<unknown> | undefined;
  await runShard({
    ...here,
    onEvent: (_id, event) => {
      if (event.type === 'training-finished')
        second ??= runShard(here).catch((error: unknown) => error);
    },
  });
  expect(await second).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^process \d+ on .* runs shard 1 of this plan$/) as string,
  });
  expect(readState(folder, 1)).toMatchObject({ state: 'done', trainingsDone: 5 });
  expect(await submitted.collect()).toMatchObject({ trainings: 5, refused: [] });
});

it('what a run has left that was killed while it published is removed', async () => {
  const parts = openRealWorkbench();
  const { folder } = await planned(parts, {});
  const machine = createHash('sha256').update(MACHINE_SCOPE).digest('hex').slice(0, 8);
  const partOf = (processId: number): string =>
    path.join(folder, 'shards', `.ticket-${machine}-${processId}-0123456789abcdef.part`);
  const [left, written] = [partOf(2 ** 30), partOf(process.pid)];
  for (const file of [left, written]) writeFileSync(file, 'half a bundle');
  await run(folder, 1);
  expect([left, written].map((file) => existsSync(file))).toEqual([false, true]);
});

it('a damaged bundle is refused, and does not hold up the others', async () => {
  const parts = openRealWorkbench();
  const { folder, submitted } = await planned(parts);
  for (const number of [1, 2]) await run(folder, number);
  const file = bundleFile(folder, 1);
  const bytes = readFileSync(file);
  // Longer than what a zip says of a file twice, which nobody would miss.
  const middle = bytes.length >> 1;
  bytes.fill(0, middle, middle + 512);
  writeFileSync(file, bytes);
  const collected = await submitted.collect();
  expect(collected).toMatchObject({ shards: 1, trainings: 10, refused: [{ file }] });
  expect(submitted.unfinished()).toEqual([1]);
  // The shard that is run again replaces it.
  await run(folder, 1);
  expect(await submitted.collect()).toMatchObject({ refused: [] });
  expect(submitted.unfinished()).toEqual([]);
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
  // What it has saved by then goes again where a plan can't be made to its end.
  const reading = vi.spyOn(parts.store.bundled, 'search').mockImplementation(() => {
    throw new Error('no space left');
  });
  await expect(planned(parts, {})).rejects.toThrow('no space left');
  reading.mockRestore();
  expect(parts.store.searches.list()).toHaveLength(1);
  const file = path.join(folder, 'plan.json');
  const plan = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...plan, workbench: '0.0.1' }));
  await expect(run(folder, 1)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('version 0.0.1') as string,
  });
  writeFileSync(file, JSON.stringify({ ...plan, code: 'other' }));
  await expect(run(folder, 1)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('made by the code other of version') as string,
  });
  expect(existsSync(bundleFile(folder, 1))).toBe(false);
});

it('a sweep in shards has the analyses of one that ran at once, once all shards are there', async () => {
  const base = { ...BASE, analyses: [{ id: 'mask-overlap' }, { id: 'weight-movement' }] };
  const parts = openRealWorkbench();
  const { workbench, store } = parts;
  const { folder, plan, submitted } = await planned(parts, DRAFT, { base });
  await run(folder, 1);
  await submitted.collect();
  expect(submitted.withAnalysesLeft()).toEqual([]);
  await run(folder, 2);
  await submitted.collect();
  const ids = plan.searches.map(({ id }) => id);
  expect(submitted.withAnalysesLeft()).toEqual(ids);
  for (const id of ids) await workbench.submissions.analyse(id, { workers: 1 });
  expect(submitted.withAnalysesLeft()).toEqual([]);

  const whole = await wholeSweep(base);
  const analysesOf = (from: Store, id: string) =>
    from.analyses.list(id).map((analysis) => ({
      choice: analysis.choice,
      units: from.analyses.units(analysis.id).map(({ unit, result }) => ({ unit, result })),
    }));
  expect(ids.map((id) => analysesOf(store, id))).toEqual(
    whole.searches.map((id) => analysesOf(whole.real.store, id)),
  );
  expect(ids.map((id) => store.searches.get(id).status)).toEqual(['finished', 'finished']);
  expect(store.integrityCheck()).toEqual([]);
});

it('a plan without weights publishes none, and yet continues on another machine', async () => {
  const parts = openRealWorkbench();
  const { folder, plan, submitted } = await planned(
    parts,
    { 'rewind.iteration': [20] },
    { withWeights: false },
  );
  const id = plan.searches[0]!.id;
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
  await submitted.collect();
  expect(parts.store.droppedWeights.at(id)).toBeDefined();
  const roles = () =>
    [...parts.store.trainings.storedArrays(id).values()].flatMap((all) => [...all]);
  expect(roles()).toContain('mask');
  expect(roles()).not.toContain('final-weights');
  expect(existsSync(continuationFile(folder, 1))).toBe(true);

  for (const number of [1, 2]) await run(folder, number);
  expect(existsSync(continuationFile(folder, 1))).toBe(false);
  await submitted.collect();
  expect(submitted.unfinished()).toEqual([]);
  expect(roles()).not.toContain('final-weights');
  const whole = await wholeSweep();
  const measured = (store: Store, searchId: string) =>
    store.trainings.list(searchId).map(({ key, evaluations }) => ({ key, evaluations }));
  expect(measured(parts.store, id)).toEqual(measured(whole.real.store, whole.searches[1]!));
});

it('a bundle that was merged is not read again, and one merged into another search counts', async () => {
  const parts = openRealWorkbench();
  const { folder, submitted } = await planned(parts, {});
  await run(folder, 1);
  const elsewhere = openRealWorkbench();
  const { submissions } = elsewhere.workbench;
  // The same experiment under another id, which a bundle is merged into.
  const { id } = await elsewhere.workbench.planner.create(
    resolveSettings({ config: BASE }),
    'same',
  );
  await elsewhere.workbench.runner.run(id, { workers: 2 });
  await submissions.open(folder).collect();
  expect(elsewhere.store.searches.list().map((search) => search.id)).toEqual([id]);
  expect(submissions.open(folder).unfinished()).toEqual([]);

  const merge = vi.spyOn(parts.workbench.bundles, 'merge');
  expect(await submitted.collect()).toMatchObject({ trainings: 5 });
  // What shard 2 has published so far has nothing new.
  writeFileSync(bundleFile(folder, 2), readFileSync(bundleFile(folder, 1)));
  await submitted.collect();
  const looked = merge.mock.calls.length;
  await submitted.collect();
  expect(merge.mock.calls).toHaveLength(looked);
});
