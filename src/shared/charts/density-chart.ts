/**
 * The chart of the paper's figures 3 and 4: a quantity against density, one line per branch or search,
 * with a band from the lowest to the highest replicate.
 */
import { amount } from '../amount.ts';
import type { SearchSeries } from '../contract/records/search-results.ts';
import { branchNames } from '../domain/branch.ts';
import type { SearchResult } from '../domain/search.ts';
import {
  differencesFrom,
  type SearchBranch,
  strictestConfidence,
} from '../domain/search-differences.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import { transferNamed } from '../domain/transfer.ts';
import { smallest } from '../extremes.ts';
import { apart } from './axis-ticks.ts';
import type {
  AxisDescription,
  ChartDescription,
  ColourRole,
  LineDescription,
  LinesDescription,
} from './chart-description.ts';
import { DENSITY_TITLE } from './density-axis.ts';
import { describeReplicates } from './line-chart.ts';
import { type DensityChart, QUANTITIES, seriesPoints, summaryPoint } from './density-points.ts';
import { type MarkerSeries, type Markers, NO_MARKERS } from '../published/markers.ts';
import { orderDash, seriesDash } from './palette.ts';

export { DENSITY_CHARTS, type DensityChart } from './density-points.ts';

interface DensityChartOptions {
  readonly planned?: readonly number[];
  readonly markers?: Markers;
}

/**
 * One search: a line per branch, and a reference line for the dense network.
 *
 * @param options.planned densities, 0..1, that the axis shows from the start, while levels are still
 *   training.
 * @param options.markers points of others beside the lines.
 */
export function densityChart(
  result: SearchResult,
  chart: DensityChart,
  { planned = [], markers = NO_MARKERS }: DensityChartOptions = {},
): ChartDescription {
  const quantity = QUANTITIES[chart];
  const { dense, targets = {}, levels, settings } = result;

  const shown = [TICKET_BRANCH, ...branchNames(settings)];
  const lines = shown.map((branch, index): LineDescription => {
    const points = levels.flatMap(({ branches }) => {
      const summary = branches[branch];
      return summary ? [summaryPoint(summary.density, summary, quantity)] : [];
    });
    const whole = transferNamed(settings, branch) ? targets[branch] : dense;
    const start = whole ? [summaryPoint(1, whole, quantity)] : [];
    return {
      kind: 'banded',
      label: branch,
      points: [...start, ...points],
      colour: index,
      dash: seriesDash(index),
    };
  });
  const densities = [...planned, ...levels.map(({ density }) => density)];
  const least = Math.min(1, smallest(densities));
  const denseMean = quantity.spread(dense).mean * quantity.scale;
  const replicates = dense.testAccuracy.values.length;
  return againstDensity(
    {
      title: `${quantity.title}: ${result.name}`,
      yTitle: quantity.axis,
      subtitle: withWarnings(
        `${settings.architecture.id} on ${settings.dataset.id}, N = ${describeReplicates(replicates)}; line: mean, band: min to max`,
        markers,
      ),
      lines: [
        ...lines,
        { kind: 'reference', label: 'dense', y: denseMean, from: 100, to: least * 100 },
      ],
      reference: 'dense',
    },
    densities,
    { markers, branches: shown },
  );
}

/** A file has nothing beside the chart that could say how the points of others were trained. */
export function withWarnings(subtitle: string, { warnings }: Markers): string {
  return [subtitle, ...warnings].join('. ').replace(/\.$/, '');
}

interface PlacedMarkers {
  readonly markers: Markers;
  /** In the order of their colours. Default: none has a colour. */
  readonly branches?: readonly string[];
}

function marksOf({ markers: { series }, branches = [] }: PlacedMarkers): LineDescription[] {
  return series.map(({ label, branch, points }, index): LineDescription => ({
    kind: 'marks',
    label,
    points: points.map(({ density, value, note }) => ({ x: density * 100, y: value, note })),
    colour: colourOfBranch(branch, branches),
    ...(isSecondOf(series, index) && { isDiamond: true }),
  }));
}

/** @param least the end of the axis, in percent. */
function levelLinesOf(
  { markers: { lines }, branches = [] }: PlacedMarkers,
  least: number,
): LineDescription[] {
  return lines.map(({ label, branch, value }, index): LineDescription => ({
    kind: 'reference',
    label,
    y: value,
    from: 100,
    to: least,
    colour: colourOfBranch(branch, branches),
    dash: orderDash(index + 1),
  }));
}

function colourOfBranch(branch: string | undefined, branches: readonly string[]): ColourRole {
  const colour = branch === undefined ? -1 : branches.indexOf(branch);
  return colour === -1 ? 'text' : colour;
}

