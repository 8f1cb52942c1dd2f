import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { strategies } from '../../../../src/main/engine/pruning/index.ts';
import { nextMask } from '../../../../src/main/engine/pruning/select.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import {
  type Mask,
  countKept,
  countKeptBySegment,
  firstRevived,
} from '../../../../src/shared/domain/mask.ts';
import type {
  SparsityTarget,
  PruningContext,
} from '../../../../src/main/engine/pruning/strategy.ts';
import { totalKept } from '../../../../src/main/engine/pruning/targets.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { pruningContext } from './context.ts';
import { layoutOfWidths, lenet } from './layouts.ts';

const layout = layoutOfWidths(2, 2, 1);
// fc1.kernel [2, 2], fc1.bias [2], output.kernel [2, 1], output.bias [1].
const initial = Float32Array.of(0.5, -0.25, 1, -2, 0, 0, 0.125, -1, 0);
const trained = Float32Array.of(0.75, 0.5, 0.25, -3, 9, 9, -0.5, -0.75, 9);
const movement = Float64Array.of(1, 2, 3, -4, 9, 9, 5, 0, 9);

function scoresOf(id: string): number[] {
  const strategy = strategies.get(id).create({ id });
  return [...strategy.score(pruningContext(layout, { initial, trained, movement }))];
}

describe('scores, of prunable weights only, small ones going first', () => {
  it.each([
    ['magnitude', [0.75, 0.5, 0.25, 3, 0.5, 0.75]],
    ['large-init', [0.5, 0.25, 1, 2, 0.125, 1]],
    ['small-init', [-0.5, -0.25, -1, -2, -0.125, -1]],
    ['magnitude-increase', [0.25, 0.25, -0.75, 1, 0.375, -0.25]],
    ['large-final-same-sign', [0.75, -0.5, 0.25, 3, -0.5, 0.75]],
    ['movement', [0.2, 0.4, 0.6, -0.8, 1, 0]],
  ])('%s', (id, expected) => {
    for (const scope of ['layerwise', 'global']) {
      expect(scoresOf(`${scope}-${id}`)).toEqual(expected.map(Math.fround));
    }
  });

  it('magnitude-increase-same-sign puts every change of sign below, by the increase', () => {
    const scores = scoresOf('global-magnitude-increase-same-sign');
    const order = scores.map((_, index) => index).sort((a, b) => scores[a]! - scores[b]!);
    // Weights 1 and 4 changed sign.
    expect(order).toEqual([1, 4, 2, 5, 0, 3]);
  });
});

describe('random pruning', () => {
  it('follows from its stream alone, and is another one from draw to draw', () => {
    const strategy = strategies.get('global-random').create({ id: 'global-random' });
    const draw = (key: string) => strategy.score(pruningContext(lenet, { random: rng(key) }));
    expect(draw('one')).toEqual(draw('one'));
    expect(draw('one')).not.toEqual(draw('other'));
  });

  it('has layer densities in proportion to (inputs + outputs) / (inputs · outputs)', () => {
    const strategy = strategies.get('erdos-renyi-random').create({ id: 'erdos-renyi-random' });
    const target = strategy.targetAtDensity(lenet, 0.1, undefined);
    const counts = target.scope === 'layer' ? target.counts : [];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(26_620);
    // The last layer is full; weights of the others are in proportion to inputs + outputs.
    expect(counts[2]).toBe(1000);
    expect(counts[0]! / counts[1]!).toBeCloseTo(1084 / 400, 2);
  });

  it('counts height and width of a convolution with its channels, as a kernel', () => {
    const convolutional = layoutOf(
      architectures.get('conv-4').build({ id: 'conv-4', width: 0.25 }, [16, 16, 3], 10),
    );
    const strategy = strategies.get('erdos-renyi-kernel-random').create({
      id: 'erdos-renyi-kernel-random',
    });
    const target = strategy.targetAtDensity(convolutional, 0.1, undefined);
    if (target.scope === 'global') throw new Error('expected a count for every tensor');
    const ratios = convolutional.prunable.flatMap(({ size, shape }, index) => {
      const sum = shape.reduce((total, extent) => total + extent, 0);
      const density = target.counts[index]! / size;
      // Evci et al. 2020: ε (n₁ + n₂ + w + h) / (n₁ n₂ w h), where that is not above 1.
      return density < 1 ? [density / (sum / size)] : [];
    });
    expect(ratios.length).toBeGreaterThan(4);
    for (const ratio of ratios) expect(ratio / ratios[0]!).toBeCloseTo(1, 1);
  });
});

