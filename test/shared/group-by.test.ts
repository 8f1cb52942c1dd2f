import { expect, it } from 'vitest';
import { groupBy } from '../../src/shared/group-by.ts';

it('keeps the order of keys and of items, and calls for the key of each item once', () => {
  const asked: string[] = [];
  const groups = groupBy(['banana', 'apple', 'blueberry', 'avocado'], (word) => {
    asked.push(word);
    return word[0];
  });
  expect([...groups]).toEqual([
    ['b', ['banana', 'blueberry']],
    ['a', ['apple', 'avocado']],
  ]);
  expect(asked).toHaveLength(4);
  expect(groupBy([], String).size).toBe(0);
});
