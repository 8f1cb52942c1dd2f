/**
 * What exports of several searches hold, read from the store. A thread does it: a report reads the results of
 * all searches and compares their masks.
 */
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import { comparisonChart, type DensityChart } from '../../../shared/charts/density-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { markedSearchOf, markersFor } from '../../../shared/published/markers.ts';
import type { LoadedPlugIn } from '../../engine/plug-ins/load.ts';
import type { ComparisonTable } from '../../exporters/exporter.ts';
import type { Report } from '../../exporters/report.ts';
import type { Store } from '../../store/store.ts';
import { comparisonMethods, comparisonReport } from '../reports/comparison-report.ts';
import type { ReportedSearch } from '../reports/reported-search.ts';
import { type ReportChoice, sourcesOf } from './chart-drawing.ts';
import { comparisonTable, isTrained, referenceAmong, searchesWithBranch } from './comparison.ts';

/** What is asked about the searches. */
export interface ComparisonQuestion extends ReportChoice {
  /** Default: the ticket. */
  readonly branch?: string | undefined;
  /** The search that differences are from. Default: the first. */
  readonly reference?: string | undefined;
  /** For a chart: what is drawn against density. Default: accuracy. */
  readonly chart?: DensityChart | undefined;
  /** For charts and reports: the place of each search among the colours of lines. Default: in order. */
  readonly colours?: readonly number[] | undefined;
  /** For reports: which masks are compared. Default: those of the reference with the others. */
  readonly pairs?: 'all' | 'reference' | undefined;
}

/** Everything here can be sent to a thread. */
export interface AskedComparison {
  /** The searches that are compared. */
  readonly ids: readonly string[];
  readonly question: ComparisonQuestion;
  /** Those that are loaded, some of which the searches may use. */
  readonly plugIns: readonly LoadedPlugIn[];
}

interface ComparisonChart {
  readonly chart: DrawableChart;
  /** How the points of others were trained otherwise than the searches. */
  readonly warnings: readonly string[];
}

interface ComparisonResults {
  table: ComparisonTable;
  chart: ComparisonChart;
  report: Report;
  /** The methods paragraph of the report, as the settings say it. */
  methods: string;
}

export type ComparisonTask = keyof ComparisonResults;

export type ComparisonTasks = {
  readonly [Task in ComparisonTask]: {
    readonly given: AskedComparison;
    readonly result: ComparisonResults[Task];
  };
};

type Perform<Task extends ComparisonTask> = (
  store: Store,
  ids: readonly string[],
  question: ComparisonQuestion,
) => ComparisonResults[Task];

const COMPARISON_WORK: { readonly [Task in ComparisonTask]: Perform<Task> } = {
  table: tableOf,
  chart: chartOf,
  report: (store, ids, { branch = TICKET_BRANCH, ...options }) =>
    comparisonReport(store, ids, { ...options, branch }),
  methods: comparisonMethods,
};

export function performComparisonWork<Task extends ComparisonTask>(
  store: Store,
  task: Task,
  { ids, question }: AskedComparison,
): ComparisonResults[Task] {
  const perform: Perform<Task> = COMPARISON_WORK[task];
  return perform(store, ids, question);
}

function tableOf(
  store: Store,
  ids: readonly string[],
  { branch = TICKET_BRANCH, reference }: ComparisonQuestion,
): ComparisonTable {
  const searches = trainedSearches(store, ids, branch);
  return comparisonTable(searches, branch, referenceAmong(store, searches, reference));
}

function chartOf(
  store: Store,
  ids: readonly string[],
  { branch = TICKET_BRANCH, chart = 'accuracy', colours, points, ...asked }: ComparisonQuestion,
): ComparisonChart {
  const searches = trainedSearches(store, ids, branch);
  const reference = referenceAmong(store, searches, asked.reference);
  const series = searches.map((search) => search.series);
  const marked = series.map((each) => markedSearchOf(each, branch));
  const markers = markersFor(chart, marked, sourcesOf(points));
  const options = { markers, reference, ...(colours && { colours }) };
  return { chart: comparisonChart(series, branch, chart, options), warnings: markers.warnings };
}

/** @throws WorkbenchError as `searchesWithBranch`; `not-found` before anything of it is trained. */
function trainedSearches(store: Store, ids: readonly string[], branch: string): ReportedSearch[] {
  const searches = searchesWithBranch(store, ids, branch);
  if (isTrained(searches, branch)) return searches;
  throw new WorkbenchError(
    'not-found',
    `none of the compared searches has a finished training of ${branch}`,
    'A comparison needs at least one.',
  );
}
