/** The density of each level of a search that has yet to run. */
import type { ChartDescription } from './chart-description.ts';

/** More marks than this would hide the line. */
const MOST_MARKED_LEVELS = 30;

/** @param densities `[levels + 1]`: the fraction of prunable weights kept, level 0 first. */
export function plannedDensityChart(densities: ArrayLike<number>): ChartDescription {
  return {
    kind: 'lines',
    title: 'Density by level',
    subtitle: 'Planned, from the shapes alone',
    lines: [
      {
        kind: 'line',
        label: 'density',
        points: Array.from(densities, (density, level) => ({ x: level, y: density * 100 })),
        colour: 0,
        isFilled: true,
        ...(densities.length > MOST_MARKED_LEVELS && { isMinor: true }),
      },
    ],
    xTitle: 'Level',
    yTitle: 'Density (%)',
    x: { min: 0, max: Math.max(1, densities.length - 1), isWhole: true, mostTicks: 8 },
    y: { min: 0, max: 100, mostTicks: 6 },
  };
}
