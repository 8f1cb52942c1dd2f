import { afterAll, describe, expect, it, vi } from 'vitest';
import type { AnalysisContext, Retraining } from '../../../../src/main/engine/analyses/analysis.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { findLivePaths } from '../../../../src/main/engine/analyses/live-paths.ts';
import { distancesBetween, settledAt } from '../../../../src/main/engine/analyses/early-bird.ts';
import { barrierOf } from '../../../../src/main/engine/analyses/linear-path.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import type { InstabilityResult } from '../../../../src/main/engine/analyses/instability-results.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { countKept, jaccardOverlap } from '../../../../src/shared/domain/mask.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { trainByHand } from './harness.ts';

const kernels = new Kernels();
const dataset = tinyDataset();
const opened: ReturnType<typeof trainByHand>[] = [];

afterAll(() => {
  for (const { lotteryTrainer } of opened) lotteryTrainer.dispose();
  expect(kernels.tensorCount).toBe(0);
});

function open(settings: Settings) {
  const search = trainByHand(kernels, settings, dataset);
  opened.push(search);
  return search;
}

const search = open(tinySettings());
const ticketOf = (replicate: number, level: number) =>
  search.tickets.find(({ key }) => key.replicate === replicate && key.level === level)!;

describe.each(analyses.entries.map(({ id }) => ({ id })))('$id', ({ id }) => {
  const choice = { id, ...(id === 'instability' ? { points: 4 } : {}) };
  const units = search.plan(choice);

  it('names its units apart', () => {
    expect(units.length).toBeGreaterThan(0);
    expect(new Set(units.map(({ name }) => name)).size).toBe(units.length);
    expect(structuredClone(units)).toEqual(units);
  });

  it('gives the same bits again, in any order, whatever was worked out before', () => {
    const first = units.map((unit) => search.run(choice, unit));
    const backwards = units
      .toReversed()
      .map((unit) => search.run(choice, unit))
      .toReversed();
    expect(backwards).toEqual(first);
    const fresh = open(tinySettings());
    expect(fresh.run(choice, units.at(-1)!)).toEqual(first.at(-1));
    for (const result of first) {
      expect(result.kind).toBe(id);
      expect(structuredClone(result)).toEqual(result);
    }
  });

  it('tells how far it is, and stops when it is told to', () => {
    const fractions: number[] = [];
    search.run(choice, units[0]!, (fraction) => {
      fractions.push(fraction);
      return true;
    });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    if (fractions.length === 0) return;
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
    expect(() => search.run(choice, units[0]!, () => false)).toThrow('stopped the analysis');
  });

  it('refuses levels that the search lacks', () => {
    expect(() => search.plan({ ...choice, levels: [1, 9] })).toThrow(
      /levels has 9; expected levels from [01] to 2/,
    );
  });
});

describe('the barrier', () => {
  it('is the largest error of the path minus the mean of its ends', () => {
    expect(barrierOf([0.1, 0.5, 0.3])).toBeCloseTo(0.3, 15);
    // The ends belong to the path.
    expect(barrierOf([0.1, 0.2, 0.4])).toBeCloseTo(0.15, 15);
    expect(barrierOf([0.2, 0.1, 0.2])).toBe(0);
  });
});

