import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countKept,
  countKeptBySegment,
  countKeptPacked,
  densityOf,
  firstRevived,
  jaccardOverlap,
  maskInPlace,
  packedPart,
  packMask,
  unpackMask,
} from '../../../src/shared/domain/mask.ts';
import { rng } from '../../../src/shared/rng.ts';
import packedMasks from '../../fixtures/statistics/packed-masks.json' with { type: 'json' };

const mask = (...entries: number[]) => Uint8Array.from(entries);
const anyMask = fc
  .array(fc.integer({ min: 0, max: 1 }), { maxLength: 300 })
  .map((entries) => Uint8Array.from(entries));

describe('maskInPlace', () => {
  /** Two prunable tensors with a bias behind each. */
  const layout = {
    parameterCount: 12,
    prunableCount: 7,
    prunable: [
      { offset: 0, maskOffset: 0, size: 4 },
      { offset: 6, maskOffset: 4, size: 3 },
    ],
  };
  const special = [-0, 0, -1.5, Infinity, -Infinity, NaN, 1e-40];
  const values = fc.array(fc.oneof(fc.double(), fc.constantFrom(...special)), {
    minLength: 12,
    maxLength: 12,
  });
  const kept = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 7, maxLength: 7 });

  it.each([Float32Array, Float64Array])('makes pruned values +0 and no other: %o', (Vector) => {
    fc.assert(
      fc.property(values, kept, (all, entries) => {
        // In the middle of a buffer, as one replicate's vector may be.
        const vector = new Vector(new Vector([7, ...all, 7]).buffer, Vector.BYTES_PER_ELEMENT, 12);
        const before = vector.slice();
        expect(maskInPlace(layout, vector, mask(...entries))).toBe(vector);
        const isPruned = (at: number): boolean =>
          at < 4 ? entries[at] === 0 : at >= 6 && at < 9 && entries[at - 2] === 0;
        for (const [at, value] of vector.entries()) {
          expect(Object.is(value, isPruned(at) ? 0 : before[at])).toBe(true);
        }
        const whole = new Vector(vector.buffer);
        expect([whole.at(0), whole.at(-1)]).toEqual([7, 7]);
      }),
    );
  });

  it('refuses what does not fit the layout', () => {
    expect(() => maskInPlace(layout, new Float32Array(12), new Uint8Array(6))).toThrow(
      'a mask over 6 weights and a vector of 12 values; expected 7 and 12',
    );
    expect(() => maskInPlace(layout, new Float32Array(11), new Uint8Array(7))).toThrow(RangeError);
  });
});

describe('packMask', () => {
  it('has the bit order of NumPy’s packbits, little', () => {
    for (const { mask: entries, packed } of packedMasks) {
      expect([...packMask(mask(...entries))]).toEqual(packed);
      expect([...unpackMask(mask(...packed), entries.length)]).toEqual(entries);
    }
  });

  it('is undone by unpackMask at any length', () => {
    fc.assert(
      fc.property(anyMask, (entries) => {
        const packed = packMask(entries);
        expect(packed.length).toBe(Math.ceil(entries.length / 8));
        expect(unpackMask(packed, entries.length)).toEqual(entries);
        expect(countKeptPacked(packed)).toBe(countKept(entries));
      }),
    );
  });

  it('refuses entries that are neither 0 nor 1', () => {
    expect(() => packMask(mask(1, 0, 2))).toThrow('entry 2 of a mask is 2; expected 0 or 1');
  });
});

describe('unpackMask', () => {
  it('refuses bytes of another length', () => {
    expect(() => unpackMask(mask(255), 9)).toThrow('has 1 bytes; expected 2 for 9 weights');
    expect(() => unpackMask(mask(255, 0), 8)).toThrow('has 2 bytes; expected 1 for 8 weights');
  });

  it('refuses bits after the last weight', () => {
    expect([...unpackMask(mask(0b0000_0101), 3)]).toEqual([1, 0, 1]);
    expect(() => unpackMask(mask(0b0000_1101), 3)).toThrow('after its last weight, 2');
  });
});

describe('counting', () => {
  it('counts by tensor and in all', () => {
    const entries = mask(1, 0, 1, 1, 0, 0, 1);
    const segments = [
      { maskOffset: 0, size: 3 },
      { maskOffset: 3, size: 3 },
      { maskOffset: 6, size: 1 },
    ];
    expect(countKeptBySegment(entries, segments)).toEqual([2, 1, 1]);
    expect(countKept(entries)).toBe(4);
    expect(densityOf(entries)).toBe(4 / 7);
  });

  it('has no density of no weights', () => {
    expect(() => densityOf(mask())).toThrow(RangeError);
  });
});

describe('firstRevived', () => {
  it('finds the first weight that came back', () => {
    expect(firstRevived(mask(1, 0, 0, 1), mask(0, 0, 1, 1))).toBe(2);
    expect(firstRevived(mask(0, 1), mask(1, 1))).toBe(0);
  });

  it('finds nothing in a monotone mask', () => {
    expect(firstRevived(mask(1, 0, 1), mask(1, 0, 0))).toBeUndefined();
    expect(firstRevived(mask(1, 0), mask(1, 0))).toBeUndefined();
  });

  it('refuses masks over other weights', () => {
    expect(() => firstRevived(mask(1), mask(1, 1))).toThrow('over 1 weights');
  });
});

describe('jaccardOverlap', () => {
  it('is the weights both keep out of those either keeps', () => {
    expect(jaccardOverlap(mask(1, 1, 0, 0), mask(1, 0, 1, 0))).toBe(1 / 3);
    expect(jaccardOverlap(mask(1, 0), mask(0, 1))).toBe(0);
    expect(jaccardOverlap(mask(0, 0), mask(0, 0))).toBe(1);
  });

  it('is symmetric, and 1 for a mask with itself', () => {
    fc.assert(
      fc.property(anyMask, anyMask, (one, other) => {
        const length = Math.min(one.length, other.length);
        const [a, b] = [one.subarray(0, length), other.subarray(0, length)];
        expect(jaccardOverlap(a, b)).toBe(jaccardOverlap(b, a));
        expect(jaccardOverlap(a, a)).toBe(1);
      }),
    );
  });

  it('refuses masks over other weights', () => {
    expect(() => jaccardOverlap(mask(1), mask(1, 1))).toThrow('over 1 weights');
  });
});

describe('a part of a packed mask', () => {
  it.each([
    [0, 8],
    [3, 5],
    [3, 14],
    [8, 9],
    [7, 1],
    [5, 0],
  ])('from weight %i on, %i weights, is the packed mask of these weights', (first, length) => {
    const random = rng('part of a mask');
    const mask = Uint8Array.from({ length: 21 }, () => Number(random.uniform() < 0.5));
    expect(packedPart(packMask(mask), first, length)).toEqual(
      packMask(mask.subarray(first, first + length)),
    );
  });
});
