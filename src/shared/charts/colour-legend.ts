/** A legend of colours instead of lines, for charts whose cells or lines are coloured by their values. */
import type { LegendItem } from 'chart.js';
import type { LineChart } from './line-chart.ts';
import type { ChartTheme } from './palette.ts';

export function withColourLegend(
  chart: LineChart,
  items: readonly LegendItem[],
  theme: ChartTheme,
): LineChart {
  return {
    ...chart,
    options: {
      ...chart.options,
      plugins: {
        ...chart.options?.plugins,
        legend: {
          display: items.length > 0,
          labels: {
            color: theme.text,
            boxWidth: 18,
            boxHeight: 12,
            generateLabels: () => [...items],
          },
        },
      },
    },
  };
}
