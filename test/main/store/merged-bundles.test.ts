import { expect, it, onTestFinished } from 'vitest';
import { Store } from '../../../src/main/store/store.ts';
import { sampleSearch, temporaryFile } from './samples.ts';

function openStore(): Store {
  const store = Store.open(temporaryFile());
  onTestFinished(() => {
    store.close();
  });
  return store;
}

it('a bundle that was merged is known until it changes, or one of its searches is deleted', () => {
  const store = openStore();
  const [one, other] = [0, 1].map(() => store.searches.create(sampleSearch()).id) as [
    string,
    string,
  ];
  const { mergedBundles } = store;
  expect(mergedBundles.isMerged(1, 'first', [one])).toBe(false);
  mergedBundles.remember(1, 'first', new Map([one, other].map((id) => [id, id])));
  expect(mergedBundles.isMerged(1, 'first', [one, other])).toBe(true);
  expect(mergedBundles.isMerged(2, 'first', [one, other])).toBe(false);
  mergedBundles.remember(1, 'second', new Map([one, other].map((id) => [id, id])));
  expect(mergedBundles.isMerged(1, 'first', [one, other])).toBe(false);
  store.searches.delete(other);
  expect(mergedBundles.isMerged(1, 'second', [one, other])).toBe(false);
});

it('a search that was merged into another one is found there', () => {
  const store = openStore();
  const { id } = store.searches.create(sampleSearch());
  store.mergedBundles.remember(1, 'first', new Map([['planned', id]]));
  store.mergedBundles.remember(2, 'first', new Map([[id, id]]));
  expect(store.mergedBundles.storedIds(['planned', id, 'unknown'])).toEqual(
    new Map([['planned', id]]),
  );
});

it('planned searches are stored while one of them, or one that they were merged into, is there or in the trash', () => {
  const store = openStore();
  const { id } = store.searches.create(sampleSearch());
  const { mergedBundles } = store;
  expect(mergedBundles.isAnyStored(['unknown', id])).toBe(true);
  expect(mergedBundles.isAnyStored(['unknown', 'planned'])).toBe(false);
  mergedBundles.remember(1, 'first', new Map([['planned', id]]));
  expect(mergedBundles.isAnyStored(['unknown', 'planned'])).toBe(true);
  store.history.markDeleted([id]);
  expect([id, 'planned'].map((each) => mergedBundles.isAnyStored([each]))).toEqual([true, true]);
  store.trash.purge(id);
  expect([id, 'planned'].map((each) => mergedBundles.isAnyStored([each]))).toEqual([false, false]);
});
