/** Exports of several searches beside each other. */
import path from 'node:path';
import { comparisonChart, type DensityChart } from '../../../shared/charts/density-chart.ts';
import { searchOverlapChart } from '../../../shared/charts/overlap-chart.ts';
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type { ComparisonExportSubject } from '../../../shared/contract/records/catalog.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { markedSearchOf, markersFor } from '../../../shared/published/markers.ts';
import { writerFor } from '../../exporters/index.ts';
import { writeExport } from '../../exporters/write-file.ts';
import type { Store } from '../../store/store.ts';
import { comparisonReport } from '../reports/comparison-report.ts';
import { type ChartDrawing, type ChartPoints, drawnAs, sourcesOf } from './chart-drawing.ts';
import { comparedSearches, comparisonTable, referenceAmong } from './comparison.ts';
import type { ExportedFile, FileRequest } from './export.ts';

export interface ComparisonExport extends ChartDrawing {
  readonly what: ComparisonExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
  /** Default: the ticket. */
  readonly branch?: string | undefined;
  /** The search that differences are from. Default: the first. */
  readonly reference?: string | undefined;
  /** For a chart: what is drawn against density. Default: accuracy. */
  readonly chart?: DensityChart | undefined;
  /** For a chart. Default: the published figures that fit. */
  readonly points?: ChartPoints | undefined;
  /** For a report, in Markdown. Default: written from the settings. */
  readonly methods?: string | undefined;
}

/**
 * Like `exportBytes`, for several searches.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it, for too few or too many
 *   searches, or for a reference that is none of them; `not-found` for a search that isn't there.
 */
export function exportComparison(
  store: Store,
  ids: readonly string[],
  request: ComparisonExport,
): Uint8Array {
  const { what, format, branch = TICKET_BRANCH } = request;
  if (what === 'report') {
    const write = writerFor('comparison-report', format);
    return write(comparisonReport(store, ids, { ...request, branch }));
  }
  if (what === 'table') {
    const searches = comparedSearches(store, ids);
    const reference = referenceAmong(store, searches, request.reference);
    return writerFor('comparison-table', format)(comparisonTable(searches, branch, reference));
  }
  const write = writerFor('comparison-chart', format);
  const { chart } = comparedChart(store, ids, request);
  return write(drawnAs(chart, request));
}

/**
 * @throws WorkbenchError as `exportComparison`, or if the file can't be written. Then no file is left.
 */
export function exportComparisonToFile(
  store: Store,
  ids: readonly string[],
  request: ComparisonExport & FileRequest,
): ExportedFile {
  const bytes = exportComparison(store, ids, request);
  writeExport(request.file, bytes, { overwrite: request.overwrite });
  const warnings = request.what === 'chart' ? comparedChart(store, ids, request).warnings : [];
  return { path: path.resolve(request.file), bytes: bytes.length, warnings };
}

function comparedChart(store: Store, ids: readonly string[], request: ComparisonExport) {
  const { branch = TICKET_BRANCH, chart = 'accuracy', points } = request;
  const searches = comparedSearches(store, ids);
  const reference = referenceAmong(store, searches, request.reference);
  const series = searches.map((search) => search.series);
  const marked = series.map((each) => markedSearchOf(each, branch));
  const markers = markersFor(chart, marked, sourcesOf(points));
  return {
    chart: comparisonChart(series, branch, chart, { markers, reference }),
    warnings: markers.warnings,
  };
}

export interface OverlapExport extends ChartDrawing, FileRequest {
  /** One of `exportFormats('chart')`. */
  readonly format: string;
}

/**
 * Exports the chart of mask overlap between searches to a file. @throws WorkbenchError as
 * `exportToFile`.
 */
export function exportOverlapToFile(overlap: SearchOverlap, request: OverlapExport): ExportedFile {
  const write = writerFor('chart', request.format);
  const bytes = write(drawnAs(searchOverlapChart(overlap), request));
  writeExport(request.file, bytes, { overwrite: request.overwrite });
  return { path: path.resolve(request.file), bytes: bytes.length, warnings: [] };
}
