import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkTarget,
  globalAtDensity,
  layerwiseAtDensity,
  nextGlobal,
  nextLayerwise,
  totalKept,
  type FractionOf,
} from '../../../../src/main/engine/pruning/targets.ts';
import type { SparsityTarget } from '../../../../src/main/engine/pruning/strategy.ts';
import rounds from '../../../fixtures/statistics/rounds.json' with { type: 'json' };
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { smallResnet } from '../../../support/small-resnet.ts';
import { layoutOfWidths, lenet, networkOfWidths } from './layouts.ts';

const paperRates: FractionOf = ({ isOutput }) => (isOutput ? 0.1 : 0.2);

function countsOf(target: SparsityTarget): readonly number[] {
  if (target.scope !== 'layer') throw new Error('expected a target of each layer');
  return target.counts;
}

describe('one round', () => {
  it('rounds as NumPy does, halves to even', () => {
    for (const { fraction, survivors, kept } of rounds) {
      const rounded = survivors.map((count) =>
        totalKept(nextGlobal(lenet, { scope: 'global', count }, fraction)),
      );
      expect(rounded).toEqual(kept);
    }
  });

  it.each([
    [0.1, 5, 5],
    [0.1, 15, 13],
    [0.1, 25, 23],
    [0.5, 1, 1],
    [0.5, 3, 1],
  ])('prunes the fraction %d of %d so that %d are left', (fraction, count, kept) => {
    expect(nextGlobal(lenet, { scope: 'global', count }, fraction)).toEqual({
      scope: 'global',
      count: kept,
    });
  });

  it('starts from every weight, with each layer at its own rate', () => {
    expect(nextLayerwise(lenet, undefined, paperRates)).toEqual({
      scope: 'layer',
      counts: [188_160, 24_000, 900],
    });
    expect(nextGlobal(lenet, undefined, 0.2)).toEqual({ scope: 'global', count: 212_960 });
  });

  it('goes on from the target before', () => {
    const first = nextLayerwise(lenet, undefined, paperRates);
    expect(countsOf(nextLayerwise(lenet, first, paperRates))).toEqual([150_528, 19_200, 810]);
  });

  it('does not go on from the other kind of target', () => {
    expect(() => nextLayerwise(lenet, { scope: 'global', count: 5 }, paperRates)).toThrow();
    expect(() => nextGlobal(lenet, { scope: 'layer', counts: [1, 1, 1] }, 0.2)).toThrow();
  });
});

describe('one shot at a density', () => {
  it('keeps in each layer what as many rounds would', () => {
    let iterative: SparsityTarget | undefined;
    for (let round = 0; round < 15; round += 1) {
      iterative = nextLayerwise(lenet, iterative, paperRates);
      const density = totalKept(iterative) / lenet.prunableCount;
      const oneShot = countsOf(layerwiseAtDensity(lenet, density, paperRates));
      // The rounds round each time, so they drift from the power by some weights.
      for (const [layer, kept] of countsOf(iterative).entries()) {
        expect(Math.abs(oneShot[layer]! - kept)).toBeLessThanOrEqual(3);
      }
    }
  });

  it('deals out exactly the rounded total, at rates of a common number of rounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 6 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (widths, density, fraction, outputFraction) => {
          const [inputs, ...rest] = widths;
          const layout = layoutOfWidths(inputs!, ...rest);
          const fractionOf: FractionOf = ({ isOutput }) => (isOutput ? outputFraction : fraction);
          const target = layerwiseAtDensity(layout, density, fractionOf);
          const wanted = density * layout.prunableCount;
          expect(Math.abs(totalKept(target) - wanted)).toBeLessThanOrEqual(0.5);
          const counts = countsOf(target);
          // Each share is rounded to a neighbouring whole number, so the number of rounds it came
          // from is known to within that.
          let most = Infinity;
          let fewest = 0;
          for (const [index, parameter] of layout.prunable.entries()) {
            const rate = Math.log(1 - fractionOf(parameter));
            const kept = counts[index]!;
            expect(kept).toBeGreaterThanOrEqual(0);
            expect(kept).toBeLessThanOrEqual(parameter.size);
            fewest = Math.max(fewest, Math.log(Math.min(1, (kept + 1) / parameter.size)) / rate);
            if (kept > 1) most = Math.min(most, Math.log((kept - 1) / parameter.size) / rate);
          }
          expect(fewest).toBeLessThanOrEqual(most + 1e-9);
        },
      ),
    );
  });

  it('gives the largest remainders what rounding down leaves over', () => {
    const layout = layoutOfWidths(3, 1, 1, 5);
    const even: FractionOf = () => 0.5;
    // 3, 1 and 5 weights; at a density of 0.5 the shares are 1.5, 0.5 and 2.5, the total 4.5 → 4.
    expect(countsOf(layerwiseAtDensity(layout, 0.5, even))).toEqual([2, 0, 2]);
    // At 0.6 they are 1.8, 0.6 and 3.0, the total 5.4 → 5.
    expect(countsOf(layerwiseAtDensity(layout, 0.6, even))).toEqual([2, 0, 3]);
  });

  it('is the rounded total when the layers compete', () => {
    expect(globalAtDensity(lenet, 0.1352)).toEqual({ scope: 'global', count: 35_990 });
    expect(globalAtDensity(layoutOfWidths(5, 1), 0.5)).toEqual({ scope: 'global', count: 2 });
  });
});

