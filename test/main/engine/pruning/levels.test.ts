import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { checkedTargets, plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { totalKept } from '../../../../src/main/engine/pruning/targets.ts';
import lenetRounds from '../../../fixtures/statistics/lenet-rounds.json' with { type: 'json' };
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { layoutOfWidths, lenet, lenetNetwork, networkOfWidths } from './layouts.ts';
import { plannedDensities } from './planned-densities.ts';

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

  it.each([
    ['conv-2', 11, '8.81'],
    ['conv-2', 14, '4.57'],
    ['conv-4', 11, '11.06'],
    ['conv-4', 12, '9.18'],
  ] as const)('gives %s the paper’s density after round %i, %s %%', (id, level, percent) => {
    const layout = layoutOf(architectures.get(id).build({ id }, [32, 32, 3], 10));
    const strategy = { ...paper.strategy, convFraction: 0.1 };
    const densities = plannedDensities({ ...paper, strategy }, layout);
    expect((densities[level - 1]! * 100).toFixed(2)).toBe(percent);
  });

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
    expect(() => checkedTargets(pruning, lenetNetwork)).toThrow(
      'pruning.levels is 15: level 5 would keep none of the 30000 weights of fc2.kernel',
    );
  });

  it('finds a target density that is too low for every layer', () => {
    const pruning = { ...paper, schedule: 'one-shot', levels: 1, targetDensity: 0.00001 } as const;
    expect(() => checkedTargets(pruning, lenetNetwork)).toThrow(
      'pruning.targetDensity 0.00001 would keep none of the 30000 weights of fc2.kernel',
    );
  });

  it('finds the level from which nothing is pruned any more', () => {
    expect(() => checkedTargets({ ...paper, levels: 100 }, networkOfWidths(10, 10, 10))).toThrow(
      /pruning\.levels is 100: level \d+ would prune none of the 7 weights that are left/,
    );
  });

  it('refuses a one-shot search without a density', () => {
    expect(() =>
      checkedTargets({ ...paper, schedule: 'one-shot', levels: 1 }, lenetNetwork),
    ).toThrow('targetDensity');
  });
});

describe('schedules', () => {
  it.each([paper.strategy, global.strategy])('prune $id to a list of densities', (strategy) => {
    const densities = [0.5, 0.2, 0.05];
    const pruning = { strategy, schedule: 'densities', levels: 3, densities };
    for (const [index, density] of plannedDensities(pruning, lenet).entries()) {
      expect(density).toBeCloseTo(densities[index]!, 5);
    }
  });

  it('follow Zhu & Gupta’s cubic', () => {
    const pruning = { ...global, schedule: 'cubic', levels: 4, targetDensity: 0.1 };
    const sparsities = plannedDensities(pruning, lenet).map((density) => 1 - density);
    // s(t) = 0.9 − 0.9 (1 − t/4)³
    const expected = [0.5203125, 0.7875, 0.8859375, 0.9];
    for (const [index, sparsity] of sparsities.entries()) {
      expect(sparsity).toBeCloseTo(expected[index]!, 5);
    }
  });

  it('never give a layer back what the level before took', () => {
    const tiny = layoutOfWidths(5, 4, 3, 2);
    const densities = Array.from({ length: 25 }, (_, index) => 0.95 - index * 0.03);
    const pruning = { ...paper, schedule: 'densities', levels: 25, densities };
    let before = tiny.prunable.map(({ size }) => size);
    for (const target of plannedTargets(pruning, tiny)) {
      const counts = target.scope === 'layer' ? target.counts : [];
      for (const [layer, count] of counts.entries()) {
        expect(count).toBeLessThanOrEqual(before[layer]!);
      }
      before = [...counts];
    }
  });
});

