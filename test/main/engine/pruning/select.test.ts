import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import { nextMask } from '../../../../src/main/engine/pruning/select.ts';
import {
  type Mask,
  countKept,
  countKeptBySegment,
  firstRevived,
} from '../../../../src/shared/domain/mask.ts';
import type {
  SparsityTarget,
  PruningStrategy,
} from '../../../../src/main/engine/pruning/strategy.ts';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { rng } from '../../../../src/shared/rng.ts';
import prunedMasks from '../../../fixtures/statistics/pruned-masks.json' with { type: 'json' };
import { pruningContext } from './context.ts';
import { layoutOfWidths, lenet } from './layouts.ts';

/** Prunes by these scores. */
function prune(
  layout: ParameterLayout,
  scores: Float32Array,
  mask: Mask,
  target: SparsityTarget,
): Mask {
  return nextMask(
    pruningContext(layout, { mask }),
    {
      scoresWeights: 'after-training',
      score: () => scores,
      nextTarget: () => target,
      targetAtDensity: () => target,
    },
    target,
  );
}

/** The same by sorting: the slow and plain way, over one range of the mask. */
function pruneBySorting(
  scores: Float32Array,
  mask: Mask,
  start: number,
  end: number,
  keep: number,
): void {
  const survivors: number[] = [];
  for (let index = start; index < end; index += 1) if (mask[index] === 1) survivors.push(index);
  survivors.sort((one, other) => {
    const [first, second] = [scores[one]!, scores[other]!];
    if (first === second) return one - other;
    return first < second ? -1 : 1;
  });
  for (const index of survivors.slice(0, survivors.length - keep)) mask[index] = 0;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof WorkbenchError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing was thrown';
}

/** Networks with scores that are mostly ties, a mask, and what to keep of it in each tensor. */
const tiedNetworks = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 }),
    distinct: fc.constantFrom<readonly number[]>(
      [0],
      [0, -0],
      [-1, -0, 0, 1],
      [-Infinity, -1e-45, -0, 0, 1e-45, 2 ** -126, 3.4e38, Infinity],
      [-3, -2, -1, 0.25, 0.5, 0.75],
    ),
    draws: fc.infiniteStream(fc.nat()),
    fractions: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    }),
  })
  .map(({ widths, distinct, draws, fractions }) => {
    const [inputs, ...rest] = widths;
    const layout = layoutOfWidths(inputs!, ...rest);
    const draw = (): number => {
      const next = draws.next();
      return next.done ? 0 : next.value;
    };
    const scores = Float32Array.from(
      { length: layout.prunableCount },
      () => distinct[draw() % distinct.length]!,
    );
    const mask = Uint8Array.from({ length: layout.prunableCount }, () => (draw() % 4 ? 1 : 0));
    for (const { maskOffset } of layout.prunable) mask[maskOffset] = 1;
    const survivors = countKeptBySegment(mask, layout.prunable);
    const counts = survivors.map((count, index) =>
      Math.max(1, Math.round(count * fractions[index]!)),
    );
    return { layout, scores, mask, counts };
  });

