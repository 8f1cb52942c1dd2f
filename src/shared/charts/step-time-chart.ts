/** The time of a training step against density: shows whether pruned levels really train faster. */
import type { Settings } from '../domain/settings.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import type { LevelCost } from '../domain/training-cost.ts';
import { smallest } from '../extremes.ts';
import type { ChartDescription } from './chart-description.ts';
import { againstDensity } from './density-chart.ts';
import { describeReplicates } from './line-chart.ts';
import { seriesDash } from './palette.ts';
import { rangeOf } from './ranges.ts';

export const STEP_TIME_CHART = 'step-time';

/** @param costs Starts with the dense network. */
export function stepTimeChart(
  { name, settings }: { readonly name: string; readonly settings: Settings },
  costs: readonly LevelCost[],
): ChartDescription {
  const dense = costs[0]!.millisecondsPerStep;
  const densities = costs.map(({ density }) => density);
  const points = costs.map(({ density, millisecondsPerStep }) => ({
    x: density * 100,
    ...rangeOf(millisecondsPerStep.values),
  }));
  return againstDensity(
    {
      title: `Time per training step: ${name}`,
      subtitle: `${settings.architecture.id} on ${settings.dataset.id}, N = ${describeReplicates(dense.values.length)}; line: mean, band: min to max`,
      lines: [
        { kind: 'banded', label: TICKET_BRANCH, points, colour: 0, dash: seriesDash(0) },
        {
          kind: 'reference',
          label: 'dense',
          y: dense.mean,
          from: 100,
          to: smallest(densities) * 100,
        },
      ],
      yTitle: 'Time per step (ms)',
      // From 0, so that half the height is half the time.
      y: { min: 0 },
    },
    densities,
  );
}
