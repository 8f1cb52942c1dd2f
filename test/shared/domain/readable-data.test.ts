import { expect, it } from 'vitest';
import { readableData } from '../../../src/shared/domain/readable-data.ts';

it('counts replicates from 1 at any depth, and makes lists of typed arrays', () => {
  const results = [
    {
      kind: 'any',
      replicate: 0,
      level: 0,
      values: Float64Array.of(0.5, 1),
      pairs: [{ one: { replicate: 1 }, other: { replicate: 2, level: 3 } }],
      earlyBird: undefined,
    },
  ];
  expect(readableData(results)).toEqual([
    {
      kind: 'any',
      replicate: 1,
      level: 0,
      values: [0.5, 1],
      pairs: [{ one: { replicate: 2 }, other: { replicate: 3, level: 3 } }],
      earlyBird: undefined,
    },
  ]);
  expect(results[0]!.replicate).toBe(0);
});
