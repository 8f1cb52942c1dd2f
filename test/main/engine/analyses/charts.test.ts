import { describe, expect, it } from 'vitest';
import type { ConnectivityResult } from '../../../../src/main/engine/analyses/connectivity.ts';
import type { EarlyBirdResult } from '../../../../src/main/engine/analyses/early-bird.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import type { InstabilityResult } from '../../../../src/main/engine/analyses/instability.ts';
import type { MaskOverlapResult } from '../../../../src/main/engine/analyses/mask-overlap.ts';
import type {
  GroupMovement,
  WeightMovementResult,
} from '../../../../src/main/engine/analyses/weight-movement.ts';
import { drawnChart } from '../../../../src/shared/charts/chart-description.ts';
import type { HeatCell } from '../../../../src/shared/charts/heat-map.ts';
import { isBand, type LineChart } from '../../../../src/shared/charts/line-chart.ts';
import { LIGHT_THEME } from '../../../../src/shared/charts/palette.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';

const path = (...error: number[]) => ({
  error: Float64Array.from(error),
  loss: Float64Array.from(error),
  barrier: Math.max(...error) - (error[0]! + error.at(-1)!) / 2,
});

const instability = (
  replicate: number,
  level: number,
  test: InstabilityResult['test'],
): AnalysisResult & InstabilityResult => ({
  kind: 'instability',
  replicate,
  level,
  density: 0.8 ** level,
  rewind: 0,
  alphas: Float64Array.of(0, 0.5, 1),
  train: path(0, 0, 0),
  test,
  trainExamples: 10,
  distance: 1,
});

const overlap = (scope: 'layer' | 'global'): AnalysisResult & MaskOverlapResult => ({
  kind: 'mask-overlap',
  between: 'replicates',
  tensors: ['fc.kernel'],
  scope,
  pairs: [0.3, 0.5].map((value, index) => ({
    one: { replicate: 0, level: 2 },
    other: { replicate: index + 1, level: 2 },
    overlap: value,
    expected: 0.2,
    expectedGlobally: 0.1,
    tensorOverlaps: Float64Array.of(value),
    tensorExpected: Float64Array.of(0.2),
  })),
});

const group = (count: number): GroupMovement => ({
  count,
  initial: { counts: Uint32Array.of(count, 0), mean: 0.1, median: 0.1 },
  final: { counts: Uint32Array.of(0, count), mean: 0.3, median: 0.3 },
  meanMovement: 0.2,
  signChanges: 0,
  finalByInitial: Float64Array.of(0.3, 0),
});

const earlyBird = (result: EarlyBirdResult): AnalysisResult & EarlyBirdResult => ({
  kind: 'early-bird',
  ...result,
});

const RESULTS: readonly AnalysisResult[] = [
  instability(0, 0, path(0.02, 0.05, 0.02)),
  instability(1, 0, path(0.04, 0.09, 0.02)),
  instability(0, 1, path(0.01, 0.01, 0.01)),
  overlap('layer'),
  ...[0, 1].map((level): AnalysisResult & ConnectivityResult => ({
    kind: 'connectivity',
    replicate: 0,
    level,
    density: 1 - level / 2,
    effectiveDensity: 1 - level * 0.6,
    inputs: 4,
    deadInputs: level,
    layers: [
      {
        layer: 'fc',
        weights: 10,
        kept: 10 - 5 * level,
        effective: 10 - 10 * level,
        units: 2,
        deadUnits: 0,
        unreachedUnits: 0,
        unreadUnits: 0,
      },
    ],
  })),
  ...[0, 1].map((level): AnalysisResult & WeightMovementResult => ({
    kind: 'weight-movement',
    replicate: 0,
    level,
    density: 1,
    tensors: [
      { name: 'all', largest: 0.4, survivors: group(1234), pruned: group(level === 0 ? 9 : 0) },
    ],
  })),
  earlyBird({
    replicate: 0,
    iterations: Uint32Array.of(10, 20, 30),
    levels: [
      {
        level: 1,
        density: 0.5,
        distances: Float64Array.of(0, 0.3, 0.4, 0.3, 0, 0.2, 0.4, 0.2, 0),
        expected: 0.5,
        earlyBird: 30,
      },
    ],
  }),
];

const CHARTS = analyses.entries.flatMap((analysis) =>
  analysis.charts.map(({ id }) => ({ analysis: analysis.id, chart: id })),
);

/** Undefined if there is nothing to draw. */
function tryToDraw(
  name: string,
  results: readonly AnalysisResult[],
  options: object = {},
): LineChart | undefined {
  const chart = analyses.entries.flatMap(({ charts }) => charts).find(({ id }) => id === name)!;
  const described = chart.describe(results, { name: 'a search', ...options });
  return described && drawnChart(described, LIGHT_THEME);
}

const draw = (name: string, results = RESULTS, options: object = {}): LineChart =>
  tryToDraw(name, results, options)!;

const lines = (chart: LineChart): Record<string, number[]> =>
  Object.fromEntries(
    chart.data.datasets
      .filter(({ label }) => !isBand(label))
      .map(({ label, data }): [string, number[]] => [
        label ?? '',
        data.map(({ y }) => Number(y.toPrecision(6))),
      ]),
  );

