import { expect, it } from 'vitest';
import { expectedJaccard } from '../../../src/shared/domain/chance.ts';
import { maskOverlap } from '../../../src/shared/domain/mask-overlap.ts';

const segments = [
  { maskOffset: 0, size: 4 },
  { maskOffset: 4, size: 3 },
];

it('counts what both masks keep, in all and by tensor, beside what chance would give', () => {
  const one = Uint8Array.of(1, 1, 0, 0, 1, 0, 1);
  const other = Uint8Array.of(1, 0, 1, 1, 1, 0, 0);
  const overlap = maskOverlap(one, other, segments);

  expect(overlap.overlap).toBe(2 / 6);
  expect([...overlap.tensorOverlaps]).toEqual([1 / 4, 1 / 2]);
  const first = { size: 4, one: 2, other: 3 };
  const second = { size: 3, one: 2, other: 1 };
  expect(overlap.expected).toBe(expectedJaccard([first, second]));
  expect([...overlap.tensorExpected]).toEqual([
    expectedJaccard([first]),
    expectedJaccard([second]),
  ]);
  expect(overlap.expectedGlobally).toBe(expectedJaccard([{ size: 7, one: 4, other: 4 }]));
});

it('refuses masks of different lengths', () => {
  expect(() => maskOverlap(Uint8Array.of(1), Uint8Array.of(1, 1), [])).toThrow('over 1 and 2');
});
