/** How soon the mask of the dense network is drawn: distances of masks over training. */
import type { EarlyBirdMasks, EarlyBirdResult } from '../domain/analysis.ts';
import {
  bandedLine,
  describeReplicates,
  type LineChart,
  lineChart,
  type LineDataset,
  referenceLine,
} from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, PAIR_DASH, seriesColour } from './palette.ts';
import { groupBy, rangeOf } from './ranges.ts';

/** For every level: the distance to the mask at the end, and (dashed) to the mask before. */
export function earlyBirdChart(
  results: readonly EarlyBirdResult[],
  name: string,
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const iterations = [...(results[0]?.iterations ?? [])];
  const count = iterations.length;
  const byLevel = groupBy(
    results.flatMap(({ levels }) => levels),
    ({ level }) => level,
  );
  const last = iterations.at(-1) ?? 1;
  const along = (
    group: readonly EarlyBirdMasks[],
    first: number,
    other: (mask: number) => number,
  ) =>
    iterations.slice(first).map((iteration, index) => {
      const mask = index + first;
      return {
        x: iteration,
        ...rangeOf(group.map(({ distances }) => distances[mask * count + other(mask)]! * 100)),
      };
    });
  const lines = byLevel.flatMap((group, index): LineDataset[] => {
    const colour = seriesColour(theme, index);
    const { level, density, expected } = group[0];
    const at = `level ${level} (${Number((density * 100).toPrecision(3))}% density)`;
    const settled = group.flatMap(({ earlyBird }) => earlyBird ?? []);
    const drawn =
      settled.length === 0
        ? 'not settled'
        : `settled at ${Math.round(rangeOf(settled).mean)} in ${settled.length} of ${group.length}`;
    const toEnd = bandedLine(
      `to the last mask, ${at}: ${drawn}`,
      along(group, 0, () => count - 1),
      { colour, dash: [] },
    );
    const toBefore: LineDataset = {
      label: `to the mask before, ${at}`,
      data: along(group, 1, (mask) => mask - 1).map(({ x, mean }) => ({ x, y: mean })),
      borderColor: colour,
      backgroundColor: colour,
      borderDash: [...PAIR_DASH],
      borderWidth: 1.5,
      pointRadius: 0,
    };
    const chance = referenceLine(`by chance, level ${level}`, expected * 100, 0, last, theme);
    return [...toEnd, toBefore, chance];
  });
  const masks = `${count} mask${count === 1 ? '' : 's'}`;
  return lineChart(
    {
      title: `Masks of the dense network over training: ${name}`,
      subtitle: `N = ${describeReplicates(results.length)}, ${masks} each; line: mean, band: min to max; pruned at once from dense`,
      datasets: lines,
      xTitle: 'Iteration (optimizer steps from initialisation)',
      yTitle: 'Distance: prunable weights two masks disagree on (%)',
      x: { min: 0, max: last },
      y: { min: 0 },
    },
    theme,
  );
}
