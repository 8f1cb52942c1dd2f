/** Analyses of searches that took trainings over from each other. */
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { writeSmallDataset } from '../../../support/command-line.ts';
import { temporaryFolder } from '../../store/samples.ts';

function openPlace() {
  const store = Store.open(path.join(temporaryFolder(), 'workbench.sqlite'));
  onTestFinished(() => {
    store.close();
  });
  return { store, workbench: Workbench.over(store) };
}

const found = (store: Store, searchId: string) =>
  store.analyses.list(searchId).map(({ id, choice, finishedAt }) => {
    const units = store.analyses.units(id).map(({ unit, result }) => [unit, result] as const);
    return { choice, isFinished: finishedAt !== undefined, results: Object.fromEntries(units) };
  });

it('find in a sweep what they find in each search by itself', async () => {
  const folder = writeSmallDataset(path.join(temporaryFolder(), 'data'));
  const base = resolveSettings({
    preset: 'quick',
    config: {
      dataset: { id: 'idx', folder, validation: 100 },
      architecture: { id: 'mlp', widths: [12, 8] },
      training: { iterations: 60, evaluateEvery: 20, batchSize: 20, engine: 'dense' },
      pruning: { levels: 2 },
      replicates: { count: 2 },
      branches: [],
      analyses: [
        { id: 'instability', points: 3, levels: [0, 1], replicates: 1 },
        { id: 'mask-overlap' },
        { id: 'early-bird', replicates: 1 },
      ],
    },
  });
  const { store, workbench } = openPlace();
  const draft = { rewind: [{ iteration: 0 }, { iteration: 10 }] };
  const { id } = await workbench.planner.createSweep(base, draft, 'sweep');
  await workbench.runner.runSweep(id, { workers: 2 });

  const members = store.sweeps.members(id).map(({ searchId }) => searchId);
  expect(members).toHaveLength(2);
  const alone = openPlace();
  for (const member of members) {
    const { settings, name, status } = store.searches.get(member);
    expect(status).toBe('finished');
    const single = await alone.workbench.planner.create(settings, name);
    await alone.workbench.runner.run(single.id, { workers: 1 });
    expect(found(store, member)).toEqual(found(alone.store, single.id));
    expect(found(store, member).every(({ isFinished }) => isFinished)).toBe(true);
  }
  expect(store.integrityCheck()).toEqual([]);
});
