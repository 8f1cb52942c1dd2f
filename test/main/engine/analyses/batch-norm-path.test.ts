import { expect, it } from 'vitest';
import type { AnalysisContext } from '../../../../src/main/engine/analyses/analysis.ts';
import { instability } from '../../../../src/main/engine/analyses/instability.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { LayerSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { createDenseTrainer } from '../../../../src/main/engine/training/engines.ts';
import type { InstabilityResult } from '../../../../src/main/engine/analyses/instability-results.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import fixture from '../../../fixtures/paths/batch-norm.json' with { type: 'json' };
import {
  initialParameters,
  networkOf,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

it('measures a line between networks with batch normalisation as PyTorch does', () => {
  const { inputShape, batch, train, seeds, points } = fixture;
  const network = networkOf(inputShape, fixture.layers as readonly LayerSpec[]);
  const layout = layoutOf(network);
  const trainIndices = Int32Array.from({ length: train }, (_, index) => index);
  const trainer = createDenseTrainer({
    kernels: new Kernels(),
    network,
    optimizer: { id: 'sgd', learningRate: 0.1 },
    data: {
      dataset: syntheticDataset(inputShape),
      trainIndices,
      validationIndices: Int32Array.of(0),
    },
    batchSize: batch,
    loss: {},
  });
  const everything = new Uint8Array(layout.prunableCount).fill(1);
  const copies = seeds.map((seed) => initialParameters(layout, seed));
  const choice = { id: 'instability', points: points.length, levels: [0], replicates: 1 };
  const settings = tinySettings();
  const [unit] = instability.plan(choice, { settings, layout, targets: [] });
  const context: AnalysisContext = {
    settings,
    layout,
    targets: [],
    network,
    strategy: {} as AnalysisContext['strategy'],
    trainIndices,
    testSet: { examples: 100, commonestClass: 0.4 },
    engineOf: () => 'dense',
    mask: () => everything,
    weights: () => copies[0]!,
    retrain: () => copies.shift()!,
    measure: (parameters, mask, indices) => {
      trainer.start(parameters, mask);
      trainer.recalibrateBatchNorm(indices);
      return { train: trainer.scoreTraining(indices), test: trainer.scoreTest() };
    },
    prune: () => everything,
    advance: () => undefined,
  };

  const result = instability.run(choice, unit!, context) as AnalysisResult & InstabilityResult;
  trainer.dispose();
  expect([...result.alphas]).toEqual(points.map(({ alpha }) => alpha));
  for (const [point, expected] of points.entries()) {
    for (const set of ['train', 'test'] as const) {
      expect(result[set].loss[point]).toBeCloseTo(expected[set].loss, 5);
      expect(result[set].error[point]).toBeCloseTo(1 - expected[set].accuracy, 6);
    }
    // Interpolated statistics give something else, so that the test tells them apart.
    expect(Math.abs(expected.stale.loss - expected.test.loss)).toBeGreaterThan(1e-3);
  }
});
