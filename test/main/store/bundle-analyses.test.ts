import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../src/shared/contract/errors.ts';
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