describe.each(CHARTS)('the chart $chart', ({ analysis, chart }) => {
  it('has a title, axes with units, a legend and says what N is', () => {
    const { options, data } = draw(chart);
    expect(options?.plugins?.title?.text).toContain('a search');
    expect(options?.plugins?.subtitle?.text).toMatch(/N = \d/);
    for (const axis of ['x', 'y']) {
      const { title } = options!.scales![axis] as { title: { text: string } };
      expect(title.text.length).toBeGreaterThan(3);
    }
    expect(options?.plugins?.legend?.display).not.toBe(false);
    for (const { label, data: points } of data.datasets) {
      expect(label).not.toBe('');
      for (const { x, y } of points) {
        expect(Number.isFinite(x)).toBe(true);
        expect(Number.isFinite(y)).toBe(true);
      }
    }
  });

  it('draws nothing of nothing, or of another analysis', () => {
    const others = RESULTS.filter(({ kind }) => kind !== analysis);
    expect(tryToDraw(chart, [])).toBeUndefined();
    expect(tryToDraw(chart, others)).toBeUndefined();
  });
});

describe('what charts of analyses show', () => {
  it('the barrier in the legend, over replicates, and the error in percent', () => {
    expect(lines(draw('barrier'))).toEqual({
      // Barriers of 3 and 6 points.
      'dense, from iteration 0: barrier 4.50': [3, 7, 2],
      'level 1 (80% density), from iteration 0: barrier 0.00': [1, 1, 1],
    });
    const bands = draw('barrier').data.datasets.filter(({ label }) => isBand(label));
    expect(bands.slice(0, 2).map(({ data }) => data[1]!.y)).toEqual([5, 9]);
  });

  it('overlap beside chance, and a second chance where weights are pruned together', () => {
    expect(lines(draw('mask-overlap'))).toEqual({
      overlap: [40],
      'by chance, same layer densities': [20],
    });
    const global = draw('mask-overlap', [overlap('global')]);
    expect(lines(global)['by chance, same overall density']).toEqual([10]);
  });

  it('densities by level, ending where a logarithmic axis does', () => {
    expect(lines(draw('connectivity'))).toEqual({
      network: [100, 50],
      'network, effective': [100, 40],
      fc: [100, 50],
      'fc, effective': [100],
    });
  });

  it('branches apart from the ticket, under their names', () => {
    const control = (result: AnalysisResult): AnalysisResult =>
      ({ ...result, branch: 'shuffled-mask' }) as AnalysisResult;
    const both = (chart: string, options = {}) =>
      draw(chart, [...RESULTS, ...RESULTS.map(control)], options);
    expect(Object.keys(lines(both('barrier'))).slice(2)).toEqual([
      'shuffled-mask, dense, from iteration 0: barrier 4.50',
      'shuffled-mask, level 1 (80% density), from iteration 0: barrier 0.00',
    ]);
    expect(lines(both('connectivity'))).toEqual({
      ...lines(draw('connectivity')),
      'network, shuffled-mask': [100, 50],
      'network, shuffled-mask, effective': [100, 40],
    });
    const subtitle = (options: object) =>
      both('weight-movement', options).options?.plugins?.subtitle?.text;
    expect(subtitle({})).toMatch(/^level 0/);
    expect(subtitle({ branch: 'shuffled-mask' })).toMatch(/^shuffled-mask, level 0/);
  });

  it('the last level that prunes, unless another one is chosen', () => {
    expect(lines(draw('weight-movement'))).toEqual({
      'survivors, initial': [1234, 0],
      'survivors, final': [0, 1234],
      'pruned next, initial': [9, 0],
      'pruned next, final': [0, 9],
    });
    expect(draw('weight-movement').options?.plugins?.subtitle?.text).toContain(
      'N = 1,234 survivors, 9 pruned next',
    );
    const last = draw('weight-movement', RESULTS, { level: 1 });
    expect(Object.keys(lines(last))).toEqual(['survivors, initial', 'survivors, final']);
    expect(tryToDraw('weight-movement', RESULTS, { replicate: 3 })).toBeUndefined();
  });

  it('distances to the final mask and to the one before', () => {
    expect(lines(draw('early-bird'))).toEqual({
      'to the final mask, level 1 (50% density): settled at 30 in 1 of 1': [40, 20, 0],
      'to the previous mask, level 1 (50% density)': [30, 20],
      'by chance, level 1': [50, 50],
    });
  });

  it('the distance of each mask to each, as cells that meet', () => {
    const cells = draw('early-bird-distances').data.datasets[0]!.data as unknown as HeatCell[];
    expect(cells.map(({ value }) => Number(value.toPrecision(6)))).toEqual([
      0, 30, 40, 30, 0, 20, 40, 20, 0,
    ]);
    expect(cells[1]).toMatchObject({ x: 10, y: 20, left: 5, right: 15, bottom: 15, top: 25 });
    expect(tryToDraw('early-bird-distances', RESULTS, { level: 7 })).toBeUndefined();
  });

  it('of many masks every so many, the last one among them', () => {
    const count = 130;
    const many = earlyBird({
      replicate: 0,
      iterations: Uint32Array.from({ length: count }, (_, mask) => mask + 1),
      levels: [
        {
          level: 1,
          density: 0.5,
          distances: new Float64Array(count ** 2),
          expected: 0.5,
          earlyBird: undefined,
        },
      ],
    });
    const chart = draw('early-bird-distances', [many]);
    const columns = new Set(chart.data.datasets[0]!.data.map(({ x }) => x));
    expect([columns.size, Math.max(...columns)]).toEqual([44, count]);
    expect(chart.options?.plugins?.subtitle?.text).toContain('44 of 130 masks');
  });

  it('dashed lines as dashed in the legend, hidden ones as hidden, bands not at all', () => {
    const chart = draw('early-bird');
    const drawn = { data: chart.data, isDatasetVisible: (index: number) => index !== 3 };
    const items = chart.options!.plugins!.legend!.labels!.generateLabels!(drawn as never);
    expect(items.map(({ lineDash, hidden }) => [lineDash, hidden])).toEqual([
      [[], false],
      [[2, 3], true],
      [[2, 4], false],
    ]);
  });
});
