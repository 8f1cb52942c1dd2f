import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/main/engine/network.ts';
import { lenet300100 } from '../../../src/main/engine/architectures/lenet-300-100.ts';
import { plannedTargets } from '../../../src/main/engine/pruning/levels.ts';
import { estimateCost } from '../../../src/main/workbench/cost-estimate.ts';
import type { PaceRecord } from '../../../src/main/store/store.ts';
import { tinySettings } from '../../support/tiny-settings.ts';

const PACE: PaceRecord = {
  density: 1,
  millisecondsPerIteration: 10,
  millisecondsPerEvaluation: 0,
};

const layout = layoutOf(lenet300100.build({ id: 'lenet-300-100' }, [28, 28, 1], 10));

function estimateWith(analyses: readonly { readonly id: string }[], workers: number) {
  const settings = tinySettings({ analyses });
  const targets = plannedTargets(settings.pruning, layout);
  const densities = Float64Array.of(1, 0.8, 0.64);
  return estimateCost({ settings, layout, targets }, densities, workers, [PACE], 'history');
}

describe('what a search will cost', () => {
  // 2 replicates of a dense network, 2 tickets and 2 controls, 30 iterations each.
  const trainings = (2 * 5 * 30 * 10) / 1000;

  it('is its trainings, shared by the workers', () => {
    expect(estimateWith([], 1)).toMatchObject({ seconds: trainings, analysisSeconds: 0 });
    // The tickets of a replicate follow each other.
    expect(estimateWith([], 9).seconds).toBe((3 * 30 * 10) / 1000);
  });

  it('and the units of its analyses, after the trainings', () => {
    // An early-bird unit trains the dense network once; there is one for each replicate.
    const [alone, shared, more] = [1, 2, 9].map((workers) =>
      estimateWith([{ id: 'early-bird' }], workers),
    );
    expect(alone).toMatchObject({ seconds: trainings + 0.6, analysisSeconds: 0.6 });
    expect(shared!.analysisSeconds).toBe(0.3);
    expect(more!.analysisSeconds).toBe(0.3);
  });
});
