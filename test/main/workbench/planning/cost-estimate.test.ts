import { availableParallelism } from 'node:os';
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
import type { DensitySpeed } from '../../../../src/shared/domain/engine.ts';
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
  'training.engine=dense',
];
const planOf = (...assignments: string[]) =>
  planSearch(resolveSettings({ assignments: [...COMMON, ...assignments] }));

/** Dense networks take twice as long as tickets. */
const PACES = [1, 0.81].map((density): PaceRecord => ({
  density,
  engine: 'dense',
  millisecondsPerIteration: density === 1 ? 1 : 0.5,
  evaluationMilliseconds: 30,
  evaluations: { validation: 3, test: 3 },
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

it.each([
  ['dense', []],
  ['auto', ['strict']],
  ['measured', ['strict']],
  ['sparse', ['strict']],
  ['sparse-relaxed', ['relaxed']],
])('builds what workers measure for a search on the %s engine', async (engine, modules) => {
  const { estimates } = openEstimates();
  builds.mockClear();

  const calibration = estimates.calibrate(await planOf(`training.engine=${engine}`));

  await expect(calibration).rejects.toThrow('no workers here');
  expect(builds.mock.calls).toEqual([[modules]]);
});

it('is not known where nothing is known of one of them', async () => {
  const { estimates, paces } = openEstimates();
  paces.mockImplementation(({ training }) => (training.batchSize === 60 ? PACES : []));
  const plans = [await planOf(), await planOf('training.batchSize=61')];

  expect(estimates.findTogether(plans, 1)).toBeUndefined();
  expect(estimates.findTogether(plans.slice(0, 1), 1)).toBeDefined();
});

const SPEED: DensitySpeed = {
  engine: 'dense',
  density: 1,
  millisecondsPerIteration: 10,
  millisecondsPerExample: 0,
};

const layout = layoutOf(lenet300100.build({ id: 'lenet-300-100' }, [28, 28, 1], 10));

function estimateWith(
  analyses: readonly { readonly id: string }[],
  workers: number,
  speeds: readonly DensitySpeed[] = [SPEED],
) {
  const settings = tinySettings({ analyses, training: TRAINING });
  const targets = plannedTargets(settings.pruning, layout);
  const evaluated = { validation: 60, test: 40 };
  const known = { evaluated, speeds, basis: 'history' } as const;
  return estimateCost({ settings, layout, targets, ...known }, workers);
}

const TRAINING = {
  optimizer: { id: 'adam', learningRate: 0.01 },
  batchSize: 20,
  iterations: 30,
  evaluateEvery: 10,
  engine: 'dense',
};

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

  it('is partly evaluation, at this interval', () => {
    // 30 steps of 10 ms, and 4 evaluations of 100 examples of 0.25 ms.
    const evaluated = { ...SPEED, millisecondsPerExample: 0.25 };
    expect(estimateWith([], 1).evaluationShare).toBe(0);
    expect(estimateWith([], 1, [evaluated]).evaluationShare).toBeCloseTo(100 / (300 + 100), 9);
    const { seconds, evaluationShare } = estimateWith([{ id: 'early-bird' }], 1, [evaluated]);
    expect(seconds).toBeCloseTo((trainings * 4) / 3 + 0.6, 9);
    expect(evaluationShare).toBeCloseTo(trainings / 3 / seconds, 9);
  });

  it('is that of the density of each level', () => {
    const sparse = [1, 0.8, 0.64].map((density): DensitySpeed => ({
      ...SPEED,
      density,
      millisecondsPerIteration: 10 * density,
    }));
    // Level 0 has no control.
    const { seconds } = estimateWith([], 1, sparse);
    expect(seconds).toBeCloseTo((2 * 30 * (10 + 2 * 8.004 + 2 * 6.406)) / 1000, 3);
  });
});

it('is not shortened by workers that share a core', async () => {
  const { estimates } = openEstimates();
  const plan = await planOf('replicates.count=200');
  const cores = availableParallelism();

  expect(estimates.find(plan, cores * 50)).toEqual(estimates.find(plan, cores));
  expect(estimates.find(plan, cores * 50)).toMatchObject({ workers: cores });
  expect(estimates.findTogether([plan], cores * 50)).toEqual(estimates.findTogether([plan], cores));
});
