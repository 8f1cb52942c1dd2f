/** Searches that were extended, beside searches that had everything from the start. */
import { afterAll, expect, it } from 'vitest';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';
import {
  openRealWorkbench,
  type RealWorkbench,
  resultsOf,
} from '../../../support/real-workbench.ts';

type Changes = Readonly<Record<string, unknown>>;

// Searches share their workers, as they are launched: starting workers takes longer than such a search.
const { group, end } = lastingGroup(2);
afterAll(end);

const BASE = {
  dataset: { id: 'two-moons' },
  architecture: { id: 'mlp', widths: [12, 8] },
  training: { iterations: 40, evaluateEvery: 10, engine: 'auto' },
  pruning: { schedule: 'iterative', levels: 1 },
  branches: ['random-reinit'],
  replicates: { count: 2 },
};

async function runSearch({ workbench }: RealWorkbench, changes: Changes): Promise<string> {
  const settings = parseSettings(registries, { ...BASE, ...changes });
  const { id } = await workbench.planner.create(settings, 'extended');
  await workbench.runner.run(id, { group });
  return id;
}

const EXTENSION = {
  replicates: 1,
  levels: 2,
  branches: ['sign-only', { id: 'transfer', dataset: { id: 'spirals' } }],
};
const EXTENDED = {
  replicates: { count: 3 },
  branches: ['random-reinit', ...EXTENSION.branches],
};

it.each([
  ['weight rewinding', { pruning: { schedule: 'iterative', levels: 1 } }],
  [
    'a rewind to an iteration',
    { pruning: { schedule: 'iterative', levels: 1 }, rewind: { iteration: 10 } },
  ],
  [
    'a strategy that follows the movement of weights',
    { pruning: { schedule: 'iterative', levels: 1, strategy: { id: 'global-movement' } } },
  ],
  [
    'scores that need gradients',
    { pruning: { schedule: 'iterative', levels: 1, strategy: { id: 'global-snip' } } },
  ],
])(
  'an extended search has the bits of one that had all of it from the start: %s',
  async (_, given) => {
    const extended = openRealWorkbench();
    const whole = openRealWorkbench();
    const id = await runSearch(extended, given);
    const before = new Map(
      extended.store.trainings
        .list(id)
        .map(({ key, finishedAt }) => [JSON.stringify(key), finishedAt]),
    );

    await extended.workbench.planner.extend(id, EXTENSION);
    await extended.workbench.runner.run(id, { workers: 2 });

    const other = await runSearch(whole, {
      ...given,
      ...EXTENDED,
      pruning: { ...given.pruning, levels: 3 },
    });
    expect(resultsOf(extended.store, id)).toEqual(resultsOf(whole.store, other));
    const [one, two] = [extended.store.searches.get(id), whole.store.searches.get(other)];
    expect(one.settingsHash).toBe(two.settingsHash);
    expect(one).toMatchObject({
      status: 'finished',
      trainingsDone: two.trainingsTotal,
      extensions: [
        {
          replicates: { from: 2, to: 3 },
          levels: { from: 1, to: 3 },
          branches: ['sign-only', 'transfer-spirals'],
        },
      ],
    });
    // Nothing was trained a second time.
    const after = new Map(
      extended.store.trainings
        .list(id)
        .map(({ key, finishedAt }) => [JSON.stringify(key), finishedAt]),
    );
    expect(before.size).toBe(6);
    for (const [key, finishedAt] of before) expect(after.get(key)).toBe(finishedAt);
  },
);

it('an extension that is stopped goes on where it was', async () => {
  const extended = openRealWorkbench();
  const whole = openRealWorkbench();
  const id = await runSearch(extended, {});
  await extended.workbench.planner.extend(id, EXTENSION);
  const stop = new AbortController();
  const stopped = extended.workbench.runner.run(id, {
    workers: 2,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'training-finished') stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
  expect(extended.store.searches.get(id).status).toBe('interrupted');

  await extended.workbench.runner.run(id, { workers: 1 });
  const other = await runSearch(whole, { ...EXTENDED, pruning: { ...BASE.pruning, levels: 3 } });
  expect(resultsOf(extended.store, id)).toEqual(resultsOf(whole.store, other));
});

it('analyses are computed for what was added, and anew where they compare all of it', async () => {
  const extended = openRealWorkbench();
  const whole = openRealWorkbench();
  const analyses = [{ id: 'mask-overlap' }, { id: 'connectivity' }, { id: 'early-bird' }];
  const id = await runSearch(extended, { analyses });
  await extended.workbench.planner.extend(id, { replicates: 1, levels: 1 });
  await extended.workbench.runner.run(id, { workers: 2 });
  const other = await runSearch(whole, {
    analyses,
    replicates: { count: 3 },
    pruning: { ...BASE.pruning, levels: 2 },
  });
  const unitsOf = ({ workbench }: RealWorkbench, searchId: string) =>
    workbench.analyses
      .list(searchId)
      .map((record) =>
        workbench.analyses
          .results(searchId, record.id)
          .map(({ unit, result }) => ({ unit, result })),
      );
  expect(unitsOf(extended, id)).toEqual(unitsOf(whole, other));
  for (const { finishedAt } of extended.workbench.analyses.list(id)) {
    expect(finishedAt).toBeDefined();
  }
});
