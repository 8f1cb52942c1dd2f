import { expect, it } from 'vitest';
import { LONGEST_METHODS, withMethods } from '../../../src/renderer/state/kept-methods.ts';

const search = (id: string) => ({ kind: 'search', id }) as const;

it('keeps one text for each subject, and forgets it on request', () => {
  const one = withMethods({}, search('one'), 'First.');
  const both = withMethods(one, { kind: 'comparison', ids: ['one', 'two'] }, 'Both.');
  expect(both).toEqual({ one: 'First.', 'one two': 'Both.' });
  expect(withMethods(both, search('one'), 'Second.')).toEqual({
    'one two': 'Both.',
    one: 'Second.',
  });
  expect(withMethods(both, search('one'), undefined)).toEqual({ 'one two': 'Both.' });
});

it('drops the texts that were edited first where there is no room for all', () => {
  const long = 'x'.repeat(40_000);
  const kept = ['one', 'two', 'three'].reduce(
    (texts, id) => withMethods(texts, search(id), long),
    {},
  );
  expect(Object.keys(kept)).toEqual(['two', 'three']);
  const newest = '\n'.repeat(LONGEST_METHODS);
  expect(withMethods(kept, search('four'), newest)).toEqual({ four: newest });
  // A preference has room for it: see the call preferences.set.
  expect(JSON.stringify({ four: newest }).length).toBeLessThan(100_000);
});
