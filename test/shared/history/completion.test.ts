import { expect, it } from 'vitest';
import { complete, valuesWanted, withSuggestion } from '../../../src/shared/history/completion.ts';

const KNOWN = [
  { path: 'training.batchSize', kinds: ['number'] },
  { path: 'training.optimizer.learningRate', kinds: ['number'] },
] as const;

const labels = (text: string, values: readonly { value: string; searches: number }[] = []) =>
  complete(text, text.length, KNOWN, values).suggestions.map(({ label }) => label);

it('offers short names first, then paths, by what they contain', () => {
  expect(labels('')[0]).toBe('lr');
  expect(labels('batch')).toEqual([
    'batch=',
    'batch!=',
    'batch<',
    'batch<=',
    'batch>',
    'batch>=',
    'training.batchSize',
  ]);
  expect(labels('rate')).toContain('training.optimizer.learningRate');
  expect(labels('small training.b')).toEqual(['training.batchSize']);
});

it('offers the operators of a whole name', () => {
  expect(labels('strategy')).toEqual(['strategy=', 'strategy!=', 'strategy~']);
  expect(labels('-lr').slice(0, 2)).toEqual(['lr=', 'lr!=']);
});

it('offers the values that searches have, in quotes where they need them', () => {
  expect(valuesWanted('small strategy=s', 16)).toBe('strategy');
  expect(valuesWanted('small strategy', 14)).toBeUndefined();
  const values = [
    { value: 'snip', searches: 2 },
    { value: 'global magnitude', searches: 1 },
  ];
  expect(labels('strategy=', values)).toEqual(['snip', 'global magnitude']);
  expect(labels('strategy=snip', values)).toEqual([]);
  const completion = complete('strategy=glo', 12, KNOWN, values);
  const [suggestion] = completion.suggestions;
  expect(suggestion?.hint).toBe('1 search');
  expect(withSuggestion('strategy=glo', completion, suggestion!)).toEqual({
    text: 'strategy="global magnitude"',
    caret: 27,
  });
});

it('replaces the name at the caret and leaves the rest', () => {
  const text = 'densty<0.2 small';
  const completion = complete(text, 3, KNOWN, []);
  const density = completion.suggestions.find(({ label }) => label === 'density');
  expect(withSuggestion(text, completion, density!)).toEqual({
    text: 'density<0.2 small',
    caret: 7,
  });
});
