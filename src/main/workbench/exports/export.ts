/** Exports of one search. */
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import { CURVE_CHARTS } from '../../../shared/charts/curve-measures.ts';
import { DENSITY_CHARTS, densityChart } from '../../../shared/charts/density-chart.ts';
import { STEP_TIME_CHART, stepTimeChart } from '../../../shared/charts/step-time-chart.ts';
import { TICKET_CHARTS } from '../../../shared/charts/ticket-charts.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ExportSubject } from '../../../shared/contract/records/catalog.ts';
import type { AnalysisRow } from '../../../shared/domain/analysis-report.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { levelCosts } from '../../../shared/domain/training-cost.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { markedSearch, markersFor } from '../../../shared/published/markers.ts';
import { analyses } from '../../engine/analyses/index.ts';
import type { ExportedAnalysis } from '../../exporters/exporter.ts';
import { exporters, writerFor } from '../../exporters/index.ts';
import type { Store } from '../../store/store.ts';
import { inOrder } from '../analyses/analysis-plan.ts';
import { missingAnalysis, missingError } from '../plug-ins/used.ts';
import { resultOf } from '../history/search-result.ts';
import { searchReport } from '../reports/search-report.ts';
import { ticketChart } from '../tickets/ticket-charts.ts';
import { analysisChart } from './analysis-results.ts';
import { type ChartDrawing, drawnAs, type ReportChoice, sourcesOf } from './chart-drawing.ts';
import { curveChart } from './curve-chart.ts';
import type { Curves } from '../curves/curves.ts';
import type { Tickets } from '../tickets/tickets.ts';
import type { DrawingThread } from './drawing-thread.ts';
import { settingsWithEngines } from './settings-with-engines.ts';
import type { Exported } from './to-file.ts';

/** The ids of all export formats, or of those that can hold a subject. */
export function exportFormats(subject?: ExportSubject): string[] {
  return exporters.entries
    .filter(({ write }) => subject === undefined || write[subject])
    .map(({ id }) => id);
}

export interface ChosenTraining {
  /** Default: the last finished one; for learning curves, all. */
  readonly level?: number | undefined;
  /** Counted from 0. Default: the first; for learning curves, the mean of all. */
  readonly replicate?: number | undefined;
  /** Default: the ticket. */
  readonly branch?: string | undefined;
}

/** The training is for masks, weights and charts of one level. */
export interface ExportRequest extends ChartDrawing, ReportChoice, ChosenTraining {
  readonly searchId: string;
  readonly what: ExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
  /** One of `chartNames`. Default: accuracy against density. */
  readonly chart?: string | undefined;
  /** For a mask or weights as a chart. Default: the first tensor of a mask, all weights. */
  readonly tensor?: string | undefined;
  /** For analyses, the number of one. Default: all; for charts, the last one that fits. */
  readonly analysis?: number | undefined;
}

/** What reads and draws in threads. */
export interface ExportThreads {
  readonly drawing: DrawingThread;
  readonly curves: Curves;
  readonly tickets: Tickets;
}

/**
 * The content of an exported file.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold the subject; `not-found` for
 *   a training that has not finished.
 */
export async function exportSearch(
  store: Store,
  threads: ExportThreads,
  request: ExportRequest,
): Promise<Exported> {
  const { what, searchId, format } = request;
  const search = store.searches.get(searchId);
  if (what === 'chart') {
    const write = threads.drawing.writerFor('chart', format);
    const { chart, warnings } = await describeChart(store, threads, search, request);
    return { bytes: await write(drawnAs(chart, request)), warnings };
  }
  if (what === 'report') {
    const write = threads.drawing.writerFor('report', format);
    return { bytes: await write(searchReport(store, search.id, request)), warnings: [] };
  }
  return { bytes: bytesOf(store, search, what, request), warnings: [] };
}

function bytesOf(
  store: Store,
  search: SearchRecord,
  what: Exclude<ExportSubject, 'chart' | 'report'>,
  request: ExportRequest,
): Uint8Array {
  const { format } = request;
  switch (what) {
    case 'settings':
      return writerFor(
        'settings',
        format,
      )({
        written: settingsWithEngines(store, search),
        data: store.dataReadings.summaries(search.id),
      });
    case 'metrics': {
      const write = writerFor('metrics', format);
      const trainings = store.trainings.list(search.id);
      const layout = store.searches.layout(search.id);
      const data = store.dataReadings.summaries(search.id);
      return write({ search, layout, trainings, result: resultOf(store, search, trainings), data });
    }
    case 'levels':
      return writerFor('levels', format)(finishedResult(store, search));
    case 'analyses': {
      const write = writerFor('analyses', format);
      const found = finishedAnalyses(store, search, request.analysis);
      if (found.length > 0) return write({ search, analyses: found });
      throw new WorkbenchError(
        'not-found',
        `the search ${search.id} has no analyses with results`,
        `Request one with: ticket analyse ${search.id} --what …`,
      );
    }
    case 'masks': {
      const write = writerFor('masks', format);
      const { key, density } = chooseTraining(store.trainings.outcomes(search.id), request);
      const mask = store.trainings.mask(search.id, key);
      return write({
        search,
        layout: store.searches.layout(search.id, key.branch),
        key,
        density,
        mask,
      });
    }
    case 'weights': {
      const write = writerFor('weights', format);
      const { key, density } = chooseTraining(store.trainings.outcomes(search.id), request);
      const weights = store.trainings.weights(search.id, key);
      const layout = store.searches.layout(search.id, key.branch);
      return write({ search, layout, key, density, ...weights });
    }
  }
}

