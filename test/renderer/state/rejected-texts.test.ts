import { expect, it } from 'vitest';
import { RejectedTexts } from '../../../src/renderer/state/rejected-texts.svelte.ts';

it('texts are forgotten at and below a path, and nowhere else', () => {
  const texts = new RejectedTexts();
  for (const path of ['a', 'a.b', 'ab', 'c']) texts.add(path, { text: 'x', problem: 'no number' });
  texts.forget('a');
  expect(texts.problems).toEqual([
    { path: 'ab', message: 'no number' },
    { path: 'c', message: 'no number' },
  ]);
  expect(texts.has('a.b')).toBe(false);
  expect(texts.textAt('ab')).toBe('x');
  texts.clear();
  expect(texts.problems).toEqual([]);
});
