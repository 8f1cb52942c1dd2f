import { describe, expect, it, vi } from 'vitest';
import type { ExtensionRequest } from '../../../../src/shared/domain/extension.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { openRealWorkbench } from '../../../support/real-workbench.ts';

const SETTINGS = {
  dataset: { id: 'two-moons' },
  architecture: { id: 'mlp', widths: [12, 8] },
  training: { iterations: 40, evaluateEvery: 10 },
  pruning: { levels: 2 },
  branches: ['random-reinit'],
  replicates: { count: 2 },
};

async function planned(changes: Readonly<Record<string, unknown>> = {}) {
  const { store, workbench } = openRealWorkbench();
  const settings = parseSettings(registries, { ...SETTINGS, ...changes });
  const search = await workbench.planner.create(settings, 'planned');
  return {
    store,
    workbench,
    search,
    extend: (request: ExtensionRequest) => workbench.planner.extend(search.id, request),
  };
}

describe('an extension', () => {
  it('adds trainings, and says so before anything changes', async () => {
    const { store, workbench, search, extend } = await planned();
    const request = { replicates: 2, levels: 1, branches: ['sign-only'] };
    const preview = await workbench.planner.previewExtension(search.id, request);
    expect(preview).toEqual({
      added: {
        replicates: { from: 2, to: 4 },
        levels: { from: 2, to: 3 },
        branches: ['sign-only'],
      },
      trainings: 4 * (1 + 3 * 3) - 2 * (1 + 2 * 2),
      estimate: undefined,
    });
    expect(store.searches.get(search.id)).toEqual(search);

    const extended = await extend(request);
    expect(extended).toMatchObject({
      id: search.id,
      status: 'interrupted',
      trainingsTotal: 40,
      extensions: [preview.added],
    });
    expect(extended.settings.replicates.count).toBe(4);
    expect(store.history.get(search.id)).toMatchObject({ levels: 3, replicates: 4 });
  });

  it('is found by the settings that it added', async () => {
    const { store, search, extend } = await planned();
    const found = () =>
      store.history.list({
        filter: {
          text: 'sign-only',
          states: [],
          verdicts: [],
          tags: [],
          datasets: [],
          architectures: [],
          strategies: [],
          archived: 'exclude',
        },
        sort: { column: 'created', direction: 'descending' },
        limit: 10,
        offset: 0,
      }).total;
    expect(found()).toBe(0);
    await extend({ branches: ['sign-only'] });
    expect(found()).toBe(1);
    expect(search.extensions).toBeUndefined();
  });

  it('can follow another', async () => {
    const { extend } = await planned();
    await extend({ levels: 1 });
    const { extensions } = await extend({ levels: 2 });
    expect(extensions).toMatchObject([
      { levels: { from: 2, to: 3 } },
      { levels: { from: 3, to: 5 } },
    ]);
  });

  it('adds listed densities to a list of densities', async () => {
    const pruning = { schedule: 'densities', densities: [0.5, 0.2] };
    const { extend } = await planned({ pruning });
    await expect(extend({ levels: 1 })).rejects.toMatchObject({
      code: 'invalid-settings',
      hint: 'On the command line: --density 0.02',
    });
    await expect(extend({ densities: [0.3] })).rejects.toMatchObject({ code: 'invalid-settings' });
    const { settings } = await extend({ densities: [0.1] });
    expect(settings.pruning).toMatchObject({ densities: [0.5, 0.2, 0.1], levels: 3 });
  });

  it.each([
    ['nothing', {}, {}, 'nothing was asked to be added'],
    [
      'a branch that is there',
      {},
      { branches: ['random-reinit'] },
      'already has the branch random-reinit',
    ],
    ['a branch that does not exist', {}, { branches: ['no-branch'] }, 'is "no-branch"'],
    [
      'levels that change earlier ones',
      { pruning: { schedule: 'cubic', levels: 3, targetDensity: 0.1 } },
      { levels: 1 },
      'more levels change what level 1 keeps, because the schedule cubic distributes',
    ],
    [
      'levels of a one-shot search',
      { pruning: { schedule: 'one-shot', targetDensity: 0.1 } },
      { levels: 1 },
      'the schedule one-shot does not count its levels',
    ],
    ['densities of an iterative search', {}, { densities: [0.1] }, 'has no list of densities'],
    ['levels that leave nothing', {}, { levels: 98 }, 'level'],
  ])('is refused and changes nothing: %s', async (_, changes, request, message) => {
    const { store, search, extend } = await planned(changes);
    await expect(extend(request)).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
    });
    expect(store.searches.get(search.id)).toEqual(search);
  });

  it('is refused while somebody runs the search', async () => {
    const { store, search, extend } = await planned();
    store.leases.acquire(search.id, 'another process');
    // Its status depends on whether somebody runs it.
    const before = store.searches.get(search.id);
    await expect(extend({ replicates: 1 })).rejects.toMatchObject({ code: 'conflict' });
    expect(store.searches.get(search.id)).toEqual(before);
  });

  it('is refused if the dataset has changed', async () => {
    const { store, workbench } = openRealWorkbench();
    const settings = parseSettings(registries, {
      ...SETTINGS,
      training: { iterations: '2ep', evaluateEvery: 10 },
      dataset: { id: 'two-moons', train: 400, validation: 100 },
    });
    const { id } = await workbench.planner.create(settings, 'planned');
    const saved = store.searches.get(id);
    // As if two epochs of the data had been more iterations then.
    const { training } = saved.settings;
    vi.spyOn(store.searches, 'get').mockReturnValue({
      ...saved,
      settings: {
        ...saved.settings,
        training: { ...training, iterations: training.iterations + 1 },
      },
    });
    await expect(workbench.planner.extend(id, { replicates: 1 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the dataset two-moons has changed') as string,
    });
    vi.restoreAllMocks();
  });
});
