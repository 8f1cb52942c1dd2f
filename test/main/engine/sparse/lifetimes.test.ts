import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lifetime, placesByLifetime } from '../../../../src/main/engine/sparse/lifetimes.ts';

const lifetime = fc
  .record({ bytes: fc.integer({ min: 1, max: 9 }), from: fc.nat(20), length: fc.option(fc.nat(9)) })
  .map(({ bytes, from, length }): Lifetime => ({
    bytes,
    from,
    to: length === null ? Infinity : from + length,
  }));

describe('addresses by lifetime', () => {
  it('never overlap at the same time, nor reach beyond the end', () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 30 }), (lifetimes) => {
        const { places, bytes } = placesByLifetime(lifetimes);
        for (const [a, one] of lifetimes.entries()) {
          expect(places[a]! + one.bytes).toBeLessThanOrEqual(bytes);
          for (const [b, other] of lifetimes.entries()) {
            if (a === b || one.to < other.from || other.to < one.from) continue;
            const isApart =
              places[a]! + one.bytes <= places[b]! || places[b]! + other.bytes <= places[a]!;
            expect(isApart).toBe(true);
          }
        }
      }),
    );
  });

  it('let gradients of the first layers take the place of values of the last layers', () => {
    const lifetimes = [
      { bytes: 4, from: 1, to: Infinity },
      { bytes: 4, from: 2, to: 4 },
      { bytes: 3, from: 5, to: Infinity },
      { bytes: 3, from: 6, to: Infinity },
    ];
    expect(placesByLifetime(lifetimes)).toEqual({ places: [0, 4, 4, 7], bytes: 10 });
  });
});
