/** Sessions of a search have the same data. */
import { expect, test } from 'vitest';
import { ENVIRONMENT, FINGERPRINT } from './samples.ts';
import { failure, openStore, startedSearch, TRANSFER, transferSearch } from './support.ts';

test('a search is not continued on other data', () => {
  const { store } = openStore();
  const id = startedSearch(store);
  const error = failure(() => {
    store.searches.start(id, ENVIRONMENT, '0'.repeat(64));
  });
  expect(error.code).toBe('conflict');
  expect(error.message).toContain(`expected ${FINGERPRINT}`);
});

test('a search is not continued on other data of a transfer', () => {
  const { store } = openStore();
  const { id } = store.searches.create(transferSearch());
  expect(store.searches.get(id).targetFingerprints).toBeUndefined();
  const start = (fingerprint: string) => {
    store.searches.start(id, ENVIRONMENT, FINGERPRINT, new Map([[TRANSFER, fingerprint]]));
  };
  start('1'.repeat(64));
  start('1'.repeat(64));
  expect(store.searches.get(id).targetFingerprints).toEqual({ [TRANSFER]: '1'.repeat(64) });
  const error = failure(() => {
    start('2'.repeat(64));
  });
  expect(error.code).toBe('conflict');
  expect(error.message).toContain(`the dataset of ${TRANSFER} of the search ${id} has changed`);
  expect(error.message).toContain(`expected ${'1'.repeat(64)}`);
});
