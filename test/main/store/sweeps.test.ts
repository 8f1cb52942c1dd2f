import { expect, it, vi } from 'vitest';
import { Store } from '../../../src/main/store/store.ts';
import { sampleSearch, temporaryFile } from './samples.ts';

/** Digits as they would be drawn; where none are left, they are. */
const digits = vi.hoisted((): number[] => []);

vi.mock(import('node:crypto'), async (importOriginal) => {
  const crypto = await importOriginal();
  const randomBytes = (size: number): Buffer =>
    digits.length > 0 ? Buffer.alloc(size, digits.shift()) : crypto.randomBytes(size);
  return { ...crypto, randomBytes: randomBytes as typeof crypto.randomBytes };
});

it('sweeps of one second have ids of their own', () => {
  const store = Store.open(temporaryFile(), { now: () => Date.UTC(2025, 0, 1) });
  const create = (...drawn: number[]): string => {
    digits.push(...drawn);
    const points = [{ ...sampleSearch(), values: [] }];
    return store.sweeps.create('S', [], points).id;
  };
  // Each time, what is drawn first is for the search.
  expect(create(1, 7)).toBe('s20250101-000000-7777');
  expect(create(2, 7, 8)).toBe('s20250101-000000-8888');
});
