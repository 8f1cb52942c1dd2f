/** How much masks have in common, by level, compared with chance. */
import type { SearchOverlap } from '../contract/records.ts';
import type { MaskOverlapResult, MaskPair } from '../domain/analysis.ts';
import { largest, smallest } from '../extremes.ts';
import { distinctNames } from './density-chart.ts';
import {
  bandedLine,
  type LineAxis,
  type LineChart,
  lineChart,
  type LineDataset,
} from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, seriesColour, seriesDash } from './palette.ts';
import { groupBy, rangeOf } from './ranges.ts';

const AXES = {
  xTitle: 'Level',
  yTitle: 'Overlap of masks: Jaccard index (%)',
  y: { min: 0, max: 100 } satisfies LineAxis,
};

/** The overlap between tickets of different replicates of one search. */
export function replicateOverlapChart(
  results: readonly MaskOverlapResult[],
  name: string,
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const chosen = results.filter(({ between }) => between === 'replicates');
  const byLevel = groupBy(
    chosen.flatMap(({ pairs }) => pairs),
    ({ one }) => one.level,
  );
  const along = (pick: (pair: MaskPair) => number) =>
    byLevel.map((pairs) => ({
      x: pairs[0].one.level,
      ...rangeOf(pairs.map((pair) => pick(pair) * 100)),
    }));
  const isGlobal = chosen.some(({ scope }) => scope === 'global');
  const pairs = byLevel[0]?.length ?? 0;
  return lineChart(
    {
      title: `Mask overlap between replicates: ${name}`,
      subtitle: `N = ${pairs} pair${pairs === 1 ? '' : 's'} of replicates per level; line: mean, band: min to max`,
      datasets: [
        ...bandedLine(
          'overlap',
          along(({ overlap }) => overlap),
          { colour: seriesColour(theme, 0), dash: [] },
        ),
        chanceLine(
          'by chance, same layer densities',
          along(({ expected }) => expected),
          theme.reference,
          [2, 4],
        ),
        ...(isGlobal
          ? [
              chanceLine(
                'by chance, same overall density',
                along(({ expectedGlobally }) => expectedGlobally),
                seriesColour(theme, 1),
                [6, 3],
              ),
            ]
          : []),
      ],
      ...AXES,
      x: levelAxis(byLevel.map((group) => group[0].one.level)),
    },
    theme,
  );
}

/** The overlap between tickets of several searches, for equal replicates. */
export function searchOverlapChart(
  { searches, pairs }: SearchOverlap,
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const names = distinctNames(searches.map(({ name }) => name));
  const byPair = groupBy(pairs, ({ one, other }) => `${one}/${other}`);
  const replicates = Math.max(0, largest(pairs.map((pair) => pair.replicates.length)));
  const datasets = byPair.flatMap((levels, index): LineDataset[] => {
    const label = `${names[levels[0].one]!} and ${names[levels[0].other]!}`;
    const colour = seriesColour(theme, index);
    const along = (pick: 'overlaps' | 'expected') =>
      levels.map((level) => ({
        x: level.level,
        ...rangeOf([...level[pick]].map((value) => value * 100)),
      }));
    return [
      ...bandedLine(label, along('overlaps'), { colour, dash: seriesDash(index) }),
      chanceLine(`by chance: ${label}`, along('expected'), colour, [2, 4]),
    ];
  });
  return lineChart(
    {
      title: `Mask overlap between ${searches.length} searches`,
      subtitle: `N = ${replicates} replicate${replicates === 1 ? '' : 's'}, each compared with the same one of the other search; line: mean, band: min to max; chance: same layer densities`,
      datasets,
      ...AXES,
      x: levelAxis(pairs.map(({ level }) => level)),
    },
    theme,
  );
}

function chanceLine(
  label: string,
  points: readonly { readonly x: number; readonly mean: number }[],
  colour: string,
  dash: number[],
): LineDataset {
  return {
    label,
    data: points.map(({ x, mean }) => ({ x, y: mean })),
    borderColor: colour,
    backgroundColor: colour,
    borderDash: dash,
    borderWidth: 1.5,
    pointRadius: 0,
  };
}

/** An axis of whole levels from the first to the last. */
export function levelAxis(levels: readonly number[]): LineAxis {
  if (levels.length === 0) return { ticks: { precision: 0 } };
  const first = smallest(levels);
  return { min: first, max: Math.max(largest(levels), first + 1), ticks: { precision: 0 } };
}