/** Whether the branch has other marks already, so that it needs another shape. */
function isSecondOf(series: readonly MarkerSeries[], index: number): boolean {
  const before = series.slice(0, index).filter(({ branch }) => branch === series[index]?.branch);
  return before.length % 2 === 1;
}

interface ComparisonChartOptions {
  readonly markers?: Markers;
  /** The index of the search that points say their difference from. */
  readonly reference?: number;
  /** By search: its place in the theme's series. Default: in order. */
  readonly colours?: readonly number[];
}

interface LinesOptions extends ComparisonChartOptions {
  /** The ids of the searches with a line. Default: all. */
  readonly shown?: ReadonlySet<string> | undefined;
}

/** One branch of several searches, a line per search. */
export function comparisonChart(
  searches: readonly SearchSeries[],
  branch: string,
  chart: DensityChart,
  { reference = 0, ...options }: ComparisonChartOptions = {},
): ChartDescription {
  const title = `${QUANTITIES[chart].title}: ${branch} of ${amount(searches.length, 'search', 'searches')}`;
  return linesOfSearches(title, searches, branch, chart, { ...options, reference });
}

/**
 * The tickets of a sweep: a line per grid point, named by its values of the swept settings.
 *
 * @param shown the ids of the searches with a line. Whatever is shown, a search has the same colour.
 */
export function sweepChart(
  name: string,
  searches: readonly SearchSeries[],
  chart: DensityChart,
  markers = NO_MARKERS,
  shown?: ReadonlySet<string>,
): ChartDescription {
  const title = `${QUANTITIES[chart].title}: ${name}`;
  return linesOfSearches(title, searches, TICKET_BRANCH, chart, { markers, shown });
}

/** Without a reference, points do not say how they differ. */
function linesOfSearches(
  title: string,
  searches: readonly SearchSeries[],
  branch: string,
  chart: DensityChart,
  { markers = NO_MARKERS, reference, colours, shown }: LinesOptions,
): ChartDescription {
  const quantity = QUANTITIES[chart];
  const confidence = strictestConfidence(searches);
  const drawn = searches.map((search): SearchBranch | undefined => {
    const series = search.branches.find((candidate) => candidate.branch === branch);
    return series && { search, series };
  });
  const names = distinctNames(searches.map(({ name }) => name));
  const lines = drawn.flatMap((own, index): LineDescription[] => {
    if (!own || shown?.has(own.search.id) === false) return [];
    const label = `${names[index]!} (N = ${own.search.replicates})`;
    const from = reference === undefined || index === reference ? undefined : drawn[reference];
    const colour = colours?.[index] ?? index;
    const differences = from && differencesFrom(from, own, quantity.measure, confidence);
    const points = seriesPoints(own.series, quantity, differences);
    return [{ kind: 'banded', label, points, colour, dash: seriesDash(colour) }];
  });
  return againstDensity(
    {
      title,
      yTitle: quantity.axis,
      subtitle: withWarnings('N: replicates; line: mean, band: min to max', markers),
      lines,
      ...(reference !== undefined && names.length > 1 && { reference: names[reference]! }),
    },
    drawn.flatMap((own) => (own ? [...own.series.densities] : [])),
    { markers },
  );
}

/** The names, numbered if several are the same. */
export function distinctNames(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const isTwice = names.filter((other) => other === name).length > 1;
    return isTwice
      ? `${name} #${names.slice(0, index + 1).filter((other) => other === name).length}`
      : name;
  });
}

/**
 * A chart over a falling logarithmic density axis, with a tick for every density that has room.
 *
 * @param placed points of others beside the lines.
 */
export function againstDensity(
  { lines, ...parts }: Omit<LinesDescription, 'kind' | 'x' | 'xTitle'>,
  measured: readonly number[],
  placed: PlacedMarkers = { markers: NO_MARKERS },
): ChartDescription {
  const marked = placed.markers.series.flatMap(({ points }) => points);
  const densities = [...measured, ...marked.map(({ density }) => density)];
  const least = Math.min(100, smallest(densities) * 100);
  const x: AxisDescription = {
    isReversed: true,
    max: 100,
    min: least,
    logarithmicTicks: densityTicks(densities),
  };
  return {
    kind: 'lines',
    ...parts,
    lines: [...lines, ...marksOf(placed), ...levelLinesOf(placed, least)],
    xTitle: DENSITY_TITLE,
    x,
  };
}

function densityTicks(densities: readonly number[]): number[] {
  return apart([100, ...densities.map((density) => Number((density * 100).toPrecision(3)))]);
}
