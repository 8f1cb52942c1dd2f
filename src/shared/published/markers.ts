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

export interface Markers {
  readonly series: readonly MarkerSeries[];
  /** How the search was trained otherwise than the sources, one sentence each. */
  readonly warnings: readonly string[];
}

export const NO_MARKERS: Markers = { series: [], warnings: [] };

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
  const series: MarkerSeries[] = [];
  const warnings = new Set<string>();
  for (const file of published) {
    for (const each of file.series) {
      const search = searches.find(
        ({ settings, branches }) =>
          branches.includes(each.belongsTo.branch) && matches(each, settings),
      );
      if (!search) continue;
      const drawn = publishedSeries(quantity, file, each, search);
      if (drawn.length === 0) continue;
      for (const marks of drawn) series.push(marks);
      const differences = differencesOf(each, search.settings);
      const paper = paperOf(file, each);
      if (differences.length > 0) {
        warnings.add(`Trained otherwise than ${paper}: ${differences.join('; ')}.`);
      }
      if (!isLengthKnown(each.setup)) {
        warnings.add(`It is not recorded how long ${paper} trained, so lengths may differ.`);
      }
    }
  }
  const ownMarks = own.flatMap((each) => ownSeries(quantity, each, searches));
  return { series: [...series, ...ownMarks], warnings: [...warnings] };
}

function paperOf({ papers }: PublishedFile, { paper, id }: PublishedSeries): string {
  const found = papers[paper];
  if (!found) throw new Error(`the series ${id} names no paper of its file`);
  return citationOf(found);
}

function publishedSeries(
  quantity: Quantity,
  file: PublishedFile,
  series: PublishedSeries,
  search: MarkedSearch,
): MarkerSeries[] {
  const name = `${paperOf(file, series)}: ${series.label}`;
  return drawnSeries(quantity, name, series.points, search, sourceOf(file, series)).map(
    (drawn) => ({ ...drawn, branch: series.belongsTo.branch }),
  );
}

function ownSeries(
  quantity: Quantity,
  { name, architecture, dataset, points }: OwnSeries,
  searches: readonly MarkedSearch[],
): MarkerSeries[] {
  const search = searches.find(
    ({ settings }) =>
      (architecture ?? settings.architecture.id) === settings.architecture.id &&
      (dataset ?? settings.dataset.id) === settings.dataset.id,
  );
  return search ? drawnSeries(quantity, name, points, search, 'your own point') : [];
}

/** A series for each way in which its points are drawn, so that its label can say which. */
function drawnSeries(
  quantity: Quantity,
  name: string,
  points: readonly {
    readonly density?: number;
    readonly measure: PublishedMeasure;
    readonly value: number;
  }[],
  search: MarkedSearch,
  note: string,
): MarkerSeries[] {
  return Object.entries(DRAWN[quantity]).flatMap(([measure, { suffix, valueOf }]) => {
    const drawn = points.flatMap((point): MarkedPoint[] => {
      const { density } = point;
      const value = point.measure === measure ? valueOf(point.value, search.dense) : undefined;
      return value === undefined || density === undefined ? [] : [{ density, value, note }];
    });
    return drawn.length === 0 ? [] : [{ label: `${name}${suffix}`, points: drawn }];
  });
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
