/** The time of a training step against density: shows whether pruned levels really train faster. */
import type { Settings } from '../domain/settings.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import type { LevelCost } from '../domain/training-cost.ts';
import { smallest } from '../extremes.ts';
import { againstDensity } from './density-chart.ts';
import { bandedLine, describeReplicates, type LineChart, referenceLine } from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, seriesColour, seriesDash } from './palette.ts';

export const STEP_TIME_CHART = 'step-time';

/** @param costs Starts with the dense network. */
export function stepTimeChart(
  { name, settings }: { readonly name: string; readonly settings: Settings },
  costs: readonly LevelCost[],
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const dense = costs[0]!.millisecondsPerStep;
  const densities = costs.map(({ density }) => density);
  const points = costs.map(({ density, millisecondsPerStep: { mean, min, max } }) => ({
    x: density * 100,
    mean,
    min,
    max,
  }));
  const look = { colour: seriesColour(theme, 0), dash: seriesDash(0) };
  return againstDensity(
    {
      title: `Time per training step: ${name}`,
      subtitle: `${settings.architecture.id} on ${settings.dataset.id}, N = ${describeReplicates(dense.values.length)}; line: mean, band: min to max`,
      datasets: [
        ...bandedLine(TICKET_BRANCH, points, look),
        referenceLine('dense', dense.mean, 100, smallest(densities) * 100, theme),
      ],
      yTitle: 'Time per step (ms)',
      // From 0, so that half the height is half the time.
      y: { min: 0 },
    },
    densities,
    theme,
  );
}
