import { describe, expect, it } from 'vitest';
import { packMask } from '../../../src/shared/domain/mask.ts';
import { pairedError, type PairedFlags } from '../../../src/shared/domain/test-set-error.ts';
import { rng } from '../../../src/shared/rng.ts';

type Flags = readonly number[];

const packed = (pairs: readonly (readonly [Flags, Flags])[]): PairedFlags[] =>
  pairs.map(([reference, compared]) => [
    packMask(Uint8Array.from(reference)),
    packMask(Uint8Array.from(compared)),
  ]);

/** √(Var_i(d_i) / n) as it is written, with the two added examples. */
function asWritten(pairs: readonly (readonly [Flags, Flags])[], examples: number): number {
  const differences = Array.from(
    { length: examples },
    (_, index) =>
      pairs.reduce((sum, [reference, compared]) => sum + compared[index]! - reference[index]!, 0) /
      pairs.length,
  );
  const all = [...differences, 1, -1];
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const variance = all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length;
  return Math.sqrt(variance / examples);
}

describe('the error of a test set for networks that are tested on it together', () => {
  it('is McNemar’s for one replicate, with one discordant example more in each direction', () => {
    // Compared is right on 3 examples more, and wrong on 1 more.
    const reference = [0, 0, 0, 1, 1, 1, 0, 0, 1, 1];
    const compared = [1, 1, 1, 0, 1, 1, 0, 0, 1, 1];
    const expected = Math.sqrt(((3 + 1 + 2) / 12 - ((3 - 1) / 12) ** 2) / 10);
    expect(pairedError(packed([[reference, compared]]), 10)).toBeCloseTo(expected, 12);
  });

  it.each([
    [1, 200],
    [3, 201],
    [5, 1000],
    [10, 1003],
  ])(
    'is the deviation of the mean difference of each example: %s replicates',
    (count, examples) => {
      const random = rng('flags', count, examples);
      const flags = (): Flags =>
        Array.from({ length: examples }, (_, index) =>
          Number(random.uniform() < (index % 5 === 0 ? 0.5 : 0.97)),
        );
      const pairs = Array.from({ length: count }, () => [flags(), flags()] as const);
      const error = pairedError(packed(pairs), examples);
      expect(error).toBeCloseTo(asWritten(pairs, examples), 12);
    },
  );

  it('is above 0 where both classify all examples alike', () => {
    const flags = Array.from({ length: 200 }, () => 1);
    const error = pairedError(packed([[flags, flags]]), 200);
    expect(error).toBeCloseTo(Math.sqrt(2 / 202 / 200), 12);
  });

  it('does not depend on what all networks err on', () => {
    const easy = Array.from({ length: 16 }, () => 1);
    const pair = (hard: number) =>
      [
        [...easy.slice(1), 0, hard],
        [...easy.slice(2), 0, 1, hard],
      ] as const;
    expect(pairedError(packed([pair(0)]), 17)).toBe(pairedError(packed([pair(1)]), 17));
  });
});
