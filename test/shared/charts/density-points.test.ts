import { describe, expect, it } from 'vitest';
import type { SearchSeries } from '../../../src/shared/contract/records/search-results.ts';
import { comparisonChart } from '../../../src/shared/charts/density-chart.ts';
import {
  QUANTITIES,
  seriesPoints,
  summaryPoint,
} from '../../../src/shared/charts/density-points.ts';
import type { BranchSummary } from '../../../src/shared/domain/search.ts';
import { spreadOf } from '../../../src/shared/domain/statistics.ts';
import { tinySettings } from '../../support/tiny-settings.ts';

const { accuracy } = QUANTITIES;

/** @param values `[levels][replicates]`, as fractions; NaN where one has not finished. */
function drawn(densities: readonly number[], values: readonly (readonly number[])[], seed = 1) {
  const finished = values.map((level) => level.filter((value) => !Number.isNaN(value)));
  const measure = {
    mean: Float64Array.from(finished, (level) => level.reduce((a, b) => a + b, 0) / level.length),
    min: Float64Array.from(finished, (level) => Math.min(...level)),
    max: Float64Array.from(finished, (level) => Math.max(...level)),
    values: Float64Array.from(values.flat()),
  };
  const settings = tinySettings();
  const series = {
    branch: 'ticket',
    levels: Uint32Array.from(densities.keys()),
    densities: Float64Array.from(densities),
    testAccuracyAtEarlyStop: measure,
    testAccuracy: measure,
    earlyStopIteration: measure,
    validationLoss: measure,
  };
  const search: SearchSeries = {
    id: 'a',
    name: 'a',
    settings: { ...settings, replicates: { ...settings.replicates, seed } },
    replicates: values[0]!.length,
    branches: [series],
  };
  return { search, series };
}

describe('a point of a branch', () => {
  it('has its difference from the dense network and its verdict', () => {
    const summary = {
      testAccuracyAtEarlyStop: spreadOf([0.5, 0.7]),
      verdict: {
        kind: 'winning',
        reason: '',
        accuracyDifference: { mean: 0.1, lower: undefined, upper: undefined },
      },
    } as unknown as BranchSummary;
    const point = summaryPoint(0.5, summary, accuracy);
    expect(point).toMatchObject({ x: 50, min: 50, max: 70, n: 2, verdict: 'winning' });
    expect(point.values).toEqual([50, 70]);
    expect(point.difference).toEqual({ mean: 10 });
    // t with one degree of freedom: 12.706 times the standard error, 10 points.
    expect(point.mean - point.lower!).toBeCloseTo(127.06, 1);
  });
});

describe('the points of a search', () => {
  it('leave out what has not finished, and say how many replicates have', () => {
    const points = seriesPoints(
      drawn(
        [1, 0.5, 0.25],
        [
          [0.5, 0.7],
          [0.6, Number.NaN],
          [Number.NaN, Number.NaN],
        ],
      ),
      accuracy,
    );
    expect(points.map(({ x, n }) => [x, n])).toEqual([
      [100, 2],
      [50, 1],
    ]);
    expect(points[1]?.values).toEqual([60, Number.NaN]);
    expect(points[1]).not.toHaveProperty('lower');
  });

  const reference = drawn(
    [1, 0.51],
    [
      [0.5, 0.7],
      [0.4, 0.6],
    ],
  );

  it('differ from the same replicates of the reference at the same density', () => {
    const points = seriesPoints(
      drawn(
        [1, 0.5, 0.2],
        [
          [0.6, 0.81],
          [0.5, Number.NaN],
          [0.1, 0.1],
        ],
      ),
      accuracy,
      reference,
    );
    expect(points[0]?.difference?.mean).toBeCloseTo(10.5);
    expect(points[0]?.difference?.lower).toBeLessThan(10.5);
    expect(points[1]?.difference?.mean).toBeCloseTo(10);
    expect(points[2]).not.toHaveProperty('difference');
  });

  it('have no interval of the difference where replicates do not belong together', () => {
    const [point] = seriesPoints(drawn([1], [[0.6, 0.81]], 2), accuracy, reference);
    expect(point?.difference).toEqual({ mean: expect.closeTo(10.5) });
  });

  it('differ from another search in its own colours, if that is the reference', () => {
    const searches = [reference.search, reference.search];
    const options = { reference: 1, colours: [4, 2] };
    const chart = comparisonChart(searches, 'ticket', 'accuracy', options);
    expect(chart.reference).toBe('a #2');
    const [first, second] = chart.kind === 'lines' ? chart.lines : [];
    expect(first).toMatchObject({ colour: 4, points: [{ difference: { mean: 0 } }, {}] });
    expect(second?.kind === 'banded' && second.points[0]).not.toHaveProperty('difference');
    expect(second).toMatchObject({ colour: 2 });
  });

  it('differ from the first search in a comparison, and the chart says so', () => {
    const chart = comparisonChart([reference.search, reference.search], 'ticket', 'accuracy');
    expect(chart.reference).toBe('a #1');
    const [first, second] = chart.kind === 'lines' ? chart.lines : [];
    expect(first?.kind === 'banded' && first.points[0]).not.toHaveProperty('difference');
    expect(second?.kind === 'banded' && second.points[0]).toMatchObject({
      difference: { mean: 0 },
    });
  });
});
