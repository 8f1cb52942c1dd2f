/** How much masks have in common, compared with chance. */
import type { SearchOverlap } from '../contract/records/analyses.ts';
import { EQUAL_DENSITY_WORDS } from '../domain/equal-densities.ts';
import { groupBy } from '../group-by.ts';
import { largest, smallest } from '../extremes.ts';
import type {
  AxisDescription,
  ChartDescription,
  ColourRole,
  LineDescription,
} from './chart-description.ts';
import { againstDensity, distinctNames } from './density-chart.ts';
import { describeReplicates } from './line-chart.ts';
import { pairDash } from './palette.ts';
import { extentOf, rangeOf } from './ranges.ts';

const OVERLAP_AXIS = {
  yTitle: 'Overlap of masks: Jaccard index (%)',
  y: { min: 0, max: 100 },
} as const;

export const OVERLAP_AXES = { xTitle: 'Level', ...OVERLAP_AXIS } as const;

/** The tickets of several searches at equal densities, each replicate against the same one. */
export function searchOverlapChart({ searches, pairs }: SearchOverlap): ChartDescription {
  const names = distinctNames(searches.map(({ name }) => name));
  const byPair = groupBy(pairs, ({ one, other }) => `${one}/${other}`);
  const replicates = Math.max(0, largest(pairs.map((pair) => pair.replicates.length)));
  const lines = [...byPair.values()].flatMap((levels, index): LineDescription[] => {
    const colour: ColourRole = { pair: index };
    const label = `${names[levels[0].one]!} and ${names[levels[0].other]!}`;
    const along = (pick: 'overlaps' | 'expected') =>
      levels.map((level) => ({
        x: densityOf(level) * 100,
        ...rangeOf([...level[pick]].map((value) => value * 100)),
      }));
    return [
      { kind: 'banded', label, points: along('overlaps'), colour, dash: pairDash(index) },
      chanceLine(`by chance: ${label}`, along('expected'), colour),
    ];
  });
  return againstDensity(
    {
      title: `Mask overlap between ${searches.length} searches`,
      subtitle: `At equal densities (${EQUAL_DENSITY_WORDS}), N = ${describeReplicates(replicates)}, each compared with the same one of the other search; line: mean, band: min to max; chance: same layer densities`,
      lines,
      ...OVERLAP_AXIS,
    },
    pairs.map(densityOf),
  );
}

/** The place of a pair of levels: the mean of their densities, which are almost equal. */
export function densityOf({
  densities,
  otherDensities,
}: Pick<SearchOverlap['pairs'][number], 'densities' | 'otherDensities'>): number {
  return extentOf([...densities, ...otherDensities]).mean;
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
