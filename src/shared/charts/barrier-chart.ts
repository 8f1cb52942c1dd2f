/** Error along the line between two copies of a network (figure 1 of Frankle et al. 2020). */
import type { InstabilityResult } from '../domain/analysis.ts';
import { bandedLine, describeReplicates, type LineChart, lineChart } from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, seriesColour, seriesDash } from './palette.ts';
import { groupBy, rangeOf } from './ranges.ts';

/**
 * A line for every level, rewind point and branch, with a band from the lowest to the highest replicate.
 * The legend shows the barrier, in points of error.
 *
 * @param measuredOn The examples whose error is drawn.
 */
export function barrierChart(
  results: readonly InstabilityResult[],
  name: string,
  measuredOn: 'test' | 'train' = 'test',
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const groups = groupBy(
    results,
    ({ level, rewind, branch = '' }) => `${level}/${rewind}/${branch}`,
  );
  const lines = groups.flatMap((group, index) => {
    const [{ level, density, rewind, alphas, branch }] = group;
    const points = [...alphas].map((alpha, point) => ({
      x: alpha,
      ...rangeOf(group.map((result) => result[measuredOn].error[point]! * 100)),
    }));
    const barrier = rangeOf(group.map((result) => result[measuredOn].barrier * 100)).mean;
    const subnetwork =
      level === 0 ? 'dense' : `level ${level} (${Number((density * 100).toPrecision(3))}% density)`;
    return bandedLine(
      `${branch === undefined ? '' : `${branch}, `}${subnetwork}, from iteration ${rewind}: barrier ${barrier.toFixed(2)}`,
      points,
      { colour: seriesColour(theme, index), dash: seriesDash(index) },
    );
  });
  const replicates = new Set(results.map(({ replicate }) => replicate)).size;
  const set = measuredOn === 'test' ? 'Test' : 'Training';
  return lineChart(
    {
      title: `${set} error between two copies: ${name}`,
      subtitle: `N = ${describeReplicates(replicates)}; line: mean, band: min to max; barrier: largest error minus the mean of the ends, in points`,
      datasets: lines,
      xTitle: 'α: position on the line from the first copy (0) to the second (1)',
      yTitle: `${set} error (%)`,
      x: { min: 0, max: 1 },
      y: { min: 0 },
    },
    theme,
  );
}
