/** How early in training the dense network's mask settles: distances between masks over training. */
import type { EarlyBirdMasks, EarlyBirdResult } from '../domain/analysis.ts';
import { largest } from '../extremes.ts';
import { type HeatCell, heatMap } from './heat-map.ts';
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

/** For every level, the distance to the final mask and, dashed, to the previous mask. */
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
      `to the final mask, ${at}: ${drawn}`,
      along(group, 0, () => count - 1),
      { colour, dash: [] },
    );
    const toBefore: LineDataset = {
      label: `to the previous mask, ${at}`,
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
      subtitle: `N = ${describeReplicates(results.length)}, ${masks} each; line: mean, band: min to max; each pruned from dense in one shot`,
      datasets: lines,
      xTitle: 'Iteration (optimizer steps from initialisation)',
      yTitle: 'Distance between masks (% of weights)',
      x: { min: 0, max: last },
      y: { min: 0 },
    },
    theme,
  );
}

/** The most rows of a heat map; more would be too thin to tell apart. */
const MOST_ROWS = 60;

/**
 * The distance between every two masks (You et al. 2020, figure 2), as the mean over replicates.
 *
 * @param level The level whose density the masks have; the last one if undefined.
 */
export function earlyBirdMatrix(
  results: readonly EarlyBirdResult[],
  name: string,
  level: number | undefined,
  theme: ChartTheme = LIGHT_THEME,
): LineChart | undefined {
  const iterations = [...(results[0]?.iterations ?? [])];
  const count = iterations.length;
  const all = results.flatMap(({ levels }) => levels);
  const chosen = level ?? largest(all.map((masks) => masks.level));
  const group = all.filter((masks) => masks.level === chosen);
  if (group.length === 0) return undefined;

  const every = Math.ceil(count / MOST_ROWS);
  // Counted from the end, so that the final mask is always shown.
  const shown = iterations
    .map((_, mask) => mask)
    .filter((mask) => (count - 1 - mask) % every === 0);
  const edges = edgesBetween(shown.map((mask) => iterations[mask]!));
  const cells = shown.flatMap((one, column) =>
    shown.map((other, row): HeatCell => ({
      x: iterations[one]!,
      y: iterations[other]!,
      left: edges[column]!,
      right: edges[column + 1]!,
      bottom: edges[row]!,
      top: edges[row + 1]!,
      value: rangeOf(group.map(({ distances }) => distances[one * count + other]! * 100)).mean,
    })),
  );
  const density = Number((group[0]!.density * 100).toPrecision(3));
  const masks = every === 1 ? `${count} masks` : `${shown.length} of ${count} masks`;
  const axis = {
    min: edges[0]!,
    max: edges.at(-1)!,
    ticks: { precision: 0, includeBounds: false },
  };
  return heatMap(
    {
      title: `Pairwise distances between masks of the dense network: ${name}`,
      subtitle: `level ${chosen} (${density}% density); N = ${describeReplicates(group.length)}, mean; ${masks}, each pruned from dense in one shot; by chance ${Number((group[0]!.expected * 100).toPrecision(3))}%`,
      cells,
      valueTitle: 'Distance between masks (% of weights)',
      xTitle: 'Iteration of one mask (optimizer steps from initialisation)',
      yTitle: 'Iteration of the other mask',
      x: axis,
      y: axis,
    },
    theme,
  );
}

/** Edges halfway between neighbours. The outer edges are as far from the first and last value. */
function edgesBetween(values: readonly number[]): number[] {
  const inner = values.slice(1).map((value, index) => (values[index]! + value) / 2);
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  const [firstHalf, lastHalf] =
    inner.length === 0 ? [0.5, 0.5] : [inner[0]! - first, last - inner.at(-1)!];
  return [first - firstHalf, ...inner, last + lastHalf];
}
