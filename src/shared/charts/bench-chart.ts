/** The speed of training steps relative to the dense engine, by density. */
import { smallest } from '../extremes.ts';
import { DENSITY_TITLE } from './density-axis.ts';
import {
  bandedLine,
  type LineChart,
  lineChart,
  type LineDataset,
  referenceLine,
} from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, seriesColour, seriesDash } from './palette.ts';
import { shortNumber } from './short-number.ts';

export interface BenchPoint {
  readonly workload: string;
  readonly engine: string;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  readonly timesFasterThanDense?:
    { readonly median: number; readonly min: number; readonly max: number } | undefined;
}

/** A line for every engine and workload, with a band from the slowest to the fastest block. */
export function benchChart(
  points: readonly BenchPoint[],
  cpu: string,
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const compared = points.filter(
    ({ engine, timesFasterThanDense }) => engine !== 'dense' && timesFasterThanDense !== undefined,
  );
  const engines = [...new Set(compared.map(({ engine }) => engine))];
  const workloads = [...new Set(compared.map(({ workload }) => workload))];
  const densities = [...new Set(points.map(({ density }) => density * 100))].sort(
    (one, other) => other - one,
  );
  const least = Math.min(100, smallest(densities));
  const lines = workloads.flatMap((workload, workloadIndex) =>
    engines.flatMap((engine, engineIndex): LineDataset[] => {
      const own = compared.filter(
        (point) => point.workload === workload && point.engine === engine,
      );
      if (own.length === 0) return [];
      const banded = own.map(({ density, timesFasterThanDense: times }) => ({
        x: density * 100,
        mean: times!.median,
        min: times!.min,
        max: times!.max,
      }));
      return bandedLine(`${engine}, ${workload}`, banded, {
        colour: seriesColour(theme, engineIndex),
        dash: seriesDash(workloadIndex),
      });
    }),
  );
  return lineChart(
    {
      title: 'Speed of a training step relative to the dense engine',
      subtitle: `batch 60, Adam, one thread; ${cpu}; line: median, band: min to max of blocks`,
      datasets: [...lines, referenceLine('dense', 1, 100, least, theme)],
      xTitle: DENSITY_TITLE,
      yTitle: 'Times faster than dense',
      x: {
        type: 'logarithmic',
        reverse: true,
        max: 100,
        min: least,
        ticks: { callback: (value) => shortNumber(Number(value)) },
        afterBuildTicks: (axis) => {
          axis.ticks = densities.map((value) => ({ value }));
        },
      },
      y: {
        type: 'logarithmic',
        ticks: { callback: (value) => shortNumber(Number(value)) },
      },
    },
    theme,
  );
}
