import { expect, it } from 'vitest';
import { parallelChart } from '../../../src/shared/charts/parallel-chart.ts';
import { DARK_THEME, LIGHT_THEME, orderedColour } from '../../../src/shared/charts/palette.ts';
import { sweepParallelChart } from '../../../src/shared/charts/sweep-parallel-chart.ts';
import { chartSchema } from '../../../src/shared/contract/chart-schema.ts';
import { parallelPlot } from '../../../src/shared/sweep/parallel.ts';
import type { SweepQuestion } from '../../../src/shared/sweep/sweep-metrics.ts';
import { THREE_SETTINGS, TWO_SETTINGS } from '../../support/sample-sweeps.ts';
import { loadedSweep } from '../sweep/loaded-sweep.ts';

const QUESTION: SweepQuestion = {
  metric: 'early-stop',
  branch: 'ticket',
  target: { kind: 'density', density: 0.5 },
};

it('says the metric, the density and what is brushed, and what is brushed away is faint', () => {
  const { axes, results } = loadedSweep(THREE_SETTINGS);
  const plot = parallelPlot(axes, results, QUESTION);
  const chart = sweepParallelChart('Sweep', plot, QUESTION, {
    0: { from: 1, to: 2 },
    1: { from: 0, to: 0 },
  });
  expect(chart.title).toBe('Early-stop iteration and all settings: Sweep');
  expect(chart.subtitle).toBe(
    'ticket, the density nearest to 50 %; a line for each of 27 searches, of which 6 with ' +
      'learningRate 0.001 to 0.003, batchSize 30; means over replicates',
  );
  expect(chart.lines.filter(({ isAway }) => isAway !== true)).toHaveLength(6);
  expect(chart.axes.map(({ title }) => title).at(-1)).toBe('Early stop (iteration)');
  expect(chart.axes[0]!.brush).toEqual({ from: 0.5, to: 1 });
  expect(chartSchema.parse(chart)).toEqual(chart);
  const drawn = parallelChart(chart, LIGHT_THEME).data.datasets;
  expect(drawn).toHaveLength(27);
  // The first is drawn last, over the others.
  expect(drawn.map(({ borderColor }) => borderColor === LIGHT_THEME.grid)).toEqual([
    ...Array.from({ length: 6 }, () => false),
    ...Array.from({ length: 21 }, () => true),
  ]);
});

it('has a line without an end where a search has nothing, and the colours of the metric elsewhere', () => {
  const { axes, results } = loadedSweep(TWO_SETTINGS);
  const question: SweepQuestion = { ...QUESTION, target: { kind: 'last' } };
  const chart = sweepParallelChart('Sweep', parallelPlot(axes, results, question), question);
  expect(chartSchema.parse(chart)).toEqual(chart);
  const drawn = parallelChart(chart, DARK_THEME).data.datasets;
  const unknown = chart.lines.flatMap(({ places }, index) =>
    Number.isNaN(places.at(-1)) ? [index] : [],
  );
  expect(unknown).toHaveLength(3);
  for (const index of unknown) expect(drawn[index]!.borderColor).toBe(DARK_THEME.reference);
  const highest = chart.lines.findIndex(({ places }) => places.at(-1) === 1);
  expect(drawn[highest]!.borderColor).toBe(orderedColour(DARK_THEME, 1));
});
