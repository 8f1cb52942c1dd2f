import { describe, expect, it } from 'vitest';
import { comparisonChart, DENSITY_CHARTS } from '../../../src/shared/charts/density-chart.ts';
import { QUANTITIES } from '../../../src/shared/charts/density-points.ts';
import type { SearchSeries } from '../../../src/shared/contract/records/search-results.ts';
import { comparedRows } from '../../../src/shared/domain/compared-levels.ts';
import {
  differencesFrom,
  type SearchBranch,
} from '../../../src/shared/domain/search-differences.ts';
import { pairedDifference } from '../../../src/shared/domain/statistics.ts';
import { sampleSeries } from '../../support/sample-series.ts';

const branchOf = (search: SearchSeries): SearchBranch => ({ search, series: search.branches[0]! });
const { measure } = QUANTITIES.accuracy;
const differences = (reference: SearchSeries, compared: SearchSeries) =>
  differencesFrom(branchOf(reference), branchOf(compared), measure, 0.95);

describe('differences between searches of one seed', () => {
  const reference = sampleSeries(
    [1, 0.51],
    [
      [0.5, 0.7, 0.6],
      [0.4, 0.6, 0.5],
    ],
  );

  it('are over the replicates that both have finished, with their interval', () => {
    const found = differences(
      reference,
      sampleSeries(
        [1, 0.5],
        [
          [0.6, 0.81, 0.65],
          [0.5, Number.NaN, 0.58],
        ],
      ),
    );
    expect(found).toEqual([
      pairedDifference([0.5, 0.7, 0.6], [0.6, 0.81, 0.65], 0.95),
      pairedDifference([0.4, 0.5], [0.5, 0.58], 0.95),
    ]);
    // The means alone would differ by 4 points: the replicate that is missing was the best.
    expect(found[1]?.mean).toBeCloseTo(0.09);
    expect(found[1]?.lower).toBeLessThan(0.09);
  });

  it('are there only where both have the density and a replicate in common', () => {
    const found = differences(
      sampleSeries(
        [1, 0.5],
        [
          [0.5, Number.NaN],
          [0.4, 0.5],
        ],
      ),
      sampleSeries(
        [1, 0.2],
        [
          [Number.NaN, 0.7],
          [0.4, 0.5],
        ],
      ),
    );
    expect(found).toEqual([undefined, undefined]);
  });
});

it('differences between searches of different seeds are those of the means, without interval', () => {
  const found = differences(
    sampleSeries([1], [[0.5, 0.7]]),
    sampleSeries([1], [[0.6, 0.9, Number.NaN]], { seed: 2 }),
  );
  expect(found).toEqual([
    { mean: expect.closeTo(0.15) as number, lower: undefined, upper: undefined },
  ]);
});

describe('a chart and a table', () => {
  const nan = Number.NaN;
  const searches = [
    sampleSeries(
      [1, 0.5, 0.25],
      [
        [0.9, 0.92, 0.91],
        [0.93, nan, 0.9],
        [0.8, 0.85, nan],
      ],
    ),
    sampleSeries(
      [1, 0.505, 0.3],
      [
        [0.91, 0.94, 0.9],
        [0.94, 0.95, 0.91],
        [0.7, 0.8, 0.9],
      ],
      { id: 'same seed' },
    ),
    sampleSeries(
      [1, 0.52, 0.25],
      [
        [0.88, nan, 0.9],
        [0.9, 0.91, 0.92],
        [nan, 0.85, 0.9],
      ],
      { id: 'other seed', seed: 2 },
    ),
    sampleSeries(
      [1, 0.51, 0.251],
      [
        [0.89, 0.91, nan],
        [0.9, 0.96, 0.92],
        [0.83, 0.86, 0.9],
      ],
      { id: 'stricter', confidence: 0.99 },
    ),
  ];

  it.each([0, 1, 2, 3])(
    'say the same differences, with the same intervals, from search %i',
    (at) => {
      const rows = comparedRows(searches, 'ticket', at);
      for (const kind of DENSITY_CHARTS) {
        const { scale } = QUANTITIES[kind];
        const chart = comparisonChart(searches, 'ticket', kind, { reference: at });
        const lines = chart.kind === 'lines' ? chart.lines : [];
        expect(lines).toHaveLength(searches.length);
        let compared = 0;
        for (const [index, line] of lines.entries()) {
          const points = line.kind === 'banded' ? line.points : [];
          expect(points).toHaveLength(3);
          for (const { x, difference } of points) {
            const cell = rows
              .map(({ cells }) => cells[index])
              .find((each) => each?.density === x / 100);
            const told = kind === 'accuracy' ? cell?.accuracyDifference : cell?.iterationDifference;
            expect(difference?.mean).toBe(told && told.mean * scale);
            expect(difference?.lower).toBe(told?.lower && told.lower * scale);
            expect(difference?.upper).toBe(told?.upper && told.upper * scale);
            if (told) compared += 1;
          }
        }
        expect(compared).toBeGreaterThan(4);
      }
    },
  );
});
