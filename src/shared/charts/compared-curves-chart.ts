/** Learning curves of several searches: a line for each search and density. */
import { type Group, groupBy } from '../group-by.ts';
import { formatDensity } from '../percent-text.ts';
import type { WindowLines } from './chart-description.ts';
import type { CurveMeasure } from './curve-measures.ts';
import { type CurveLine, curvesChart, type DrawableCurve } from './learning-curves-chart.ts';
import { orderDash } from './palette.ts';

interface ComparedCurves {
  /** Distinct among the searches. */
  readonly name: string;
  /** Its place in the theme's series. */
  readonly colour: number;
  /** At each of the densities that are compared: the level of the search, and its curves. */
  readonly places: readonly PlacedCurves[];
}

interface PlacedCurves {
  /** Undefined where the search has no level of this density. */
  readonly level: number | undefined;
  /** The fraction of prunable weights that the search keeps at this level. */
  readonly density: number | undefined;
  /** One for each replicate. */
  readonly curves: readonly DrawableCurve[];
}

interface ComparedCurvesOptions {
  readonly measure: CurveMeasure;
  readonly branch: string;
  /** One line for the replicates of a level: their mean with a band. */
  readonly isMean: boolean;
}

/** Colours are those of the searches, dashes those of the densities. */
export function comparedCurvesChart(
  searches: readonly ComparedCurves[],
  { measure, branch, isMean }: ComparedCurvesOptions,
): WindowLines {
  const lines = searches.flatMap(({ name, colour, places }) =>
    places.flatMap(({ level, density, curves }, index): CurveLine[] => {
      if (level === undefined) return [];
      const label = `${name}: ${placeLabel(level, density)}`;
      const dash = orderDash(index);
      const groups: Iterable<readonly [unknown, Group<DrawableCurve>]> = isMean
        ? groupBy(curves, () => 0)
        : groupBy(curves, ({ key }) => key.replicate);
      return [...groups].map(([, group]) => {
        const isOne = isMean || curves.length === 1;
        const replicate = isOne ? '' : `, replicate ${group[0].key.replicate + 1}`;
        return { label: `${label}${replicate}`, colour, dash, curves: group };
      });
    }),
  );
  return curvesChart(lines, {
    name: `${branch} of ${searches.length} searches`,
    measure,
    isMean,
  });
}

function placeLabel(level: number, density: number | undefined): string {
  if (level === 0) return 'dense';
  const kept = density === undefined ? '' : ` (${formatDensity(density)} density)`;
  return `level ${level}${kept}`;
}
