/** How much masks have in common, by level, compared with chance. */
import type { SearchOverlap } from '../contract/records/analyses.ts';
import { groupBy } from '../group-by.ts';
import { largest, smallest } from '../extremes.ts';
import type {
  AxisDescription,
  ChartDescription,
  ColourRole,
  LineDescription,
} from './chart-description.ts';
import { distinctNames } from './density-chart.ts';
import { pairDash } from './palette.ts';
import { rangeOf } from './ranges.ts';

export const OVERLAP_AXES = {
  xTitle: 'Level',
  yTitle: 'Overlap of masks: Jaccard index (%)',
  y: { min: 0, max: 100 },
} as const;

/** The tickets of several searches, each replicate against the same one of the other search. */
export function searchOverlapChart({ searches, pairs }: SearchOverlap): ChartDescription {
  const names = distinctNames(searches.map(({ name }) => name));
  const byPair = groupBy(pairs, ({ one, other }) => `${one}/${other}`);
  const replicates = Math.max(0, largest(pairs.map((pair) => pair.replicates.length)));
  const lines = [...byPair.values()].flatMap((levels, index): LineDescription[] => {
    const colour: ColourRole = { pair: index };
    const label = `${names[levels[0].one]!} and ${names[levels[0].other]!}`;
    const along = (pick: 'overlaps' | 'expected') =>
      levels.map((level) => ({
        x: level.level,
        ...rangeOf([...level[pick]].map((value) => value * 100)),
      }));
    return [
      { kind: 'banded', label, points: along('overlaps'), colour, dash: pairDash(index) },
      chanceLine(`by chance: ${label}`, along('expected'), colour),
    ];
  });
  return {
    kind: 'lines',
    title: `Mask overlap between ${searches.length} searches`,
    subtitle: `N = ${replicates} replicate${replicates === 1 ? '' : 's'}, each compared with the same one of the other search; line: mean, band: min to max; chance: same layer densities`,
    lines,
    ...OVERLAP_AXES,
    x: levelAxis(pairs.map(({ level }) => level)),
  };
}

export function chanceLine(
  label: string,
  points: readonly { readonly x: number; readonly mean: number }[],
  colour: ColourRole,
  dash: readonly number[] = [2, 4],
): LineDescription {
  return {
    kind: 'line',
    label,
    points: points.map(({ x, mean }) => ({ x, y: mean })),
    colour,
    dash,
    isMinor: true,
  };
}

/** Whole levels from the first to the last. */
export function levelAxis(levels: readonly number[]): AxisDescription {
  if (levels.length === 0) return { isWhole: true };
  const first = smallest(levels);
  return { min: first, max: Math.max(largest(levels), first + 1), isWhole: true };
}