describe('checkTarget', () => {
  const network = networkOfWidths(4, 3, 2);
  const layout = layoutOf(network);

  it('lets a target pass that prunes something and empties nothing', () => {
    checkTarget(network, layout, undefined, { scope: 'layer', counts: [11, 6] }, 'level 1');
    checkTarget(network, layout, undefined, { scope: 'global', count: 2 }, 'level 1');
  });

  it('names the layer that would be empty', () => {
    expect(() =>
      checkTarget(network, layout, undefined, { scope: 'layer', counts: [12, 0] }, 'level 4'),
    ).toThrow('level 4 would keep none of the 6 weights of output.kernel');
  });

  it('refuses fewer weights than there are layers', () => {
    expect(() =>
      checkTarget(network, layout, undefined, { scope: 'global', count: 1 }, 'level 9'),
    ).toThrow('level 9 would keep 1 weights, which are too few for 2 layers');
  });

  it('refuses a target that prunes nothing', () => {
    const target: SparsityTarget = { scope: 'layer', counts: [2, 2] };
    expect(() => checkTarget(network, layout, target, target, 'level 5')).toThrow(
      'level 5 would prune none of the 4 weights that are left',
    );
    expect(() =>
      checkTarget(network, layout, undefined, { scope: 'global', count: 18 }, 'level 1'),
    ).toThrow('level 1 would prune none of the 18 weights that are left');
  });

  describe('in a network with residual blocks', () => {
    const resnet = smallResnet();
    const ofResnet = layoutOf(resnet);
    /** Keeps 10 weights of every tensor except these, which keep none. */
    const without = (...layers: string[]): SparsityTarget => ({
      scope: 'layer',
      counts: ofResnet.prunable.map(({ layer }) => (layers.includes(layer) ? 0 : 10)),
    });
    const check = (target: SparsityTarget) => () => {
      checkTarget(resnet, ofResnet, undefined, target, 'level 3');
    };

    it('lets a target pass that empties a body beside its shortcut, or a shortcut', () => {
      check(without('residual1.conv1', 'residual1.conv2', 'residual2.conv1'))();
      check(without('residual2.projection'))();
    });

    it('names a layer that the target would cut the network off at', () => {
      expect(check(without('residual1.conv1', 'output'))).toThrow(
        'level 3 would keep none of the 18 weights of output.kernel',
      );
      expect(check(without('residual2.conv1', 'residual2.projection'))).toThrow(
        'level 3 would keep none of the 216 weights of residual2.conv1.kernel',
      );
    });

    // conv2d1, the projection and the output layer.
    it('asks for as many weights as the shortest way through the network has layers', () => {
      check({ scope: 'global', count: 3 })();
      expect(check({ scope: 'global', count: 2 })).toThrow(
        'level 3 would keep 2 weights, which are too few for 3 layers on the shortest way through the network',
      );
    });
  });
});
