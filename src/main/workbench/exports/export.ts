import path from 'node:path';
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import {
  DENSITY_CHARTS,
  type DensityChart,
  densityChart,
  sweepChart,
} from '../../../shared/charts/density-chart.ts';
import { searchOverlapChart } from '../../../shared/charts/overlap-chart.ts';
import { LIGHT_THEME } from '../../../shared/charts/palette.ts';
import { STEP_TIME_CHART, stepTimeChart } from '../../../shared/charts/step-time-chart.ts';
import { TICKET_CHARTS } from '../../../shared/charts/ticket-charts.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type { ExportSubject } from '../../../shared/contract/records/catalog.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import type { AnalysisRow } from '../../../shared/domain/analysis-report.ts';
import { AUTOMATIC_ENGINE, MEASURED_ENGINE } from '../../../shared/domain/engine.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { levelCosts } from '../../../shared/domain/training-cost.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import {
  markedSearch,
  markedSearchOf,
  type Markers,
  markersFor,
} from '../../../shared/published/markers.ts';
import type { OwnSeries } from '../../../shared/published/schema.ts';
import { analyses } from '../../engine/analyses/index.ts';
import type { ExportedAnalysis, ExportedChart } from '../../exporters/exporter.ts';
import { exporters, writerFor } from '../../exporters/index.ts';
import { writeExport } from '../../exporters/write-file.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { inOrder } from '../analyses/analysis-plan.ts';
import { missingAnalysis, missingError } from '../plug-ins/used.ts';
import { publishedFiles } from '../published/files.ts';
import { resultOf } from '../history/search-result.ts';
import { sweepSeries, sweepTable } from '../history/sweep-table.ts';
import { ticketChart } from '../tickets/ticket-charts.ts';
import { analysisChart } from './analysis-results.ts';

/** The ids of all export formats, or of those that can hold a subject. */
export function exportFormats(subject?: ExportSubject): string[] {
  return exporters.entries
    .filter(({ write }) => subject === undefined || write[subject])
    .map(({ id }) => id);
}

export interface ExportRequest {
  readonly searchId: string;
  readonly what: ExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
  /** For masks, weights and charts of one level. Default: the last finished one. */
  readonly level?: number | undefined;
  /** For masks, weights and charts of one replicate, counted from 0. Default: the first. */
  readonly replicate?: number | undefined;
  /** For masks, weights and charts of one branch. Default: the ticket. */
  readonly branch?: string | undefined;
  /** One of `chartNames`. Default: accuracy against density. */
  readonly chart?: string | undefined;
  /** For a mask or weights as a chart. Default: the first tensor of a mask, all weights. */
  readonly tensor?: string | undefined;
  /** For analyses, the number of one. Default: all; for charts, the last one that fits. */
  readonly analysis?: number | undefined;
  /** For charts against density. Default: the published figures that fit. */
  readonly points?: ChartPoints | undefined;
}

/** The points of others beside the lines of a chart. */
export interface ChartPoints {
  readonly isPublishedShown: boolean;
  readonly own: readonly OwnSeries[];
}

export interface ExportToFile extends ExportRequest {
  readonly file: string;
  readonly overwrite: boolean;
}

export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** How the points of a chart were trained otherwise than the search. */
  readonly warnings: readonly string[];
}

/**
 * The settings as written, and the engine that was chosen for each level. Run anywhere, they give
 * the bits of this search.
 */
function settingsWithEngines(store: Store, { id, written }: SearchRecord): WrittenSettings {
  const chosen = store.engines.ofSearch(id);
  const engines = Array.from(chosen.keys())
    .toSorted((one, other) => one - other)
    .flatMap((level) => chosen.get(level) ?? []);
  const { engine } = written.training;
  const isChoice = engine === AUTOMATIC_ENGINE || engine === MEASURED_ENGINE;
  if (!isChoice || engines.length === 0) return written;
  return { ...written, training: { ...written.training, engines } };
}

/**
 * The content of an exported file.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold the subject; `not-found` for
 *   a training that has not finished.
 */