describe('instability', () => {
  const points = 5;

  it('parts two copies at the rewind point and measures the line between them', () => {
    const [result] = search.analyse({ id: 'instability', points, levels: [1], replicates: 1 });

    expect([...result!.alphas]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(result).toMatchObject({ replicate: 0, level: 1, rewind: 0, trainExamples: 180 });
    expect(result!.density).toBe(ticketOf(0, 1).density);
    expect(result!.distance).toBeGreaterThan(0);
    expect(result!.train.barrier).toBe(barrierOf(result!.train.error));
    expect(result!.test.barrier).toBe(barrierOf(result!.test.error));
    // Multiples of one of 60 test examples.
    for (const error of result!.test.error) {
      expect(error * 60).toBeCloseTo(Math.round(error * 60), 9);
    }
  });

  it('trains both copies alike but for their noise, and measures (1 − α) θ1 + α θ2', () => {
    const choice = { id: 'instability', levels: [1], replicates: 1, points: 5, rewinds: [0] };
    const [unit] = search.plan(choice);
    const { initialWeights, mask } = ticketOf(0, 1);
    const copies = [1, 2].map((copy) => initialWeights.map((value) => value * copy));
    const retrained: Retraining[] = [];
    const measured: Float32Array[] = [];
    const context: AnalysisContext = {
      settings: tinySettings(),
      layout: search.layout,
      targets: search.targets,
      network: search.network,
      strategy: {} as AnalysisContext['strategy'],
      trainIndices: Int32Array.of(4, 5, 6),
      testSet: { examples: 100, commonestClass: 0.4 },
      engineOf: () => 'sparse',
      mask: () => mask,
      weights: () => initialWeights,
      retrain: (training) => {
        retrained.push(training);
        return copies[retrained.length - 1]!;
      },
      measure: (parameters, under, indices) => {
        measured.push(parameters);
        expect(under).toBe(mask);
        expect([...indices]).toEqual([4, 5]);
        // A hill in the middle of the path.
        const accuracy = [0.9, 0.8, 0.3, 0.6, 0.7][measured.length - 1]!;
        return { train: { loss: 2, accuracy }, test: { loss: 1, accuracy: accuracy / 2 } };
      },
      prune: () => mask,
      advance: () => undefined,
    };
    const result = analyses
      .get('instability')
      .run({ ...choice, trainExamples: 2 }, unit!, context) as AnalysisResult & InstabilityResult;

    expect(retrained).toHaveLength(2);
    const [{ noise, ...first }, { noise: otherNoise, ...second }] = retrained as [
      Retraining,
      Retraining,
    ];
    expect(first).toEqual(second);
    expect(first).toMatchObject({
      from: 0,
      to: 30,
      engine: 'sparse',
      weights: initialWeights,
      mask,
    });
    expect(noise).not.toBe(otherNoise);
    expect([noise, otherNoise]).not.toContain(undefined);
    expect(measured.map((values) => values[3]! / initialWeights[3]!)).toEqual(
      [1, 1.25, 1.5, 1.75, 2].map((factor) => expect.closeTo(factor, 6) as number),
    );
    expect(result.train.barrier).toBeCloseTo(0.7 - (0.1 + 0.3) / 2, 12);
    expect(result.test.barrier).toBeCloseTo(0.85 - (0.55 + 0.65) / 2, 12);
    expect([...result.train.loss]).toEqual([2, 2, 2, 2, 2]);
    const norm = Math.hypot(...initialWeights);
    expect(result.distance).toBeCloseTo(norm, 4);
  });

  // θk is kept by a search that rewinds to k; another one has to train as far as k again.
  it('finds the same start whether it is stored or trained again', () => {
    const rewinding = open(tinySettings({ rewind: { iteration: 10 } }));
    const choice = {
      id: 'instability',
      points,
      levels: [0],
      replicates: 1,
      rewinds: [10],
    } as const;
    const [stored] = rewinding.plan(choice);
    const [retrained] = search.plan(choice);
    expect(stored!.needs[1]!.array).toBe('rewind-point');
    expect(retrained!.needs[1]!.array).toBe('initial-weights');
    expect(search.analyse(choice)).toEqual(rewinding.analyse(choice));
  });

  it('starts pruned levels where the search has started them', () => {
    const rewinding = open(tinySettings({ rewind: { iteration: 10 } }));
    const [own, other] = rewinding.plan({ id: 'instability', levels: [1], rewinds: [10, 20] });
    expect(own!.needs[1]).toMatchObject({ array: 'initial-weights', key: { level: 1 } });
    expect(other!.needs[1]).toMatchObject({ array: 'initial-weights', key: { level: 0 } });
  });

  // Survivors that keep their weights start where the level before ended, which is what is stored.
  it('starts pruned levels of a search that rewinds the learning rate from their own weights', () => {
    const keeping = open(tinySettings({ rewind: { id: 'learning-rate', iteration: 10 } }));
    const units = keeping.plan({ id: 'instability', levels: [0, 1], replicates: 1 });
    expect(units.map(({ needs }) => needs[1])).toEqual([
      // The dense network as far as iteration 10: such a search keeps no θk.
      { array: 'initial-weights', key: { replicate: 0, level: 0, branch: 'ticket' } },
      { array: 'initial-weights', key: { replicate: 0, level: 1, branch: 'ticket' } },
    ]);
    expect(units.map(({ steps }) => steps - 30 * 300)).toEqual([2 * 20 + 10, 2 * 20]);
  });

  it('recomputes the running statistics of batch normalisations at every point', () => {
    const recalibrate = vi.spyOn(DenseTrainer.prototype, 'recalibrateBatchNorm');
    const layers = [
      { kind: 'dense', units: 6 },
      { kind: 'batch-norm' },
      { kind: 'relu' },
      { kind: 'dense', units: 3 },
    ];
    const settings = tinySettings({ architecture: { id: 'custom', layers } });
    const normalised = open(settings);
    const choice = { id: 'instability', points: 4, levels: [2], replicates: 1 } as const;
    const [result] = normalised.analyse({ ...choice, trainExamples: 60 });

    expect(recalibrate).toHaveBeenCalledTimes(4);
    expect(recalibrate.mock.calls.map(([indices]) => indices.length)).toEqual([60, 60, 60, 60]);
    expect(result!.trainExamples).toBe(60);
    // What is learnt shows only under statistics that fit the weights.
    expect(Math.max(...result!.train.error)).toBeLessThan(0.5);
    recalibrate.mockRestore();
  });

  it('is nothing where there is no training left in which the copies could part', () => {
    const [late] = search.analyse({
      id: 'instability',
      points: 3,
      levels: [0],
      replicates: 1,
      rewinds: [29],
    });
    const [early] = search.analyse({
      id: 'instability',
      points: 3,
      levels: [0],
      replicates: 1,
      rewinds: [0],
    });
    expect(late!.distance).toBeGreaterThan(0);
    expect(late!.distance).toBeLessThan(early!.distance / 2);
    expect(() => search.plan({ id: 'instability', rewinds: [30] })).toThrow(
      'rewinds has 30; expected below training.iterations, 30',
    );
  });
});

describe('mask overlap', () => {
  it('compares each pair of replicates and of levels once', () => {
    const results = search.analyse({ id: 'mask-overlap' });
    const pairs = results.flatMap(({ pairs: each }) => each);

    expect(results.map(({ between }) => between)).toEqual([
      'replicates',
      'replicates',
      'levels',
      'levels',
    ]);
    expect(pairs).toHaveLength(4);
    for (const { one, other, overlap } of pairs) {
      const masks = [one, other].map(({ replicate, level }) => ticketOf(replicate, level).mask);
      expect(overlap).toBe(jaccardOverlap(masks[0]!, masks[1]!));
    }
  });

  it('is the ratio of densities between levels, which are nested', () => {
    const [, , levels] = search.analyse({ id: 'mask-overlap' });
    const { overlap } = levels!.pairs[0]!;
    expect(overlap).toBeCloseTo(ticketOf(0, 2).density / ticketOf(0, 1).density, 12);
  });

  it('says whether tensors were pruned by themselves', () => {
    const globally = open(
      tinySettings({
        pruning: { strategy: { id: 'global-magnitude' }, schedule: 'iterative', levels: 1 },
      }),
    );
    expect(search.analyse({ id: 'mask-overlap' })[0]!.scope).toBe('layer');
    expect(globally.analyse({ id: 'mask-overlap' })[0]!.scope).toBe('global');
  });

  it('has nothing to compare in a search of one replicate and one level', () => {
    const settings = tinySettings({
      replicates: { count: 1 },
      pruning: { schedule: 'iterative', levels: 1 },
    });
    expect(open(settings).plan({ id: 'mask-overlap' })).toEqual([]);
  });
});

describe('weight movement', () => {
  const results = search.analyse({ id: 'weight-movement', bins: 8 });
  const first = results.find(({ replicate, level }) => replicate === 0 && level === 0)!;

  it('divides the weights of a level into what the next one keeps and what it prunes', () => {
    for (const { replicate, level, tensors } of results) {
      const { mask, nextMask } = ticketOf(replicate, level);
      const next = nextMask ?? mask;
      const kept = (of: Uint8Array) => of.reduce((sum, entry) => sum + entry, 0);
      expect(tensors[0].name).toBe('all');
      expect(tensors[0].survivors.count).toBe(kept(next));
      expect(tensors[0].pruned.count).toBe(kept(mask) - kept(next));
    }
  });

  it('measures them as a plain loop over the weights does', () => {
    const { mask, nextMask, initialWeights, finalWeights } = ticketOf(0, 0);
    const { name, maskOffset, offset, size } = search.layout.prunable[1]!;
    const tensor = first.tensors[2]!;
    expect(tensor.name).toBe(name);
    const pairs = Array.from({ length: size }, (_, index) => ({
      isIn: mask[maskOffset + index] === 1 && nextMask![maskOffset + index] === 1,
      initial: initialWeights[offset + index]!,
      final: finalWeights[offset + index]!,
    })).filter(({ isIn }) => isIn);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const { survivors } = tensor;
    const magnitudes = pairs.map(({ initial }) => Math.abs(initial)).toSorted((a, b) => a - b);
    expect(survivors.count).toBe(pairs.length);
    expect(survivors.initial.mean).toBeCloseTo(mean(magnitudes), 12);
    const half = magnitudes.length >> 1;
    expect(survivors.initial.median).toBe(
      magnitudes.length % 2 === 1
        ? magnitudes[half]
        : (magnitudes[half - 1]! + magnitudes[half]!) / 2,
    );
    expect(survivors.meanMovement).toBeCloseTo(
      mean(pairs.map(({ initial, final }) => Math.abs(final - initial))),
      12,
    );
    expect(survivors.signChanges).toBeCloseTo(
      mean(pairs.map(({ initial, final }) => Number(Math.sign(initial) !== Math.sign(final)))),
      12,
    );
    const inBin = (bin: number) =>
      pairs.filter(
        ({ initial }) => Math.min(7, Math.floor((Math.abs(initial) / tensor.largest) * 8)) === bin,
      );
    for (let bin = 0; bin < 8; bin += 1) {
      const members = inBin(bin);
      expect(survivors.initial.counts[bin]).toBe(members.length);
      expect(survivors.finalByInitial[bin]).toBeCloseTo(
        members.length === 0 ? 0 : mean(members.map(({ final }) => Math.abs(final))),
        12,
      );
    }
  });
});

describe('early-bird masks', () => {
  it('are as far apart as the weights they disagree on', () => {
    const random = rng('early-bird');
    const masks = Array.from({ length: 4 }, () =>
      Uint8Array.from({ length: 77 }, () => random.below(2)),
    );
    const distances = distancesBetween(masks);
    for (const [one, mask] of masks.entries()) {
      for (const [other, against] of masks.entries()) {
        const differing = mask.filter((entry, index) => entry !== against[index]).length;
        expect(distances[one * 4 + other]).toBe(differing / 77);
      }
    }
  });

  it('have settled when the last ones of a window agree with the newest', () => {
    const far = 0.3;
    const near = 0.05;
    // Mask 2 is far from 1; masks 3 and 4 are near everything from 2 on.
    const distances = Float64Array.from([
      ...[0, near, far, far, far],
      ...[near, 0, far, far, far],
      ...[far, far, 0, near, near],
      ...[far, far, near, 0, near],
      ...[far, far, near, near, 0],
    ]);
    expect(settledAt(distances, 5, 2, 0.1)).toBe(1);
    expect(settledAt(distances, 5, 3, 0.1)).toBe(4);
    expect(settledAt(distances, 5, 4, 0.1)).toBeUndefined();
  });

  it('are taken at intervals and at the end, from the dense network of the search', () => {
    const [result] = search.analyse({ id: 'early-bird', every: 8, levels: [1, 2] });

    expect([...result!.iterations]).toEqual([8, 16, 24, 30]);
    expect(result!.levels.map(({ level }) => level)).toEqual([1, 2]);
    for (const { level, density, distances } of result!.levels) {
      expect(density).toBe(ticketOf(0, level).density);
      expect(distances).toHaveLength(16);
      expect(Math.max(...distances)).toBeLessThanOrEqual(2 * Math.min(density, 1 - density));
    }
  });

  it('do not move where pruning looks at the initial weights only', () => {
    const settings = tinySettings({
      pruning: { strategy: { id: 'layerwise-large-init' }, schedule: 'iterative', levels: 1 },
      replicates: { count: 1 },
    });
    const [result] = open(settings).analyse({ id: 'early-bird', every: 5 });
    expect(Math.max(...result!.levels[0]!.distances)).toBe(0);
    expect(result!.levels[0]!.earlyBird).toBe(25);
  });
});

describe('branches', () => {
  const settings = tinySettings({
    branches: ['random-reinit', 'shuffled-mask', 'supermask'],
    branchLevels: [2],
    replicates: { count: 1, seed: 7 },
  });
  const withBranches = open(settings);
  const controlOf = (branch: string) =>
    withBranches.controls.find(({ key }) => key.branch === branch && key.level === 2)!;
  const branches = ['random-reinit', 'ticket'];

  it.each(['connectivity', 'weight-movement', 'instability'])(
    'beside the ticket, %s looks at the levels they have, and at the ticket as ever',
    (id) => {
      const both = withBranches.plan({ id, branches });
      const tickets = withBranches.plan({ id });
      expect(both.filter(({ name }) => !name.includes('random-reinit'))).toEqual(tickets);
      const own = both.filter(({ name }) => name.includes('random-reinit'));
      expect(own.map(({ place }) => place)).toEqual([
        expect.objectContaining({ replicate: 0, level: 2, branch: 'random-reinit' }),
      ]);
    },
  );

  it('are seen as they were trained: their masks, their weights, nothing pruned next', () => {
    const [shuffled] = withBranches.analyse({ id: 'connectivity', branches: ['shuffled-mask'] });
    expect(shuffled).toMatchObject({ level: 2, branch: 'shuffled-mask' });
    const { mask, density } = controlOf('shuffled-mask');
    expect(shuffled!.density).toBe(density);
    expect(shuffled!.effectiveDensity).toBe(
      countKept(findLivePaths(withBranches.network, withBranches.layout, mask).effective) /
        mask.length,
    );

    const [moved] = withBranches.analyse({ id: 'weight-movement', branches: ['random-reinit'] });
    const { initialWeights, mask: kept } = controlOf('random-reinit');
    const own = withBranches.layout.prunable.flatMap(({ offset, maskOffset, size }) =>
      Array.from({ length: size }, (_, index) => index)
        .filter((index) => kept[maskOffset + index] === 1)
        .map((index) => Math.abs(initialWeights[offset + index]!)),
    );
    expect(moved!.tensors[0].survivors.count).toBe(own.length);
    expect(moved!.tensors[0].survivors.initial.mean).toBeCloseTo(
      own.reduce((sum, value) => sum + value, 0) / own.length,
      9,
    );
    expect(moved!.tensors[0].pruned.count).toBe(0);
  });

  it('part where they start, whatever rewind points the ticket is looked at', () => {
    const found = withBranches.analyse({
      id: 'instability',
      branches,
      levels: [2],
      rewinds: [10],
      points: 3,
    });
    expect(found.map(({ branch, rewind }) => [branch, rewind])).toEqual([
      [undefined, 10],
      ['random-reinit', 0],
    ]);
    expect(found[1]!.distance).toBeGreaterThan(found[0]!.distance);
  });

  it('are refused where nothing could be found', () => {
    const plan = (choice: Choice) => () => withBranches.plan(choice);
    expect(plan({ id: 'connectivity', branches: ['nothing'] })).toThrow(
      'branches has nothing; expected one of ticket, random-reinit, shuffled-mask, supermask',
    );
    expect(plan({ id: 'connectivity', branches: ['random-reinit'], levels: [0, 1] })).toThrow(
      'branches has random-reinit, which trains none of the levels 0, 1',
    );
    expect(plan({ id: 'instability', branches: ['supermask'] })).toThrow('which is not trained');
    expect(plan({ id: 'connectivity', branches: ['ticket', 'ticket'] })).toThrow();
  });
});
