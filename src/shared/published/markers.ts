/** Published figures and one's own points as markers of a chart against density. */
import type { SearchSeries } from '../contract/records/search-results.ts';
import { branchNames } from '../domain/branch.ts';
import type { SearchResult } from '../domain/search.ts';
import type { Settings } from '../domain/settings.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import { differencesOf, isLengthKnown, matches } from './matching.ts';
import {
  citationOf,
  type OwnSeries,
  type PublishedFile,
  type PublishedMeasure,
  type PublishedSeries,
  sourceOf,
} from './schema.ts';

/** What a chart shows against density. */
type Quantity = 'accuracy' | 'early-stop';

interface MarkedPoint {
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** In the unit of the chart's axis. */
  readonly value: number;
  /** Shown with the point: its source. */
  readonly note: string;
}

export interface MarkerSeries {
  readonly label: string;
  /** The branch that the points are comparable with; undefined for one's own. */
  readonly branch?: string;
  readonly points: readonly MarkedPoint[];
}

/** A figure whose density the source does not say: a line across the chart. */
interface MarkerLine {
  readonly label: string;
  readonly branch?: string;
  /** In the unit of the chart's axis. */
  readonly value: number;
}

export interface Markers {
  readonly series: readonly MarkerSeries[];
  readonly lines: readonly MarkerLine[];
  /** How the search was trained otherwise than the sources, one sentence each. */
  readonly warnings: readonly string[];
}

export const NO_MARKERS: Markers = { series: [], lines: [], warnings: [] };

/** A search of the chart. */
export interface MarkedSearch {
  readonly settings: Settings;
  /** Means of the dense network; undefined before it is trained. */
  readonly dense:
    { readonly testAccuracyAtEarlyStop: number; readonly earlyStopIteration: number } | undefined;
  /** The branches that the chart shows. */
  readonly branches: readonly string[];
}

export interface MarkerSources {
  readonly published: readonly PublishedFile[];
  readonly own: readonly OwnSeries[];
}

export function markedSearch({ settings, dense }: SearchResult): MarkedSearch {
  return {
    settings,
    dense: {
      testAccuracyAtEarlyStop: dense.testAccuracyAtEarlyStop.mean,
      earlyStopIteration: dense.earlyStopIteration.mean,
    },
    branches: [TICKET_BRANCH, ...branchNames(settings)],
  };
}

/** @param branch the only one that the chart shows. */
export function markedSearchOf({ settings, branches }: SearchSeries, branch: string): MarkedSearch {
  const ticket = branches.find((each) => each.branch === TICKET_BRANCH);
  const denseAt = ticket ? ticket.levels.indexOf(0) : -1;
  const [accuracy, iteration] = [
    ticket?.testAccuracyAtEarlyStop.mean[denseAt],
    ticket?.earlyStopIteration.mean[denseAt],
  ];
  return {
    settings,
    dense:
      accuracy === undefined || iteration === undefined
        ? undefined
        : { testAccuracyAtEarlyStop: accuracy, earlyStopIteration: iteration },
    branches: [branch],
  };
}

/**
 * The points that belong into a chart of these searches. Ratios and differences to a dense network
 * are scaled by the dense network of the first search that they belong to.
 */
export function markersFor(
  quantity: Quantity,
  searches: readonly MarkedSearch[],
  { published, own }: MarkerSources,
): Markers {
  const found: Drawn[] = [];
  const warnings = new Set<string>();
  for (const file of published) {
    for (const each of file.series) {
      const search = searches.find(
        ({ settings, branches }) =>
          branches.includes(each.belongsTo.branch) && matches(each, settings),
      );
      if (!search) continue;
      const paper = paperOf(file, each);
      const drawn = drawnSeries(
        quantity,
        { name: `${paper}: ${each.label}`, branch: each.belongsTo.branch, points: each.points },
        search,
        sourceOf(file, each),
      );
      if (drawn.length === 0) continue;
      for (const figures of drawn) found.push(figures);
      const differences = differencesOf(each, search.settings);
      if (differences.length > 0) {
        warnings.add(`Trained otherwise than ${paper}: ${differences.join('; ')}.`);
      }
      if (!isLengthKnown(each.setup)) {
        warnings.add(`It is not recorded how long ${paper} trained, so lengths may differ.`);
      }
    }
  }
  const ownFigures = own.flatMap((each) => ownSeries(quantity, each, searches));
  const all = [...found, ...ownFigures];
  return {
    series: all.flatMap(({ series }) => (series.points.length === 0 ? [] : [series])),
    lines: all.flatMap(({ lines }) => lines),
    warnings: [...warnings],
  };
}

