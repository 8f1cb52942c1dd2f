/** Real searches that travel, are trained again, and continue elsewhere. */
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';
import {
  openRealWorkbench,
  type RealWorkbench,
  resultsOf,
} from '../../../support/real-workbench.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { everythingOf, partOf } from './samples.ts';

type Changes = Readonly<Record<string, unknown>>;

// Starting workers takes longer than such searches.
const { group, end } = lastingGroup(2);
afterAll(end);

async function runSearch({ workbench }: RealWorkbench, changes: Changes = {}): Promise<string> {
  const settings = parseSettings(registries, {
    dataset: { id: 'two-moons' },
    architecture: { id: 'mlp', widths: [12, 8] },
    training: { iterations: 40, evaluateEvery: 10, engine: 'sparse' },
    pruning: { schedule: 'iterative', levels: 2 },
    branches: ['random-reinit'],
    replicates: { count: 2 },
    ...changes,
  });
  const { id } = await workbench.planner.create(settings, 'travelling');
  await workbench.runner.run(id, { group });
  return id;
}

async function bundled(
  { workbench }: RealWorkbench,
  id: string,
  replicates?: readonly number[],
): Promise<string> {
  const file = path.join(temporaryFolder(), 'search.ticket');
  await workbench.bundles.write(file, {
    searchIds: [id],
    replicates,
    withWeights: true,
    overwrite: false,
  });
  return file;
}

it.each([
  ['weight rewinding', {}],
  ['a rewind to an iteration', { rewind: { iteration: 10 } }],
])('a search that is trained again has the same bits: %s', async (_, changes) => {
  const real = openRealWorkbench();
  const id = await runSearch(real, changes);
  const before = everythingOf(real.store, id);
  for (const level of [undefined, 0, 2]) {
    const verified = await real.workbench.bundles.verify({ searchId: id, level, tolerance: 0.01 });
    expect(verified).toHaveLength(level === undefined ? 10 : level === 0 ? 2 : 4);
    expect(verified.filter(({ outcome }) => outcome !== 'bits')).toEqual([]);
  }
  expect(everythingOf(real.store, id)).toEqual(before);
});

it('a search is trained again without its analyses', async () => {
  const real = openRealWorkbench();
  const analyses = [{ id: 'mask-overlap' }];
  const id = await runSearch(real, { replicates: { count: 1 }, analyses });
  expect(real.workbench.analyses.list(id)).toMatchObject([{ unitsDone: 1 }]);
  await real.workbench.analyses.request(id, { id: 'connectivity' });
  const events = new Set<string>();
  await real.workbench.bundles.verify({
    searchId: id,
    tolerance: 0.01,
    onEvent: ({ type }) => {
      events.add(type);
    },
  });
  expect(events).toContain('training-finished');
  expect([...events].filter((type) => type.startsWith('analys'))).toEqual([]);
});

it('a part of a search that continues elsewhere has the bits of a whole one', async () => {
  const [whole, other] = [openRealWorkbench(), openRealWorkbench()];
  const id = await runSearch(whole);
  await other.workbench.bundles.merge(await bundled(whole, id, [1]));
  expect(other.store.searches.get(id).status).toBe('interrupted');
  await other.workbench.runner.run(id, { group });
  expect(resultsOf(other.store, id)).toEqual(resultsOf(whole.store, id));
  // The parts that both have trained are one.
  const merged = await whole.workbench.bundles.merge(await bundled(other, id));
  expect(merged).toMatchObject([{ isNew: false, added: 0, missing: 0 }]);
});

it('a bundle whose search was trained otherwise is told from one that was not', async () => {
  const real = openRealWorkbench();
  const id = await runSearch(real);
  const file = await bundled(real, id);
  const request = { level: 1, tolerance: 0.01 };
  const sound = await real.workbench.bundles.verifyBundle(file, request);
  expect(sound.get(id)?.map(({ outcome }) => outcome)).toEqual(['bits', 'bits', 'bits', 'bits']);

  /** What `verify` says of a copy in which the trainings of level 1 had other test accuracies. */
  const verifiedWith = async (accuracy: (stored: number) => number, tolerance: number) => {
    const changed = openRealWorkbench();
    const part = partOf(real.store, id);
    changed.store.bundleMerge.merge([
      {
        ...part,
        trainings: part.trainings.map((read) => () => {
          const training = read();
          const evaluations = training.evaluations.map((each) =>
            each.testAccuracy === undefined
              ? each
              : { ...each, testAccuracy: accuracy(each.testAccuracy) },
          );
          return training.key.level === 1 ? { ...training, evaluations } : training;
        }),
      },
    ]);
    return changed.workbench.bundles.verify({ ...request, tolerance, searchId: id });
  };
  expect((await verifiedWith(() => 0.25, 0.01))[0]).toMatchObject({
    outcome: 'neither',
    difference: { what: 'its test accuracy at iteration 0', stored: '0.25' },
  });
  // The same numbers within a tolerance are neither the same bits nor something else.
  const nearly = (stored: number): number => stored - 0.004;
  const within = await verifiedWith(nearly, 0.01);
  expect(within.map(({ outcome }) => outcome)).toEqual(Array<string>(4).fill('numbers'));
  expect(within[0]?.difference?.what).toBe('its test accuracy at iteration 0');
  const beyond = await verifiedWith(nearly, 0.003);
  expect(beyond.map(({ outcome }) => outcome)).toEqual(Array<string>(4).fill('neither'));
});

it('trainings of a bundle are reused once they have come out bit for bit here', async () => {
  const [real, other] = [openRealWorkbench(), openRealWorkbench()];
  const id = await runSearch(real, { replicates: { count: 1 } });
  await other.workbench.bundles.merge(await bundled(real, id));
  const reused = async (name: string): Promise<number> => {
    const settings = other.store.searches.settings(id);
    const again = await other.workbench.planner.create(settings, name);
    const sharing = other.workbench.runner.groupOfSearches([again.id], 2);
    await other.workbench.runner.run(again.id, { group: sharing });
    const trainings = other.store.trainings.list(again.id);
    other.store.searches.delete(again.id);
    return trainings.filter(({ adoptedFrom }) => adoptedFrom === id).length;
  };
  expect(await reused('before')).toBe(0);
  await other.workbench.bundles.verify({ searchId: id, level: 1, tolerance: 0.01 });
  expect(await reused('after a single level')).toBe(0);
  await other.workbench.bundles.verify({ searchId: id, tolerance: 0.01 });
  expect(await reused('after')).toBe(5);
});
