import { describe, expect, it, vi } from 'vitest';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { lenet300100 } from '../../../../src/main/engine/architectures/lenet-300-100.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import {
  CostEstimates,
  estimateCost,
} from '../../../../src/main/workbench/planning/cost-estimate.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { type PaceRecord, Store } from '../../../../src/main/store/store.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { temporaryFile } from '../../store/samples.ts';

const builds = vi.hoisted(() => vi.fn<(kinds?: readonly string[]) => Promise<void>>());
vi.mock(import('../../../../src/main/engine/sparse/ensure.ts'), async (importOriginal) => ({
  ...(await importOriginal()),
  ensureSparseEngine: builds,
}));
vi.mock(import('../../../../src/main/workbench/running/own-workers.ts'), () => ({
  startOwnWorkers: () => Promise.reject(new Error('no workers here')),
}));

const COMMON = [
  'training.iterations=200',
  'training.evaluateEvery=100',
  'pruning.levels=1',
  'replicates.count=1',
  'branches=[]',
];
const planOf = (...assignments: string[]) =>
  planSearch(resolveSettings({ assignments: [...COMMON, ...assignments] }));

/** Dense networks take twice as long as tickets. */
const PACES = [1, 0.8].map((density) => ({
  density,
  millisecondsPerIteration: density === 1 ? 1 : 0.5,
  millisecondsPerEvaluation: 10,
}));
const DENSE = 200 + 3 * 10;
const TICKET = 100 + 3 * 10;
const LATER_TICKET = 75 + 3 * 10;

function openEstimates() {
  const store = Store.open(temporaryFile());
  const paces = vi.spyOn(store.trainings, 'paces').mockReturnValue(PACES);
  return { estimates: new CostEstimates(store), paces };
}

it('counts once what searches that run together share', async () => {
  const { estimates } = openEstimates();
  const plans = [await planOf(), await planOf('rewind.iteration=50')];

  expect(estimates.findTogether(plans, 1)).toMatchObject({
    seconds: (DENSE + TICKET + LATER_TICKET) / 1000,
    workers: 1,
    basis: 'history',
  });
  expect(estimates.findTogether(plans.slice(0, 1), 1)?.seconds).toBe((DENSE + TICKET) / 1000);
});

it('takes at least as long as the longest chain of tickets, whose dense network may be shared', async () => {
  const { estimates } = openEstimates();
  const plans = [await planOf('rewind.iteration=50'), await planOf()];

  expect(estimates.findTogether(plans, 100)?.seconds).toBe((DENSE + TICKET) / 1000);
});

it.each(['dense', 'auto', 'measured', 'sparse-relaxed'])(
  'builds what workers measure for a search on the %s engine',
  async (engine) => {
    const { estimates } = openEstimates();
    builds.mockClear();

    const calibration = estimates.calibrate(await planOf(`training.engine=${engine}`));

    await expect(calibration).rejects.toThrow('no workers here');
    expect(builds.mock.calls).toEqual([[['strict']]]);
  },
);

it('is not known where nothing is known of one of them', async () => {
  const { estimates, paces } = openEstimates();
  paces.mockImplementation(({ training }) => (training.batchSize === 60 ? PACES : []));
  const plans = [await planOf(), await planOf('training.batchSize=61')];

  expect(estimates.findTogether(plans, 1)).toBeUndefined();
  expect(estimates.findTogether(plans.slice(0, 1), 1)).toBeDefined();
});

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
  const known = { densities, paces: [PACE], basis: 'history' } as const;
  return estimateCost({ settings, layout, targets, ...known }, workers);
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
