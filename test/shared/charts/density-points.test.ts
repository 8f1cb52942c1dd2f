import { describe, expect, it } from 'vitest';
import { comparisonChart } from '../../../src/shared/charts/density-chart.ts';
import {
  QUANTITIES,
  seriesPoints,
  summaryPoint,
} from '../../../src/shared/charts/density-points.ts';
import type { BranchSummary } from '../../../src/shared/domain/search.ts';
import { spreadOf } from '../../../src/shared/domain/statistics.ts';
import { sampleSeries } from '../../support/sample-series.ts';

const { accuracy } = QUANTITIES;

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
  const [series] = sampleSeries(
    [1, 0.5, 0.25],
    [
      [0.5, 0.7],
      [0.6, Number.NaN],
      [Number.NaN, Number.NaN],
    ],
  ).branches;

  it('leave out what has not finished, and say how many replicates have', () => {
    const points = seriesPoints(series!, accuracy);
    expect(points.map(({ x, n }) => [x, n])).toEqual([
      [100, 2],
      [50, 1],
    ]);
    expect(points[1]?.values).toEqual([60, Number.NaN]);
    expect(points[1]).not.toHaveProperty('lower');
    expect(points[1]).not.toHaveProperty('difference');
  });

  it('say their differences in the unit of the axis', () => {
    const difference = { mean: 0.01, lower: -0.02, upper: 0.04 };
    const points = seriesPoints(series!, accuracy, [undefined, difference]);
    expect(points[0]).not.toHaveProperty('difference');
    expect(points[1]?.difference).toEqual({ mean: 1, lower: -2, upper: 4 });
  });

  const reference = sampleSeries(
    [1, 0.51],
    [
      [0.5, 0.7],
      [0.4, 0.6],
    ],
  );

  it('differ from another search in its own colours, if that is the reference', () => {
    const searches = [reference, reference];
    const options = { reference: 1, colours: [4, 2] };
    const chart = comparisonChart(searches, 'ticket', 'accuracy', options);
    expect(chart.reference).toBe('a #2');
    const [first, second] = chart.kind === 'lines' ? chart.lines : [];
    expect(first).toMatchObject({ colour: 4, points: [{ difference: { mean: 0 } }, {}] });
    expect(second?.kind === 'banded' && second.points[0]).not.toHaveProperty('difference');
    expect(second).toMatchObject({ colour: 2 });
  });

  it('differ from the first search in a comparison, and the chart says so', () => {
    const chart = comparisonChart([reference, reference], 'ticket', 'accuracy');
    expect(chart.reference).toBe('a #1');
    const [first, second] = chart.kind === 'lines' ? chart.lines : [];
    expect(first?.kind === 'banded' && first.points[0]).not.toHaveProperty('difference');
    expect(second?.kind === 'banded' && second.points[0]).toMatchObject({
      difference: { mean: 0 },
    });
  });
});
