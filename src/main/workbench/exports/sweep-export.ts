/** Exports of sweeps. */
import { type DensityChart, sweepChart } from '../../../shared/charts/density-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SweepExportSubject } from '../../../shared/contract/records/catalog.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { markedSearchOf, type Markers, markersFor } from '../../../shared/published/markers.ts';
import type { ExportedSweepTable } from '../../exporters/exporter.ts';
import { writerFor } from '../../exporters/index.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { sweepResults } from '../../../shared/sweep/sweep-metrics.ts';
import { readSweep } from '../history/sweep-reading.ts';
import { sweepSeries, sweepTable } from '../history/sweep-table.ts';
import { sweepReport } from '../reports/sweep-report.ts';
import {
  type ChartDrawing,
  type ChartPoints,
  drawnAs,
  type ReportChoice,
  sourcesOf,
} from './chart-drawing.ts';
import type { DrawingThread } from './drawing-thread.ts';
import { exportedTable } from './exported-sweep-table.ts';
import { type QuestionOptions, questionAbout } from './sweep-question.ts';
import { SWEPT_CHARTS, type SweptChart, sweptChart } from './swept-charts.ts';
import type { Exported } from './to-file.ts';

export interface SweepExport extends ChartDrawing, ReportChoice, QuestionOptions {
  readonly what: SweepExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
  /** For a chart: what is drawn against density, or a chart over the settings. Default: accuracy. */
  readonly chart?: DensityChart | SweptChart | undefined;
  /** For a table: the ids of the searches that have a row, in their order. Default: all, in that of the grid. */
  readonly searches?: readonly string[] | undefined;
}

/**
 * Like `exportSearch`, for a sweep.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it; `not-found` if there
 *   is nothing to draw yet.
 */
export async function exportSweep(
  store: Store,
  drawing: DrawingThread,
  sweep: SweepRecord,
  request: SweepExport,
): Promise<Exported> {
  const { what, format, chart = 'accuracy', points } = request;
  if (what === 'report') {
    const write = drawing.writerFor('sweep-report', format);
    return { bytes: await write(sweepReport(store, sweep, request)), warnings: [] };
  }
  if (what === 'table') {
    const write = writerFor('sweep-table', format);
    return { bytes: write(tableOf(store, sweep, request)), warnings: [] };
  }
  const write = drawing.writerFor('sweep-chart', format);
  const read = readSweep(store, sweep);
  const searches = sweepSeries(read);
  if (searches.length > 0) {
    if (isSwept(chart)) {
      const results = sweepResults(sweepTable(read), searches);
      const swept = sweptChart(sweep, results, chart, questionAbout(sweep.id, results, request));
      return { bytes: await write(drawnAs(swept, request)), warnings: [] };
    }
    const markers = markersOfSweep(searches, chart, points);
    const described = sweepChart(sweep.name, searches, chart, markers);
    return { bytes: await write(drawnAs(described, request)), warnings: markers.warnings };
  }
  throw new WorkbenchError(
    'not-found',
    `the sweep ${sweep.id} has nothing to draw yet`,
    'A chart needs at least one finished dense training.',
  );
}

function tableOf(store: Store, sweep: SweepRecord, request: SweepExport): ExportedSweepTable {
  const read = readSweep(store, sweep);
  const table = sweepTable(read);
  const results = sweepResults(table, sweepSeries(read));
  const question = questionAbout(sweep.id, results, request);
  return exportedTable(table, results, question, request.searches);
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