export function exportBytes(store: Store, request: ExportRequest): Uint8Array {
  const { searchId, format } = request;
  const search = store.searches.get(searchId);
  switch (request.what) {
    case 'settings':
      return writerFor(
        'settings',
        format,
      )({
        written: settingsWithEngines(store, search),
        data: store.dataReadings.summaries(search.id),
      });
    case 'chart':
      return writerFor('chart', format)(onWhite(describeChart(store, search, request).chart));
    case 'metrics': {
      const write = writerFor('metrics', format);
      const trainings = store.trainings.list(search.id);
      const layout = store.searches.layout(search.id);
      const data = store.dataReadings.summaries(search.id);
      return write({ search, layout, trainings, result: resultOf(store, search, trainings), data });
    }
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

/**
 * @throws WorkbenchError as `exportBytes`, or if the file can't be written. Then no file is left.
 */
export function exportToFile(store: Store, request: ExportToFile): ExportedFile {
  const bytes = exportBytes(store, request);
  writeExport(request.file, bytes, { overwrite: request.overwrite });
  const warnings =
    request.what === 'chart'
      ? describeChart(store, store.searches.get(request.searchId), request).warnings
      : [];
  return { path: path.resolve(request.file), bytes: bytes.length, warnings };
}

export interface SweepExport {
  readonly what: 'table' | 'chart';
  /** One of `exportFormats`. */
  readonly format: string;
  /** For a chart: what is drawn against density. Default: accuracy. */
  readonly chart?: DensityChart | undefined;
  /** For a chart. Default: the published figures that fit. */
  readonly points?: ChartPoints | undefined;
}

/**
 * Like `exportBytes`, for a sweep.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it; `not-found` if there
 *   is nothing to draw yet.
 */
export function exportSweep(
  store: Store,
  sweep: SweepRecord,
  { what, format, chart = 'accuracy', points }: SweepExport,
): Uint8Array {
  if (what === 'table') return writerFor('sweep-table', format)(sweepTable(store, sweep));
  const write = writerFor('sweep-chart', format);
  const searches = sweepSeries(store, sweep);
  if (searches.length > 0) {
    const markers = markersOfSweep(searches, chart, points);
    return write(onWhite(sweepChart(sweep.name, searches, chart, markers)));
  }
  throw new WorkbenchError(
    'not-found',
    `the sweep ${sweep.id} has nothing to draw yet`,
    'A chart needs at least one finished dense training.',
  );
}

function markersOfSweep(
  searches: readonly SearchSeries[],
  chart: DensityChart,
  points: ChartPoints | undefined,
): Markers {
  const marked = searches.map((each) => markedSearchOf(each, TICKET_BRANCH));
  return markersFor(chart, marked, sourcesOf(points));
}

function sourcesOf({ isPublishedShown, own }: ChartPoints = { isPublishedShown: true, own: [] }) {
  return { published: isPublishedShown ? publishedFiles() : [], own };
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

/** On a light background, as in papers. */
const onWhite = (chart: ChartDescription): ExportedChart => ({ chart, theme: LIGHT_THEME });

function describeChart(
  store: Store,
  search: SearchRecord,
  request: ExportRequest,
): { readonly chart: ChartDescription; readonly warnings: readonly string[] } {
  const { chart: name = 'accuracy', analysis, level, replicate, branch } = request;
  const ofTicket = TICKET_CHARTS.find((chart) => chart === name);
  if (ofTicket !== undefined) {
    const { key } = chooseTraining(store.trainings.outcomes(search.id), request);
    return { chart: ticketChart(store, search, ofTicket, key, request.tensor), warnings: [] };
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

/**
 * @throws WorkbenchError as `exportSweep`, or if the file can't be written. Then no file is left.
 */
export function exportSweepToFile(
  store: Store,
  sweep: SweepRecord,
  request: SweepExport & Pick<ExportToFile, 'file' | 'overwrite'>,
): ExportedFile {
  const bytes = exportSweep(store, sweep, request);
  writeExport(request.file, bytes, { overwrite: request.overwrite });
  const { what, chart = 'accuracy', points } = request;
  const warnings =
    what === 'chart' ? markersOfSweep(sweepSeries(store, sweep), chart, points).warnings : [];
  return { path: path.resolve(request.file), bytes: bytes.length, warnings };
}

export interface OverlapExport {
  /** One of `exportFormats('chart')`. */
  readonly format: string;
  readonly file: string;
  readonly overwrite: boolean;
}

/**
 * Exports the chart of mask overlap between searches to a file. @throws WorkbenchError as
 * `exportToFile`.
 */
export function exportOverlapToFile(
  overlap: SearchOverlap,
  { format, file, overwrite }: OverlapExport,
): ExportedFile {
  const bytes = writerFor('chart', format)(onWhite(searchOverlapChart(overlap)));
  writeExport(file, bytes, { overwrite });
  return { path: path.resolve(file), bytes: bytes.length, warnings: [] };
}

function chooseTraining(
  trainings: readonly TrainingRecord[],
  { level, replicate = 0, branch = TICKET_BRANCH }: ExportRequest,
): { key: TrainingKey; density: number } {
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