describe('every strategy', () => {
  const network = fullyConnected([12], [10, 8], 3);
  const own = layoutOf(network);
  const dataset = tinyDataset();
  const sensitivity = new Sensitivity(
    new Kernels(),
    network,
    dataset,
    Int32Array.from({ length: dataset.train.count }, (_, index) => index),
  );
  const draw = (name: string): Float32Array => {
    const random = rng('weights', name);
    return Float32Array.from({ length: own.parameterCount }, () => random.normal());
  };
  const context = (mask: Mask): PruningContext =>
    pruningContext(own, {
      mask,
      sensitivity,
      initial: draw('initial'),
      trained: draw('trained'),
      movement: Float64Array.from(draw('movement')),
      random: rng('pruning', countKept(mask)),
    });

  it.each(strategies.entries.filter(({ hparams }) => hparams.safeParse({}).success))(
    '$id keeps exactly its targets, level after level',
    (entry) => {
      const strategy = entry.create({ id: entry.id });
      let mask: Mask = new Uint8Array(own.prunableCount).fill(1);
      let target: SparsityTarget | undefined;
      for (let level = 1; level <= 4; level += 1) {
        target = strategy.nextTarget(own, target);
        const next = nextMask(context(mask), strategy, target);
        const counts = countKeptBySegment(next, own.prunable);
        if (target.scope === 'layer') expect(counts).toEqual(target.counts);
        else expect(countKept(next)).toBe(target.count);
        expect(firstRevived(mask, next)).toBeUndefined();
        expect(next).toEqual(nextMask(context(mask), strategy, target));
        mask = next;
      }
    },
  );

  it.each(['global-synflow', 'layerwise-synflow'])(
    '%s scores masks in a row as each by itself',
    (id) => {
      const strategy = strategies.get(id).create({ id });
      let mask: Mask = new Uint8Array(own.prunableCount).fill(1);
      const scoreNext = strategy.scorer!(context(mask));
      for (let step = 0; step < 3; step += 1) {
        expect(scoreNext(mask)).toEqual(strategy.score(context(mask)));
        mask = mask.map((kept, index) => (index % (step + 2) === 0 ? 0 : kept));
      }
    },
  );

  it.each(strategies.entries.filter(({ hparams }) => hparams.safeParse({}).success))(
    '$id prunes to a density at once',
    (entry) => {
      const strategy = entry.create({ id: entry.id });
      const target = strategy.targetAtDensity(own, 0.4, undefined);
      expect(totalKept(target)).toBe(Math.round(0.4 * own.prunableCount));
    },
  );

  it.each(strategies.entries.filter(({ hparams }) => hparams.safeParse({}).success))(
    '$id looks at trained weights only if it says so',
    (entry) => {
      const strategy = entry.create({ id: entry.id });
      const everything = new Uint8Array(own.prunableCount).fill(1);
      const scores = strategy.score(context(everything));
      const others = strategy.score({
        ...context(everything),
        trained: draw('other'),
        movement: Float64Array.from(draw('other')),
      });
      if (strategy.scoresWeights === 'before-training') expect(others).toEqual(scores);
      else expect(others).not.toEqual(scores);
    },
  );

  it.each(strategies.entries.filter(({ hparams }) => hparams.safeParse({}).success))(
    '$id leaves the weights it looks at untouched',
    (entry) => {
      const given = context(new Uint8Array(own.prunableCount).fill(1));
      const before = structuredClone([given.trained, given.initial, given.mask]);
      entry.create({ id: entry.id }).score(given);
      expect([given.trained, given.initial, given.mask]).toEqual(before);
    },
  );

  it.each([0, 1, 1.2, -0.1])('refuses the fraction %d', (fraction) => {
    for (const entry of strategies.entries.filter(({ hparams }) => hparams.safeParse({}).success)) {
      expect(() => entry.create({ id: entry.id, fraction })).toThrow();
    }
  });

  it('has the paper’s rates as defaults', () => {
    const layerwise = strategies.get('layerwise-magnitude');
    expect(layerwise.hparams.parse({})).toEqual({ fraction: 0.2, outputFraction: 0.1 });
    expect(strategies.get('global-magnitude').hparams.parse({})).toEqual({ fraction: 0.2 });
  });
});
