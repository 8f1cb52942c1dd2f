/** A ticket that leaves a search and comes back is the same ticket, to the last bit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { npzBytes } from '../../../../src/main/exporters/npz.ts';
import { safetensorsBytes } from '../../../../src/main/exporters/safetensors.ts';
import { maskTensors } from '../../../../src/main/exporters/tensors.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { trialOf } from '../../../../src/main/workbench/imports/trial.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { writeSmallDataset } from '../../../support/command-line.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ticket-round-trip-'));
const store = Store.open(path.join(folder, 'workbench.sqlite'));
const workbench = Workbench.over(store);
const workers = lastingGroup(1);

beforeAll(async () => {
  await ensureWasm();
}, 60_000);
afterAll(async () => {
  await workers.end();
  store.close();
  rmSync(folder, { recursive: true });
});

const settings = parseSettings(registries, {
  dataset: { id: 'two-moons', validation: 100 },
  architecture: { id: 'mlp', widths: [7, 5] },
  initializer: { id: 'he-normal' },
  training: {
    optimizer: { id: 'sgd', learningRate: 0.1 },
    batchSize: 10,
    iterations: 20,
    evaluateEvery: 10,
    engine: 'sparse',
  },
  pruning: { strategy: { id: 'global-magnitude' }, schedule: 'iterative', levels: 2 },
  branches: ['random-reinit'],
  replicates: { count: 1, seed: 7 },
});

const IMAGES = writeSmallDataset(path.join(folder, 'images'));

const TICKET = { replicate: 0, branch: 'ticket' };

async function search(given: typeof settings): Promise<string> {
  const { id } = await workbench.planner.create(given, 'round trip');
  await workbench.runner.run(id, { group: workers.group });
  return id;
}

it('a mask and θ0 exported, imported and searched give the same bits', async () => {
  const id = await search(settings);
  const layout = store.searches.layout(id);
  const key = { ...TICKET, level: 2 };
  const original = store.trainings.weights(id, key);
  const record = store.trainings.list(id).find(({ key: each }) => each.level === 2)!;

  const mask = path.join(folder, 'mask.npz');
  const subnetwork = { search: store.searches.get(id), layout, key, density: record.density };
  writeFileSync(mask, npzBytes(maskTensors({ ...subnetwork, mask: original.mask })));
  const weights = path.join(folder, 'initial.safetensors');
  const dense = store.trainings.weights(id, { ...TICKET, level: 0 }).initialWeights;
  const tensors = layout.parameters.map(({ name, shape, offset, size }) => ({
    name,
    shape,
    values: dense.subarray(offset, offset + size),
  }));
  writeFileSync(weights, safetensorsBytes({ tensors, metadata: {} }));

  const trial = await trialOf(settings, { mask, weights });
  expect(trial.mask.mismatches).toEqual([]);
  expect(trial.mask.density).toBe(record.density);
  const imported = await search(trial.settings);
  const back = store.trainings.weights(imported, { ...TICKET, level: 1 });
  expect(back.mask).toEqual(original.mask);
  expect(back.initialWeights).toEqual(original.initialWeights);
  expect(back.finalWeights).toEqual(original.finalWeights);
  const again = store.trainings.list(imported).find(({ key: each }) => each.level === 1)!;
  expect(again.evaluations).toEqual(record.evaluations);

  // A branch beside own tickets, at the level of its density only.
  const beside = { ...settings, branches: [{ id: 'imported-mask', file: mask, tolerance: 0.05 }] };
  await expect(workbench.planner.create(beside, 'both levels')).rejects.toMatchObject({
    code: 'invalid-settings',
    hint: 'Set branchLevels to [2].',
  });
  const third = await search({ ...beside, branchLevels: [2] });
  const branch = store.trainings.weights(third, {
    replicate: 0,
    level: 2,
    branch: 'imported-mask',
  });
  expect(branch.finalWeights).toEqual(original.finalWeights);

  // What the search was planned with is part of it.
  const { id: waiting } = await workbench.planner.create(trial.settings, 'waiting');
  writeFileSync(weights, safetensorsBytes({ tensors: tensors.toReversed(), metadata: {} }));
  await expect(workbench.runner.run(waiting, { group: workers.group })).rejects.toMatchObject({
    code: 'conflict',
  });
});

const NETWORKS = [
  ['LeNet-300-100', { id: 'lenet-300-100', width: 0.1 }],
  [
    'a convolution with batch normalisation',
    {
      id: 'custom',
      layers: [
        { kind: 'conv2d', channels: 4, kernelSize: 3 },
        { kind: 'batch-norm' },
        { kind: 'relu' },
        { kind: 'max-pool' },
        { kind: 'flatten' },
        { kind: 'dense', units: 6 },
        { kind: 'relu' },
      ],
    },
  ],
] as const;

it.each(
  NETWORKS.flatMap(([name, architecture]) =>
    (['sparse', 'dense'] as const).map((engine) => [name, engine, architecture] as const),
  ),
)(
  '%s on the %s engine: what PyTorch gets comes back to the same bits',
  async (name, engine, architecture) => {
    const given = parseSettings(registries, {
      ...settings,
      dataset: { id: 'idx', folder: IMAGES, validation: 100 },
      architecture,
      training: { ...settings.training, engine },
    });
    const id = await search(given);
    for (const level of [1, 2]) {
      const key = { ...TICKET, level };
      const file = path.join(folder, `${name} ${engine} ${level}`);
      const of = { searchId: id, ...key, program: 'pytorch' };
      await workbench.programs.toPath({ ...of, file, overwrite: false });

      const mask = path.join(file, 'ticket.safetensors');
      const trial = await trialOf(given, { mask, weights: undefined });
      expect(trial.weights).toMatchObject({ file: mask, mismatches: [], missing: [] });
      const imported = await search(trial.settings);
      // What a control draws depends on its level, which is 1 here.
      for (const branch of level === 1 ? ['ticket', 'random-reinit'] : ['ticket']) {
        const original = store.trainings.weights(id, { ...key, branch });
        const back = store.trainings.weights(imported, { ...key, branch, level: 1 });
        expect(back.mask).toEqual(original.mask);
        expect(back.initialWeights).toEqual(original.initialWeights);
        expect(back.finalWeights).toEqual(original.finalWeights);
      }
    }
  },
);

it('a file with another number of levels or another density is refused before the first step', async () => {
  const strategy = { id: 'imported', file: path.join(folder, 'mask.npz') };
  for (const pruning of [
    { strategy, schedule: 'iterative', levels: 2 },
    { strategy, schedule: 'one-shot', targetDensity: 0.1 },
  ]) {
    const given = parseSettings(registries, { ...settings, pruning });
    await expect(workbench.planner.create(given, 'refused')).rejects.toMatchObject({
      code: 'invalid-settings',
    });
  }
});
