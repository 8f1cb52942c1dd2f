/** Exports of several searches beside each other. */
import { amount } from '../../../shared/amount.ts';
import { comparisonChart, type DensityChart } from '../../../shared/charts/density-chart.ts';
import { searchOverlapChart } from '../../../shared/charts/overlap-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type { ComparisonExportSubject } from '../../../shared/contract/records/catalog.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { markedSearchOf, markersFor } from '../../../shared/published/markers.ts';
import { writerFor } from '../../exporters/index.ts';
import type { Store } from '../../store/store.ts';
import { comparisonReport } from '../reports/comparison-report.ts';
import type { ReportedSearch } from '../reports/reported-search.ts';
import { type ChartDrawing, drawnAs, type ReportChoice, sourcesOf } from './chart-drawing.ts';
import { comparisonTable, isTrained, referenceAmong, searchesWithBranch } from './comparison.ts';
import type { DrawingThread } from './drawing-thread.ts';
import { type Exported, type ExportedFile, type FileRequest, toFile } from './to-file.ts';

export interface ComparisonExport extends ChartDrawing, ReportChoice {
  readonly what: ComparisonExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
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

/**
 * Like `exportSearch`, for several searches.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it, for too few or too many
 *   searches or colours, or for a reference that is none of them; `not-found` for a search or a branch that isn't
 *   there, or for nothing to compare.
 */
export async function exportComparison(
  store: Store,
  drawing: DrawingThread,
  ids: readonly string[],
  request: ComparisonExport,
): Promise<Exported> {
  const { what, format, branch = TICKET_BRANCH, colours } = request;
  if (colours && colours.length !== ids.length) {
    throw new WorkbenchError(
      'invalid-argument',
      `${amount(colours.length, 'colour')} given for ${ids.length} searches; expected one for each`,
    );
  }
  if (what === 'report') {
    const write = drawing.writerFor('comparison-report', format);
    const report = comparisonReport(store, ids, { ...request, branch });
    return { bytes: await write(report), warnings: [] };
  }
  if (what === 'table') {
    const write = writerFor('comparison-table', format);
    const searches = trainedSearches(store, ids, branch);
    const reference = referenceAmong(store, searches, request.reference);
    return { bytes: write(comparisonTable(searches, branch, reference)), warnings: [] };
  }
  const write = drawing.writerFor('comparison-chart', format);
  const { chart = 'accuracy', points } = request;
  const searches = trainedSearches(store, ids, branch);
  const reference = referenceAmong(store, searches, request.reference);
  const series = searches.map((search) => search.series);
  const marked = series.map((each) => markedSearchOf(each, branch));
  const markers = markersFor(chart, marked, sourcesOf(points));
  const options = { markers, reference, ...(colours && { colours }) };
  const described = comparisonChart(series, branch, chart, options);
  return { bytes: await write(drawnAs(described, request)), warnings: markers.warnings };
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

export interface OverlapExport extends ChartDrawing, FileRequest {
  /** One of `exportFormats('chart')`. */
  readonly format: string;
}

/**
 * Exports the chart of mask overlap between searches to a file. @throws WorkbenchError as `toFile`.
 */
export async function exportOverlapToFile(
  drawing: DrawingThread,
  overlap: SearchOverlap,
  request: OverlapExport,
): Promise<ExportedFile> {
  const write = drawing.writerFor('chart', request.format);
  const bytes = await write(drawnAs(searchOverlapChart(overlap), request));
  return toFile(request, { bytes, warnings: [] });
}