/** @throws WorkbenchError `not-found` before the first dense training has finished. */
function finishedResult(store: Store, search: SearchRecord): SearchResult {
  const result = resultOf(store, search, store.trainings.outcomes(search.id));
  if (result) return result;
  throw new WorkbenchError(
    'not-found',
    `the search ${search.id} has no levels yet`,
    'Its table begins with the first finished dense training.',
  );
}

/** The analyses with results, or the one with this number. */
function finishedAnalyses(
  store: Store,
  search: SearchRecord,
  number: number | undefined,
): ExportedAnalysis[] {
  const records =
    number === undefined ? store.analyses.list(search.id) : [store.analyses.get(search.id, number)];
  const layout = store.searches.layout(search.id);
  return records
    .map((record) => {
      const { choice } = record;
      const units = inOrder(store.analyses.units(record.id), choice, search, layout);
      const results = units.map(({ result }) => result);
      const rows = (): AnalysisRow[] => {
        // Formats that hold results as they are can do without the definition.
        const missing = missingAnalysis(search, choice.id);
        if (missing) throw missingError(search, missing, store.directory);
        return results.flatMap(analyses.get(choice.id).rows);
      };
      return { ...record, results, rows };
    })
    .filter(({ results }) => results.length > 0);
}

interface DescribedChart {
  readonly chart: DrawableChart;
  readonly warnings: readonly string[];
}

async function describeChart(
  store: Store,
  { curves, tickets }: ExportThreads,
  search: SearchRecord,
  request: ExportRequest,
): Promise<DescribedChart> {
  const { chart: name = 'accuracy', analysis, level, replicate, branch } = request;
  const ofTicket = TICKET_CHARTS.find((chart) => chart === name);
  if (ofTicket !== undefined) {
    const { key } = chooseTraining(store.trainings.outcomes(search.id), request);
    const wanted = { chart: ofTicket, key, tensor: request.tensor };
    return { chart: await ticketChart(store, tickets, search, wanted), warnings: [] };
  }
  const measure = CURVE_CHARTS.get(name);
  if (measure !== undefined) {
    return { chart: await curveChart(store, curves, search, measure, request), warnings: [] };
  }
  const ofDensity = DENSITY_CHARTS.find((chart) => chart === name);
  if (ofDensity === undefined && name !== STEP_TIME_CHART) {
    const options = { name: search.name, level, replicate, branch };
    const found = finishedAnalyses(store, search, analysis);
    return { chart: analysisChart(search.id, name, found, options), warnings: [] };
  }
  const trainings = store.trainings.outcomes(search.id);
  const result = resultOf(store, search, trainings);
  if (!result) {
    throw new WorkbenchError(
      'not-found',
      `the search ${search.id} has nothing to draw yet`,
      'A chart needs at least one finished dense training.',
    );
  }
  if (ofDensity === undefined) {
    return { chart: stepTimeChart(search, levelCosts(search.settings, trainings)), warnings: [] };
  }
  const markers = markersFor(ofDensity, [markedSearch(result)], sourcesOf(request.points));
  return { chart: densityChart(result, ofDensity, { markers }), warnings: markers.warnings };
}

/** @throws WorkbenchError `not-found` naming the levels that there are. */
export function chooseTraining(
  trainings: readonly TrainingRecord[],
  { level, replicate = 0, branch = TICKET_BRANCH }: ChosenTraining,
): TrainingRecord {
  const ofBranch = trainings.filter(
    ({ key }) => key.replicate === replicate && key.branch === branch,
  );
  const chosen =
    level === undefined ? ofBranch.at(-1) : ofBranch.find(({ key }) => key.level === level);
  if (chosen) return chosen;
  const wanted = level === undefined ? '' : `, level ${level}`;
  const levels = ofBranch.map(({ key }) => key.level).join(', ');
  throw new WorkbenchError(
    'not-found',
    `there is no finished training of replicate ${replicate + 1}${wanted}, ${branch}`,
    levels === ''
      ? 'Run "ticket show" for the replicates and branches of the search.'
      : `Levels finished so far: ${levels}.`,
  );
}
