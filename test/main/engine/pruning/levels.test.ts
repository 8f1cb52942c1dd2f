import { describe, expect, it } from 'vitest';
import { plannedDensities, plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import lenetRounds from '../../../fixtures/statistics/lenet-rounds.json' with { type: 'json' };
import { layoutOfWidths, lenet } from './layouts.ts';

const paper = {
  strategy: { id: 'layerwise-magnitude', fraction: 0.2, outputFraction: 0.1 },
  schedule: 'iterative',
  levels: 15,
} as const;

const global = {
  strategy: { id: 'global-magnitude', fraction: 0.2 },
  schedule: 'iterative',
  levels: 15,
} as const;

describe('plannedTargets', () => {
  it.each([
    [3, [120_422, 15_360, 729], '51.28'],
    [7, [49_325, 6291, 478], '21.07'],
    [9, [31_568, 4026, 387], '13.52'],
    [15, [8275, 1056, 206], '3.58'],
  ] as const)(
    'gives LeNet-300-100 the paper’s density after round %i',
    (level, counts, percent) => {
      expect(plannedTargets(paper, lenet)[level - 1]).toEqual({ scope: 'layer', counts });
      expect((plannedDensities(paper, lenet)[level - 1]! * 100).toFixed(2)).toBe(percent);
    },
  );

  it('keeps in every round what NumPy’s rounding keeps', () => {
    expect(plannedTargets(paper, lenet)).toEqual(
      lenetRounds.map((counts) => ({ scope: 'layer', counts })),
    );
  });

  it('plans one target a level', () => {
    expect(plannedTargets({ ...paper, levels: 1 }, lenet)).toEqual([
      { scope: 'layer', counts: [188_160, 24_000, 900] },
    ]);
  });

  it('plans the total alone for a global strategy', () => {
    const densities = plannedDensities(global, lenet);
    expect(plannedTargets(global, lenet)[0]).toEqual({ scope: 'global', count: 212_960 });
    for (const [index, density] of densities.entries()) {
      // Every round is off by half a weight at the most, and each halves what was off before.
      expect(Math.abs(density - 0.8 ** (index + 1)) * lenet.prunableCount).toBeLessThan(2.5);
    }
  });

  it.each([paper.strategy, global.strategy])('plans one shot of $id at its density', (strategy) => {
    const pruning = { strategy, schedule: 'one-shot', levels: 1, targetDensity: 0.1352 } as const;
    const densities = plannedDensities(pruning, lenet);
    expect(densities).toEqual([Math.round(0.1352 * 266_200) / 266_200]);
  });

  it('finds a layer collapse before any training', () => {
    const pruning = {
      ...paper,
      strategy: { id: 'layerwise-magnitude', fraction: 0.9, outputFraction: 0.1 },
    };
    expect(() => plannedTargets(pruning, lenet)).toThrow(
      'pruning.levels is 15: level 5 would keep none of the 30000 weights of fc2.kernel',
    );
  });

  it('finds a target density that is too low for every layer', () => {
    const pruning = { ...paper, schedule: 'one-shot', levels: 1, targetDensity: 0.00001 } as const;
    expect(() => plannedTargets(pruning, lenet)).toThrow(
      'pruning.targetDensity 0.00001 would keep none of the 30000 weights of fc2.kernel',
    );
  });

  it('finds the level from which nothing is pruned any more', () => {
    expect(() => plannedTargets({ ...paper, levels: 100 }, layoutOfWidths(10, 10, 10))).toThrow(
      /pruning\.levels is 100: level \d+ would prune none of the 7 weights that are left/,
    );
  });

  it('refuses a one-shot search without a density', () => {
    expect(() => plannedTargets({ ...paper, schedule: 'one-shot', levels: 1 }, lenet)).toThrow(
      'target density',
    );
  });
});
