/** The density of each level of a search that has yet to run. */
import { lineChart, type LineChart } from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, seriesColour } from './palette.ts';

/** @param densities `[levels + 1]`: the fraction of prunable weights kept, level 0 first. */
export function plannedDensityChart(
  densities: ArrayLike<number>,
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const colour = seriesColour(theme, 0);
  const chart = lineChart(
    {
      title: 'Density by level',
      subtitle: 'Planned, from the shapes alone',
      datasets: [
        {
          label: 'density',
          data: Array.from(densities, (density, level) => ({ x: level, y: density * 100 })),
          borderColor: colour,
          backgroundColor: `${colour}2e`,
          borderWidth: 2,
          pointRadius: densities.length > 30 ? 0 : 2.5,
          fill: 'origin',
        },
      ],
      xTitle: 'Level',
      yTitle: 'Density (%)',
      x: {
        min: 0,
        max: Math.max(1, densities.length - 1),
        ticks: { precision: 0, maxTicksLimit: 8 },
      },
      y: { min: 0, max: 100, ticks: { maxTicksLimit: 6 } },
    },
    theme,
  );
  return { ...chart, options: { ...chart.options, plugins: { legend: { display: false } } } };
}