describe('settings about layers', () => {
  const countsOf = (strategy: Choice, layout = lenet): readonly number[] => {
    const target = plannedTargets({ ...paper, strategy, levels: 15 }, layout).at(-1)!;
    return target.scope === 'layer' ? target.counts : (target.floors ?? []);
  };

  it('leave excluded layers alone', () => {
    const strategy = { ...paper.strategy, excludedLayers: ['output'] };
    expect(countsOf(strategy)).toEqual([8275, 1056, 1000]);
  });

  it('give a layer a rate of its own', () => {
    const strategy = { ...paper.strategy, layerFractions: { fc2: 0.1 } };
    expect(countsOf(strategy)).toEqual([8275, 6177, 206]);
  });

  it('keep every layer at its floor', () => {
    const strategy = { ...paper.strategy, layerFloor: 0.25 };
    expect(countsOf({ ...strategy, layerFractions: { fc1: 0.05 } })).toEqual([108_965, 7500, 250]);
  });

  it('keep floors and excluded layers of a global strategy, at the rate of the others', () => {
    const strategy = { ...global.strategy, excludedLayers: ['fc1'], layerFloor: 0.01 };
    const [first] = plannedTargets({ ...global, strategy }, lenet);
    expect(first).toEqual({
      scope: 'global',
      count: 235_200 + 24_800,
      floors: [235_200, 300, 10],
    });
  });

  it('keep whole numbers where floors and excluded layers leave nothing to be shared out', () => {
    const strategy = { ...paper.strategy, excludedLayers: ['fc1'], layerFloor: 0.25 };
    const pruning = { strategy, schedule: 'one-shot', levels: 1, targetDensity: 0.52 };
    // 3.64 of 7 weights: 3 that are excluded and 1 that is the floor of the other 4.
    expect(plannedTargets(pruning, layoutOfWidths(3, 1, 4))).toEqual([
      { scope: 'layer', counts: [3, 1] },
    ]);
  });

  it.each([
    ['excludedLayers', { excludedLayers: ['fc9'] }],
    ['layerFractions', { layerFractions: { fc9: 0.5 } }],
  ])('refuse a layer in %s that the network lacks', (setting, change) => {
    expect(() => countsOf({ ...paper.strategy, ...change })).toThrow(
      `pruning.strategy.${setting} names the layer "fc9"; expected one of fc1, fc2, output`,
    );
  });

  it.each([paper.strategy, global.strategy])('refuse a density below the floors ($id)', (base) => {
    const strategy = { ...base, layerFloor: 0.1 };
    const pruning = { strategy, schedule: 'one-shot', levels: 1, targetDensity: 0.05 };
    expect(() => checkedTargets(pruning, lenetNetwork)).toThrow(
      'the target keeps 13310 weights, but the layer floor and the excluded layers keep 26620',
    );
  });
});

/** Settings of any kind for networks of a few layers, which may well ask for too much. */
const plans = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 3, maxLength: 5 }),
    id: fc.constantFrom('layerwise-magnitude', 'global-magnitude', 'erdos-renyi-random'),
    fractions: fc.array(fc.double({ min: 0.01, max: 0.95, noNaN: true }), {
      minLength: 3,
      maxLength: 3,
    }),
    layerFloor: fc.option(fc.double({ min: 0.01, max: 0.9, noNaN: true }), { nil: undefined }),
    /** The place of a layer. */
    ownRate: fc.option(fc.nat(4), { nil: undefined }),
    excluded: fc.option(fc.nat(4), { nil: undefined }),
    schedule: fc.constantFrom('iterative', 'one-shot', 'densities', 'cubic'),
    levels: fc.integer({ min: 1, max: 5 }),
    targetDensity: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  })
  .map(({ widths, id, fractions, layerFloor, ownRate, excluded, schedule, ...given }) => {
    const [inputs, ...rest] = widths;
    const network = networkOfWidths(inputs!, ...rest);
    const layout = layoutOf(network);
    const names = layout.prunable.map(({ layer }) => layer);
    const nameOf = (place: number | undefined): string | undefined =>
      place === undefined ? undefined : names[place % names.length];
    const [fraction, outputFraction, own] = fractions as [number, number, number];
    const isLayerwise = id.startsWith('layerwise');
    const [excludedLayer, ownLayer] = [nameOf(excluded), nameOf(ownRate)];
    const strategy: Choice = {
      id,
      fraction,
      ...(isLayerwise ? { outputFraction } : {}),
      ...(isLayerwise && ownLayer !== undefined ? { layerFractions: { [ownLayer]: own } } : {}),
      ...(excludedLayer === undefined ? {} : { excludedLayers: [excludedLayer] }),
      ...(layerFloor === undefined ? {} : { layerFloor }),
    };
    const { levels, targetDensity } = given;
    const ofSchedule = {
      iterative: { levels },
      'one-shot': { targetDensity },
      densities: {
        densities: Array.from({ length: levels }, (_, index) => targetDensity * 0.8 ** index),
      },
      cubic: { levels, targetDensity },
    }[schedule];
    return {
      network,
      layout,
      pruning: { strategy, schedule, levels: schedule === 'one-shot' ? 1 : levels, ...ofSchedule },
      floors: layout.prunable.map(({ layer, size }) =>
        layer === excludedLayer ? size : Math.ceil((layerFloor ?? 0) * size),
      ),
      rateOf: (layer: string): number => {
        if (layer === excludedLayer) return 0;
        if (isLayerwise && layer === ownLayer) return own;
        return isLayerwise && layer === 'output' ? outputFraction : fraction;
      },
    };
  });

