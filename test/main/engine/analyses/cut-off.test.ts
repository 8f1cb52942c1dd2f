import { afterAll, describe, expect, it } from 'vitest';
import type { ConnectivityResult } from '../../../../src/main/engine/analyses/connectivity.ts';
import type { EarlyBirdResult } from '../../../../src/main/engine/analyses/early-bird.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import type { InstabilityResult } from '../../../../src/main/engine/analyses/instability-results.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { drawnChart } from '../../../../src/shared/charts/chart-description.ts';
import { LIGHT_THEME } from '../../../../src/shared/charts/palette.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import { packMask } from '../../../../src/shared/domain/mask.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { trainByHand } from './harness.ts';

const kernels = new Kernels();
const search = trainByHand(kernels, tinySettings({ branches: [] }), tinyDataset());

afterAll(() => {
  search.lotteryTrainer.dispose();
  expect(kernels.tensorCount).toBe(0);
});

/**
 * Fc1 [12, 8] leads to unit 0 only, fc2 [8, 6] reads unit 1 only: every layer has weights, but no
 * path leads through them.
 */
const cutOff = Uint8Array.from({ length: 162 }, (_, index) => {
  if (index < 96) return Number(index % 8 === 0);
  return Number(index >= 144 || Math.floor((index - 96) / 6) === 1);
});

function analyse(id: string, mask: Uint8Array): AnalysisResult {
  const choice = { id, ...(id === 'instability' ? { points: 3 } : {}) };
  const unit = search.plan(choice)[0]!;
  return search.lotteryTrainer.analyse(
    {
      choice,
      unit,
      engines: ['dense', 'dense', 'dense'],
      arrays: unit.needs.map(({ array }) =>
        array === 'mask' ? packMask(mask) : search.tickets[0]!.initialWeights,
      ),
    },
    { onAdvance: () => true },
  );
}

const reportOf = (...results: AnalysisResult[]) =>
  analyses.get(results[0]!.kind).report(results, { name: 'a search' });

const stable = (...results: AnalysisResult[]) => {
  const [table] = reportOf(...results).tables;
  return table!.rows.map((row) => row.at(-1));
};

describe('a network without a path from input to output', () => {
  const measured = analyse('instability', cutOff) as AnalysisResult & InstabilityResult;

  it('has no barrier, and is not called stable', () => {
    expect(measured.effectiveDensity).toBe(0);
    expect(new Set(measured.test.error).size).toBe(1);
    expect(measured.test.barrier).toBe(0);
    expect(stable(measured)).toEqual(['no path']);
    expect(reportOf(measured).notes).toContain(
      'Level 0, rewind 0: no path of kept weights leads from an input to a logit in 1 of 1 replicate; its answers do not depend on the example, so it is neither stable nor unstable.',
    );
  });

  it('is named in the legend of the chart', () => {
    const { charts } = reportOf(measured);
    const chart = drawnChart(charts[0]!.chart, LIGHT_THEME);
    expect(chart.data.datasets.map(({ label }) => label)).toContain(
      'dense, from iteration 0: barrier 0.00 (no path)',
    );
  });

  it('is named by the analysis of connectivity', () => {
    const result = analyse('connectivity', cutOff) as AnalysisResult & ConnectivityResult;
    expect(result.effectiveDensity).toBe(0);
    expect(reportOf(result).notes).toContain(
      'Level 0: no path of kept weights leads from an input to a logit in 1 of 1 replicate; its answers do not depend on the example.',
    );
    const whole = analyse('connectivity', new Uint8Array(162).fill(1));
    expect(reportOf(whole).notes).toHaveLength(2);
  });

  it('is named by the analysis of early-bird masks', () => {
    const [found] = search.analyse({ id: 'early-bird' });
    expect(found!.levels[0]!.hasLivePath).toBe(true);
    const result = { kind: 'early-bird', ...found! };
    expect(reportOf(result).notes).toHaveLength(1);
    const [masks] = found!.levels;
    const without: AnalysisResult & EarlyBirdResult = {
      ...result,
      levels: [{ ...masks!, hasLivePath: false }],
    };
    expect(reportOf(without).notes).toContain(
      'Level 2, replicate 1: no path of kept weights leads from an input to a logit under the last mask, so that masks which settle there are of no use.',
    );
  });
});

describe('copies that err as often as a constant answer', () => {
  const learned = analyse('instability', new Uint8Array(162).fill(1)) as AnalysisResult &
    InstabilityResult;
  const erring = (error: number, replicate = 0): AnalysisResult & InstabilityResult => ({
    ...learned,
    replicate,
    testSet: { examples: 100, commonestClass: 0.4 },
    test: { error: Float64Array.of(error, error, error), loss: learned.test.loss, barrier: 0 },
  });

  it('know the commonest class of the test set', () => {
    const { labels } = tinyDataset().test;
    const counts = [0, 1, 2].map((label) => labels.filter((own) => own === label).length);
    expect(learned.testSet).toEqual({ examples: 60, commonestClass: Math.max(...counts) / 60 });
    expect(learned.effectiveDensity).toBe(1);
    expect(stable(learned)).toEqual([learned.test.barrier < 0.02 ? 'yes' : 'no']);
  });

  // Two standard errors of a fraction of 0.6 of 100 examples are 0.098.
  it.each([
    [0.5, 'yes'],
    [0.51, 'constant'],
    [0.6, 'constant'],
    [0.9, 'constant'],
  ])('an error of %f is stable: %s', (error, expected) => {
    expect(stable(erring(error))).toEqual([expected]);
  });

  it('are counted among the replicates, and the error is named', () => {
    const results = [erring(0.1, 0), erring(0.6, 1), erring(0.1, 2)];
    expect(stable(...results)).toEqual(['constant']);
    expect(reportOf(...results).notes.at(-1)).toBe(
      'Level 0, rewind 0: the test error at the ends is that of always answering the commonest class (60.00 %) in 1 of 3 replicates; such copies learned nothing, so their barrier says nothing.',
    );
    expect(reportOf(erring(0.1)).notes).toHaveLength(2);
  });

  it('export what they were compared with', () => {
    const rows = analyses.get('instability').rows(erring(0.1));
    const valueOf = (name: string) => rows.find(({ quantity }) => quantity === name)?.value;
    expect(valueOf('effective density')).toBe(1);
    expect(valueOf('test error of a constant')).toBe(0.6);
  });

  it('are judged by their barrier alone in results of earlier versions', () => {
    const { effectiveDensity: _, testSet: __, ...earlier } = erring(0.9);
    expect(stable(earlier)).toEqual(['yes']);
    expect(
      analyses
        .get('instability')
        .rows(earlier)
        .map(({ quantity }) => quantity),
    ).not.toContain('effective density');
  });
});