describe('nextMask', () => {
  it('agrees with NumPy’s stable argsort under ties', () => {
    expect(prunedMasks.length).toBeGreaterThan(20);
    for (const { scores, mask, keep, after } of prunedMasks) {
      const layout = layoutOfWidths(scores.length, 1);
      const target: SparsityTarget = { scope: 'layer', counts: [keep] };
      const pruned = prune(layout, Float32Array.from(scores), Uint8Array.from(mask), target);
      expect([...pruned]).toEqual(after);
    }
  });

  it('agrees index by index with plain sorting, in each layer', () => {
    fc.assert(
      fc.property(tiedNetworks, ({ layout, scores, mask, counts }) => {
        const before = mask.slice();
        const pruned = prune(layout, scores, mask, { scope: 'layer', counts });
        const expected = mask.slice();
        for (const [index, { maskOffset, size }] of layout.prunable.entries()) {
          pruneBySorting(scores, expected, maskOffset, maskOffset + size, counts[index]!);
        }
        expect(pruned).toEqual(expected);
        expect(countKeptBySegment(pruned, layout.prunable)).toEqual(counts);
        expect(firstRevived(mask, pruned)).toBeUndefined();
        expect(mask).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees index by index with plain sorting, over all layers', () => {
    fc.assert(
      fc.property(tiedNetworks, ({ layout, scores, mask, counts }) => {
        const count = counts.reduce((sum, kept) => sum + kept, 0);
        const expected = mask.slice();
        pruneBySorting(scores, expected, 0, layout.prunableCount, count);
        expect(prune(layout, scores, mask, { scope: 'global', count })).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with plain sorting on a whole LeNet-300-100', () => {
    const random = rng('scores');
    const scores = Float32Array.from({ length: lenet.prunableCount }, () =>
      Math.abs(random.normal()),
    );
    const mask = new Uint8Array(lenet.prunableCount).fill(1);
    const expected = mask.slice();
    pruneBySorting(scores, expected, 0, mask.length, 9535);
    const pruned = prune(lenet, scores, mask, { scope: 'global', count: 9535 });
    expect(pruned.every((kept, index) => kept === expected[index])).toBe(true);
  });

  it('prunes the lowest index first among equals', () => {
    const layout = layoutOfWidths(6, 1);
    const scores = Float32Array.of(1, 0, -0, 1, 0, 2);
    const pruned = prune(layout, scores, new Uint8Array(6).fill(1), {
      scope: 'layer',
      counts: [4],
    });
    expect([...pruned]).toEqual([1, 0, 0, 1, 1, 1]);
  });

  it('keeps the best of every tensor up to its floor, whatever the others score', () => {
    const layout = layoutOfWidths(4, 3, 2);
    const scores = Float32Array.from({ length: 18 }, (_, index) => 18 - index);
    const pruned = prune(layout, scores, new Uint8Array(18).fill(1), {
      scope: 'global',
      count: 9,
      floors: [0, 4],
    });
    expect([...pruned]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0]);
  });

  it('agrees index by index with plain sorting, with floors', () => {
    fc.assert(
      fc.property(tiedNetworks, fc.nat(), ({ layout, scores, mask, counts: floors }, more) => {
        const survivors = countKept(mask);
        const least = floors.reduce((sum, floor) => sum + floor, 0);
        const count = least + (more % (survivors - least + 1));
        // The best of every tensor are out of the competition; of the others, the best go on.
        const safe = mask.slice();
        for (const [index, { maskOffset, size }] of layout.prunable.entries()) {
          pruneBySorting(scores, safe, maskOffset, maskOffset + size, floors[index]!);
        }
        const others = mask.map((kept, index) => kept - safe[index]!);
        pruneBySorting(scores, others, 0, mask.length, count - least);
        const expected = safe.map((kept, index) => kept + others[index]!);
        expect(prune(layout, scores, mask, { scope: 'global', count, floors })).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a mask as it is when nothing is to go', () => {
    const layout = layoutOfWidths(3, 1);
    const mask = Uint8Array.of(1, 0, 1);
    const pruned = prune(layout, Float32Array.of(1, 2, 3), mask, { scope: 'layer', counts: [2] });
    expect(pruned).toEqual(mask);
    expect(pruned).not.toBe(mask);
  });

  it('does not look at the scores of pruned weights', () => {
    const layout = layoutOfWidths(3, 1);
    const scores = Float32Array.of(Number.NaN, 2, 1);
    const pruned = prune(layout, scores, Uint8Array.of(0, 1, 1), { scope: 'layer', counts: [1] });
    expect([...pruned]).toEqual([0, 1, 0]);
  });

  it.each<SparsityTarget>([
    { scope: 'layer', counts: [6, 2] },
    { scope: 'global', count: 8 },
  ])('names the tensor of a survivor whose score is not a number ($scope)', (target) => {
    const layout = layoutOfWidths(4, 3, 2);
    const scores = new Float32Array(18).fill(1);
    scores[14] = Number.NaN;
    expect(codeOf(() => prune(layout, scores, new Uint8Array(18).fill(1), target))).toBe(
      'training-diverged: the pruning score of weight 2 of output.kernel is not a number',
    );
  });

  it('prunes a tensor to its last weight and beyond where the target says so', () => {
    const layout = layoutOfWidths(4, 3, 2);
    const scores = Float32Array.from({ length: 18 }, (_, index) => 18 - index);
    const mask = new Uint8Array(18).fill(1);
    const emptied = Uint8Array.from({ length: 18 }, (_, index) => Number(index < 12));
    expect(prune(layout, scores, mask, { scope: 'global', count: 12 })).toEqual(emptied);
    expect(prune(layout, scores, mask, { scope: 'layer', counts: [12, 0] })).toEqual(emptied);
  });

  it.each([3, 1.5, -1, Number.NaN])('refuses to keep %d of two survivors', (keep) => {
    const layout = layoutOfWidths(3, 1);
    const target: SparsityTarget = { scope: 'layer', counts: [keep] };
    expect(codeOf(() => prune(layout, new Float32Array(3), Uint8Array.of(1, 0, 1), target))).toBe(
      `invariant-violated: the next mask cannot keep ${keep} weights of output.kernel, where 2 are left`,
    );
  });

  it('refuses a target of another number of tensors', () => {
    const layout = layoutOfWidths(3, 1);
    const target: SparsityTarget = { scope: 'layer', counts: [1, 1] };
    expect(
      codeOf(() => prune(layout, new Float32Array(3), new Uint8Array(3).fill(1), target)),
    ).toBe('invariant-violated: a pruning target has 2 counts; expected one for each of 1 tensors');
  });

  it('refuses scores and masks of another length', () => {
    const layout = layoutOfWidths(3, 1);
    const target: SparsityTarget = { scope: 'global', count: 1 };
    const mask = new Uint8Array(3).fill(1);
    expect(() => prune(layout, new Float32Array(2), mask, target)).toThrow(RangeError);
    expect(() => prune(layout, new Float32Array(3), mask.slice(1), target)).toThrow(RangeError);
  });
});

describe('pruning in steps', () => {
  const layout = layoutOfWidths(8, 8, 4);

  it.each<SparsityTarget>([
    { scope: 'global', count: 9 },
    { scope: 'layer', counts: [6, 3] },
  ])('scores anew before each, on the way to exactly the target ($scope)', (target) => {
    const kept: number[] = [];
    const strategy: PruningStrategy = {
      scoresWeights: 'before-training',
      steps: 4,
      nextTarget: () => target,
      targetAtDensity: () => target,
      score({ mask }) {
        kept.push(countKept(mask));
        return Float32Array.from(mask, (_, index) => (index * 7) % 11);
      },
    };
    const mask = new Uint8Array(96).fill(1);
    const next = nextMask(pruningContext(layout, { mask }), strategy, target);
    expect(kept).toHaveLength(4);
    // 96 (9/96)^(k/4), rounded tensor by tensor where they are pruned so.
    for (const [index, expected] of [96, 53.1, 29.4, 16.3].entries()) {
      expect(Math.abs(kept[index]! - expected)).toBeLessThan(1.5);
    }
    expect(countKept(next)).toBe(9);
  });

  it('is pruning again and again by the scores of what is left', () => {
    fc.assert(
      fc.property(
        tiedNetworks,
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        ({ layout: own, scores, mask, counts }, steps, isGlobal) => {
          const target: SparsityTarget = isGlobal
            ? { scope: 'global', count: counts.reduce((sum, count) => sum + count), floors: counts }
            : { scope: 'layer', counts };
          /** Finite, and another one after every step. */
          const scoreOf = (current: Mask) =>
            scores.map((_, index) => (index * (1 + countKept(current))) % 5);
          const seen: Mask[] = [];
          const strategy: PruningStrategy = {
            scoresWeights: 'before-training',
            steps,
            nextTarget: () => target,
            targetAtDensity: () => target,
            score({ mask: current }) {
              seen.push(current.slice());
              return scoreOf(current);
            },
          };
          const result = nextMask(pruningContext(own, { mask }), strategy, target);
          expect(seen).toHaveLength(steps);
          expect(seen[0]).toEqual(mask);
          const masks = [...seen, result];
          for (const [index, current] of seen.entries()) {
            const after = masks[index + 1]!;
            expect(firstRevived(current, after)).toBeUndefined();
            // As one pruning to the same counts would have it.
            const kept = countKeptBySegment(after, own.prunable);
            const stepTarget: SparsityTarget = isGlobal
              ? { ...target, scope: 'global', count: countKept(after) }
              : { scope: 'layer', counts: kept };
            expect(prune(own, scoreOf(current), current, stepTarget)).toEqual(after);
          }
          expect(countKeptBySegment(result, own.prunable)).toEqual(counts);
        },
      ),
      { numRuns: 200 },
    );
  });
});
