/** Exports of sweeps. */
import path from 'node:path';
import { type DensityChart, sweepChart } from '../../../shared/charts/density-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SweepExportSubject } from '../../../shared/contract/records/catalog.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { markedSearchOf, type Markers, markersFor } from '../../../shared/published/markers.ts';
import { writerFor } from '../../exporters/index.ts';
import { writeExport } from '../../exporters/write-file.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { sweepSeries, sweepTable } from '../history/sweep-table.ts';
import { sweepReport } from '../reports/sweep-report.ts';
import { type ChartDrawing, type ChartPoints, drawnAs, sourcesOf } from './chart-drawing.ts';
import type { ExportedFile, FileRequest } from './export.ts';
import {
  SWEPT_CHARTS,
  type SweptChart,
  sweptChart,
  type SweptChartOptions,
} from './swept-charts.ts';

export interface SweepExport extends ChartDrawing, SweptChartOptions {
  readonly what: SweepExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
  /** For a chart: what is drawn against density, or a chart over the settings. Default: accuracy. */
  readonly chart?: DensityChart | SweptChart | undefined;
  /** For a chart against density. Default: the published figures that fit. */
  readonly points?: ChartPoints | undefined;
  /** For a report, in Markdown. Default: written from the settings. */
  readonly methods?: string | undefined;
}

/**
 * Like `exportBytes`, for a sweep.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it; `not-found` if there
 *   is nothing to draw yet.
 */
export function exportSweep(store: Store, sweep: SweepRecord, request: SweepExport): Uint8Array {
  const { what, format, chart = 'accuracy', points, methods } = request;
  if (what === 'table') return writerFor('sweep-table', format)(sweepTable(store, sweep));
  if (what === 'report') {
    return writerFor('sweep-report', format)(sweepReport(store, sweep, methods));
  }
  const write = writerFor('sweep-chart', format);
  const searches = sweepSeries(store, sweep);
  if (searches.length > 0) {
    if (isSwept(chart)) return write(drawnAs(sweptChart(store, sweep, chart, request), request));
    const markers = markersOfSweep(searches, chart, points);
    return write(drawnAs(sweepChart(sweep.name, searches, chart, markers), request));
  }
  throw new WorkbenchError(
    'not-found',
    `the sweep ${sweep.id} has nothing to draw yet`,
    'A chart needs at least one finished dense training.',
  );
}

/**
 * @throws WorkbenchError as `exportSweep`, or if the file can't be written. Then no file is left.
 */
export function exportSweepToFile(
  store: Store,
  sweep: SweepRecord,
  request: SweepExport & FileRequest,
): ExportedFile {
  const bytes = exportSweep(store, sweep, request);
  writeExport(request.file, bytes, { overwrite: request.overwrite });
  const { what, chart = 'accuracy', points } = request;
  const warnings =
    what === 'chart' && !isSwept(chart)
      ? markersOfSweep(sweepSeries(store, sweep), chart, points).warnings
      : [];
  return { path: path.resolve(request.file), bytes: bytes.length, warnings };
}

function isSwept(chart: DensityChart | SweptChart): chart is SweptChart {
  return SWEPT_CHARTS.some((each) => each === chart);
}

function markersOfSweep(
  searches: readonly SearchSeries[],
  chart: DensityChart,
  points: ChartPoints | undefined,
): Markers {
  const marked = searches.map((each) => markedSearchOf(each, TICKET_BRANCH));
  return markersFor(chart, marked, sourcesOf(points));
}