/** As NumPy's rint. */
const rounded = (value: number): number => {
  const below = Math.floor(value);
  if (value - below === 0.5) return below + (below % 2);
  return Math.round(value);
};

describe('whatever the settings', () => {
  it('levels keep less and less, never below a floor, as much as the schedule says', () => {
    let planned = 0;
    fc.assert(
      fc.property(plans, ({ network, layout, pruning, floors, rateOf }) => {
        let targets;
        try {
          targets = checkedTargets(pruning, network);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-settings' });
          return;
        }
        planned += 1;
        expect(targets).toHaveLength(pruning.levels);
        let before: readonly number[] = layout.prunable.map(({ size }) => size);
        let total = layout.prunableCount;
        for (const [index, target] of targets.entries()) {
          const totalNow = totalKept(target);
          expect(totalNow).toBeLessThan(total);
          if (target.scope === 'layer') {
            for (const [tensor, count] of target.counts.entries()) {
              expect(Number.isInteger(count)).toBe(true);
              expect(count).toBeLessThanOrEqual(before[tensor]!);
              expect(count).toBeGreaterThanOrEqual(Math.max(1, floors[tensor]!));
            }
          } else {
            const least = floors.reduce((sum, floor) => sum + floor, 0);
            expect(totalNow).toBeGreaterThanOrEqual(Math.max(least, floors.length));
            expect(target.floors ?? floors.map(() => 0)).toEqual(floors);
          }
          expect(totalNow).toBe(expectedTotal(index));
          if (target.scope === 'layer') before = target.counts;
          total = totalNow;
        }

        /** What a level comes to by the words of docs/strategies.md. */
        function expectedTotal(index: number): number {
          const { schedule, strategy } = pruning;
          const { prunable, prunableCount } = layout;
          if (schedule === 'iterative' && strategy.id === 'layerwise-magnitude') {
            const counts = prunable.map(({ layer }, tensor) => {
              const survivors = before[tensor]!;
              const kept = survivors - rounded(rateOf(layer) * survivors);
              return Math.max(kept, Math.min(floors[tensor]!, survivors));
            });
            return counts.reduce((sum, count) => sum + count, 0);
          }
          if (schedule === 'iterative') {
            const fixed = prunable
              .filter(({ layer }) => rateOf(layer) === 0)
              .reduce((sum, { size }) => sum + size, 0);
            const free = total - fixed;
            const kept = total - rounded((strategy['fraction'] as number) * free);
            const least = floors.reduce((sum, floor) => sum + floor, 0);
            return strategy.id === 'global-magnitude' ? Math.max(kept, least) : kept;
          }
          const wanted = pruning as { densities?: readonly number[]; targetDensity?: number };
          const last = wanted.targetDensity!;
          const density =
            wanted.densities?.[index] ??
            (schedule === 'one-shot'
              ? last
              : 1 - (1 - last) * (1 - (1 - (index + 1) / pruning.levels) ** 3));
          return rounded(density * prunableCount);
        }
      }),
      { numRuns: 1000 },
    );
    // Plans that are all refused would show nothing.
    expect(planned).toBeGreaterThan(200);
  });
});