function paperOf({ papers }: PublishedFile, { paper, id }: PublishedSeries): string {
  const found = papers[paper];
  if (!found) throw new Error(`the series ${id} names no paper of its file`);
  return citationOf(found);
}

function ownSeries(
  quantity: Quantity,
  { name, architecture, dataset, points }: OwnSeries,
  searches: readonly MarkedSearch[],
): Drawn[] {
  const search = searches.find(
    ({ settings }) =>
      (architecture ?? settings.architecture.id) === settings.architecture.id &&
      (dataset ?? settings.dataset.id) === settings.dataset.id,
  );
  return search ? drawnSeries(quantity, { name, points }, search, 'your own point') : [];
}

/** Figures with and without a density. */
interface Drawn {
  readonly series: MarkerSeries;
  readonly lines: readonly MarkerLine[];
}

interface DrawnFigures {
  readonly name: string;
  readonly branch?: string;
  readonly points: readonly {
    readonly density?: number;
    readonly measure: PublishedMeasure;
    readonly value: number;
  }[];
}

/** One for each way in which the points are drawn, so that its label can say which. */
function drawnSeries(
  quantity: Quantity,
  { name, points, ...branch }: DrawnFigures,
  search: MarkedSearch,
  note: string,
): Drawn[] {
  return Object.entries(DRAWN[quantity]).flatMap(([measure, { suffix, valueOf }]) => {
    const label = `${name}${suffix}`;
    const drawn: MarkedPoint[] = [];
    const lines: MarkerLine[] = [];
    for (const point of points) {
      const value = point.measure === measure ? valueOf(point.value, search.dense) : undefined;
      if (value === undefined) continue;
      const { density } = point;
      if (density === undefined)
        lines.push({ label: `${label}, density not given`, ...branch, value });
      else drawn.push({ density, value, note });
    }
    const series: MarkerSeries = { label, ...branch, points: drawn };
    return drawn.length + lines.length === 0 ? [] : [{ series, lines }];
  });
}

/** Whether a chart shows such figures, where it belongs to them. */
export function isDrawn(measure: PublishedMeasure): boolean {
  return Object.values(DRAWN).some((measures) => measure in measures);
}

interface DrawnMeasure {
  /** Added to the label. */
  readonly suffix: string;
  /** In the unit of the axis; undefined without a dense network that it is relative to. */
  valueOf(value: number, dense: MarkedSearch['dense']): number | undefined;
}

/** How each measure is drawn in each chart; the others are not drawn. */
const DRAWN: Readonly<Record<Quantity, Readonly<Partial<Record<PublishedMeasure, DrawnMeasure>>>>> =
  {
    accuracy: {
      'test-accuracy-at-early-stop': { suffix: '', valueOf: (value) => value * 100 },
      'test-accuracy': { suffix: ' (at the end of training)', valueOf: (value) => value * 100 },
      'test-accuracy-above-dense': {
        suffix: ' (above your dense network)',
        valueOf: (value, dense) => dense && (dense.testAccuracyAtEarlyStop + value) * 100,
      },
    },
    'early-stop': {
      'early-stop-iteration': { suffix: '', valueOf: (value) => value },
      'early-stop-relative-to-dense': {
        suffix: ' (times your dense network)',
        valueOf: (value, dense) => dense && dense.earlyStopIteration * value,
      },
    },
  };
