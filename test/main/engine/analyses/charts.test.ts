import { describe, expect, it } from 'vitest';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { drawnChart } from '../../../../src/shared/charts/chart-description.ts';
import type { HeatCell } from '../../../../src/shared/charts/heat-map.ts';
import { isBand, type LineChart } from '../../../../src/shared/charts/line-chart.ts';
import { LIGHT_THEME } from '../../../../src/shared/charts/palette.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import { earlyBird, overlap, RESULTS } from './sample-results.ts';

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
      'level 1 (80 % density), from iteration 0: barrier 0.00': [1, 1, 1],
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
      'shuffled-mask, level 1 (80 % density), from iteration 0: barrier 0.00',
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
      'to the final mask, level 1 (50 % density): settled at 30 in 1 of 1': [40, 20, 0],
      'to the previous mask, level 1 (50 % density)': [30, 20],
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
