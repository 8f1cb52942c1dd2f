import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../src/shared/contract/errors.ts';
import type { Environment } from '../../../src/shared/domain/search.ts';
import type { Store } from '../../../src/main/store/store.ts';
import {
  addReplicate,
  emptyStore,
  everythingOf,
  instabilityAt,
  partOf,
  saveSearch,
  saveUnit,
  unitAt,
} from '../workbench/bundles/samples.ts';
import { ENVIRONMENT, FINGERPRINT } from './samples.ts';

/** A search, the same search in another store, and its only analysis. */
function twoStores() {
  const [from, here] = [emptyStore(), emptyStore()];
  const id = saveSearch(from, { branches: [] });
  here.bundleMerge.merge([partOf(from, id)]);
  const analysis = from.analyses.list(id)[0]!.id;
  return { from, here, id, analysis };
}

/** What a merge that is refused says; the store must not have changed. */
function refusalOf(store: Store, id: string, merge: () => unknown) {
  const before = everythingOf(store, id);
  let error: unknown;
  try {
    merge();
  } catch (cause) {
    error = reportOf(cause);
  }
  expect(everythingOf(store, id)).toEqual(before);
  return error;
}

describe('a search that grows where its analyses can’t be planned', () => {
  it('is refused if results that only this store has may no longer hold', () => {
    const { from, here, id, analysis } = twoStores();
    saveUnit(here, id, analysis, unitAt(1), instabilityAt(1));
    addReplicate(from, id);
    const part = partOf(from, id);
    expect(refusalOf(here, id, () => here.bundleMerge.merge([part]))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`whether "${unitAt(1)}" of its analysis`) as string,
      hint: expect.stringContaining('--plugins FOLDER') as string,
    });
  });

  it('takes what the bundle has of them', () => {
    const { from, here, id } = twoStores();
    addReplicate(from, id);
    expect(here.bundleMerge.merge([partOf(from, id)])).toMatchObject([{ missing: 3 }]);
    expect(everythingOf(here, id).bundled).toEqual(everythingOf(from, id).bundled);
  });
});

describe('a unit of an analysis that both have computed', () => {
  /** Both have computed the same unit, the store with `distance` 1 and the bundle with 2. */
  function computedTwice(changed: Partial<Environment>) {
    const { from, here, id, analysis } = twoStores();
    const again = { ...ENVIRONMENT, ...changed };
    from.searches.reopen(id, again, FINGERPRINT);
    saveUnit(here, id, analysis, unitAt(1), instabilityAt(1, 1));
    saveUnit(from, id, analysis, unitAt(1), instabilityAt(1, 2));
    return { here, id, part: partOf(from, id) };
  }

  it.each<Partial<Environment>>([
    { cpu: 'Another CPU' },
    { tensorflow: '2.22.0' },
    { platform: 'linux arm64' },
    { workbench: '0.2.0' },
    { code: 'abc' },
  ])('stays as it is here if the bundle has another one of another machine: %j', (changed) => {
    const { here, id, part } = computedTwice(changed);
    const [merged] = here.bundleMerge.merge([part]);
    expect(merged?.otherResults).toEqual({
      count: 1,
      first: `"${unitAt(1)}" of the analysis instability: its distance is 1 here and 2 in the bundle`,
    });
    expect(here.analyses.units(here.analyses.list(id)[0]!.id)).toMatchObject([
      { unit: unitAt(0) },
      { unit: unitAt(1), result: { distance: 1 } },
    ]);
    expect(here.integrityCheck()).toEqual([]);
  });

  it('is refused if the same machine has computed both', () => {
    const { here, id, part } = computedTwice({ cores: 64, workers: 8 });
    expect(refusalOf(here, id, () => here.bundleMerge.merge([part]))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(
        `"${unitAt(1)}" of the analysis instability: its distance is 1 here and 2 in the bundle`,
      ) as string,
    });
  });
});
