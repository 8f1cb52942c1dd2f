/** Searches are found by the beginning of their id. */
import { describe, expect, test } from 'vitest';
import { sampleSearch } from './samples.ts';
import { failure, openStore } from './support.ts';

describe('searches are found', () => {
  test('by their id, its beginning, in any case', () => {
    const { store, clock } = openStore();
    const { id } = store.searches.create(sampleSearch());
    clock.now += 86_400_000;
    store.searches.create(sampleSearch());
    for (const begin of [id, id.slice(0, 10), ` ${id.toUpperCase()}\n`, '20250314']) {
      expect(store.searches.get(begin).id).toBe(id);
    }
  });

  test('by a beginning that is theirs alone', () => {
    const { store } = openStore();
    const ids = Array.from(
      { length: 7 },
      () => store.searches.create(sampleSearch()).id,
    ).toSorted();
    const error = failure(() => store.searches.get('20250314'));
    expect(error.code).toBe('not-found');
    expect(error.message).toBe(
      `several searches begin with "20250314": ${ids.slice(0, 5).join(', ')} and more`,
    );
    expect(error.hint).toBe('Type more of the id.');
  });

  test.each(['2024', 'k7qm', '%', '_0250314', '20250314-153045-zzzzz'])(
    'never by what no id begins with, such as "%s"',
    (begin) => {
      const { store } = openStore();
      store.searches.create(sampleSearch());
      const error = failure(() => store.searches.get(begin));
      expect(error.code).toBe('not-found');
      expect(error.message).toBe(`there is no search "${begin}"`);
      expect(error.hint).toContain('ticket runs');
    },
  );

  test('never by nothing', () => {
    const { store } = openStore();
    store.searches.create(sampleSearch());
    expect(failure(() => store.searches.get('  ')).message).toBe('no search id was given');
  });
});
