import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { subjectOf, unitsOf } from '../../../../src/main/workbench/analyses/analysis-plan.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { overlap } from '../../engine/analyses/sample-results.ts';
import {
  addReplicate,
  bundleOf,
  emptyStore,
  instabilityAt,
  saveSearch,
  saveUnit,
  unitAt,
} from './samples.ts';

const merge = (store: Store, file: string) => Workbench.over(store).bundles.merge(file);

/** Requests an analysis, and saves a result for all of its units. */
function analyse(store: Store, id: string, choice: Choice): void {
  const subject = subjectOf(store.searches.settings(id), store.searches.layout(id));
  const units = unitsOf(choice, subject);
  const analysis = store.analyses.request(id, choice, units.length);
  for (const { name } of units) saveUnit(store, id, analysis.id, name, overlap('layer'));
}

/** How many units each analysis has, and the names of those that have results. */
const stateOf = (store: Store, id: string) =>
  store.analyses.list(id).map(({ id: analysis, choice, unitsTotal }) => ({
    analysis: choice.id,
    unitsTotal,
    units: store.analyses.unitNames(analysis),
  }));

/** A search here with results of its own, and the bundle of the same search with one more replicate. */
async function grownElsewhere() {
  const [from, here] = [emptyStore(), emptyStore()];
  const id = saveSearch(from, { branches: [] });
  await merge(here, await bundleOf(from, [id]));
  const [instability] = here.analyses.list(id);
  saveUnit(here, id, instability!.id, unitAt(1), instabilityAt(1));
  analyse(here, id, { id: 'mask-overlap' });
  addReplicate(from, id);
  return { from, here, id, later: await bundleOf(from, [id]) };
}

describe('a search that has grown in a bundle', () => {
  it('keeps the results that only the receiver has and that still hold', async () => {
    const { here, id, later } = await grownElsewhere();
    const merged = await merge(here, later);
    expect(merged).toMatchObject([{ isNew: false, others: ['stage'], outdated: 2, missing: 3 }]);
    expect(stateOf(here, id)).toEqual([
      { analysis: 'instability', unitsTotal: 6, units: [unitAt(0), unitAt(1)] },
      {
        analysis: 'mask-overlap',
        unitsTotal: 5,
        units: ['levels of replicate 1', 'levels of replicate 2'],
      },
    ]);
    expect(here.integrityCheck()).toEqual([]);
    const [again] = await merge(here, later);
    expect(again).not.toHaveProperty('outdated');
    expect(stateOf(here, id)[0]?.units).toEqual([unitAt(0), unitAt(1)]);
  });

  it('takes the results of the bundle in the place of those that no longer hold', async () => {
    const { from, here, id } = await grownElsewhere();
    analyse(from, id, { id: 'mask-overlap' });
    const [merged] = await merge(here, await bundleOf(from, [id]));
    expect(merged).toMatchObject({ others: ['stage', 'analyses'] });
    expect(merged).not.toHaveProperty('outdated');
    expect(stateOf(here, id)[1]?.units).toEqual([
      'levels of replicate 1',
      'levels of replicate 2',
      'levels of replicate 3',
      'replicates at level 1',
      'replicates at level 2',
    ]);
  });

  it('takes of an earlier stage the results that still hold', async () => {
    const { from, here, id } = await grownElsewhere();
    const [merged] = await merge(from, await bundleOf(here, [id]));
    expect(merged).toMatchObject({ others: ['analyses'], added: 0 });
    expect(stateOf(from, id)).toEqual([
      { analysis: 'instability', unitsTotal: 6, units: [unitAt(0), unitAt(1)] },
      {
        analysis: 'mask-overlap',
        unitsTotal: 5,
        units: ['levels of replicate 1', 'levels of replicate 2'],
      },
    ]);
  });
});
