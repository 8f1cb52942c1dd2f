import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  ANALYSIS_CHARTS,
  ANALYSIS_OF_CHART,
  type AnalysisChart,
  analysisChart,
  isAnalysisChart,
} from '../../../shared/charts/analysis-charts.ts';
import { searchOverlapChart } from '../../../shared/charts/overlap-chart.ts';
import type { SearchOverlap } from '../../../shared/contract/records.ts';
import { DENSITY_CHARTS, type DensityChart } from '../../../shared/charts/density-chart.ts';
import { STEP_TIME_CHART, stepTimeChart } from '../../../shared/charts/step-time-chart.ts';
import type { LineChart } from '../../../shared/charts/line-chart.ts';
import { summarizeSearch } from '../../../shared/domain/result.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { levelCosts } from '../../../shared/domain/training-cost.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import {
  EXPORT_SUBJECTS,
  type ExportedAnalysis,
  type ExportSubject,
} from '../../exporters/exporter.ts';
import { exporters, writerFor } from '../../exporters/index.ts';
import { writeFileAtomically } from '../../exporters/write-file.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { inOrder, subjectOf, unitsOf } from '../analyses/analysis-plan.ts';
import { sweepSeries, sweepTable } from '../history/sweep-table.ts';

/** Every chart there is by name: those against density first. */
export const CHARTS = [...DENSITY_CHARTS, STEP_TIME_CHART, ...ANALYSIS_CHARTS] as const;
export type ChartName = (typeof CHARTS)[number];

export { EXPORT_SUBJECTS, type ExportSubject };
export const EXPORT_FORMATS: readonly string[] = exporters.entries.map(({ id }) => id);

export interface ExportRequest {
  readonly searchId: string;
  readonly what: ExportSubject;
  /** Of EXPORT_FORMATS. */
  readonly format: string;
  /** Of masks, weights and charts of one training; the last finished level by default. */
  readonly level?: number | undefined;
  /** Of masks, weights and charts of one training, counted from 0; the first by default. */
  readonly replicate?: number | undefined;
  /** Of masks, weights and charts of one training; the ticket by default. */
  readonly branch?: string | undefined;
  /** Of a chart: which one; the accuracy against density by default. */
  readonly chart?: ChartName | undefined;
  /** Of analyses and their charts: its number; all of them, or the last one that fits, by default. */
  readonly analysis?: number | undefined;
}

export interface ExportToFile extends ExportRequest {
  readonly file: string;
  readonly overwrite: boolean;
}

export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
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
      return writerFor('settings', format)(search.written);
    case 'chart': {
      const write = writerFor('chart', format);
      const chart = request.chart ?? 'accuracy';
      if (isAnalysisChart(chart))
        return write({ drawn: drawAnalysis(store, search, chart, request) });
      const trainings = store.trainings.list(search.id);
      const result = summarizeSearch(search, trainings);
      if (result) {
        if (chart !== STEP_TIME_CHART) return write({ result, chart });
        return write({ drawn: stepTimeChart(search, levelCosts(search.settings, trainings)) });
      }
      throw new WorkbenchError(
        'not-found',
        `the search ${search.id} has nothing to draw yet`,
        'A chart needs at least one finished dense training.',
      );
    }
    case 'metrics': {
      const write = writerFor('metrics', format);
      return write({
        search,
        layout: store.searches.layout(search.id),
        trainings: store.trainings.list(search.id),
      });
    }
    case 'analyses': {
      const write = writerFor('analyses', format);
      const analyses = finishedAnalyses(store, search, request.analysis);
      if (analyses.length > 0) return write({ search, analyses });
      throw new WorkbenchError(
        'not-found',
        `the search ${search.id} has no analyses with results`,
        `Ask for one with: ticket analyse ${search.id} --what …`,
      );
    }
    case 'masks': {
      const write = writerFor('masks', format);
      const { key, density } = chooseTraining(store.trainings.list(search.id), request);
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
      const { key, density } = chooseTraining(store.trainings.list(search.id), request);
      const weights = store.trainings.weights(search.id, key);
      const layout = store.searches.layout(search.id, key.branch);
      return write({ search, layout, key, density, ...weights });
    }
  }
}

/** @throws WorkbenchError as `exportBytes`, or if the file can't be written; then nothing is. */
export function exportToFile(store: Store, request: ExportToFile): ExportedFile {
  const bytes = exportBytes(store, request);
  writeFileAtomically(request.file, bytes, { overwrite: request.overwrite });
  return { path: path.resolve(request.file), bytes: bytes.length };
}

export interface SweepExport {
  readonly what: 'table' | 'chart';
  /** Of EXPORT_FORMATS. */
  readonly format: string;
  /** Of a chart: what is drawn against density; the accuracy by default. */
  readonly chart?: DensityChart | undefined;
}

/**
 * As `exportBytes`, of a sweep.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it; `not-found` if there is
 *   nothing to draw yet.
 */
export function exportSweep(
  store: Store,
  sweep: SweepRecord,
  { what, format, chart = 'accuracy' }: SweepExport,
): Uint8Array {
  if (what === 'table') return writerFor('sweep-table', format)(sweepTable(store, sweep));
  const write = writerFor('sweep-chart', format);
  const searches = sweepSeries(store, sweep);
  if (searches.length > 0) return write({ name: sweep.name, searches, chart });
  throw new WorkbenchError(
    'not-found',
    `the sweep ${sweep.id} has nothing to draw yet`,
    'A chart needs at least one finished dense training.',
  );
}

/** Those that have found something, or the one of this number. */
function finishedAnalyses(
  store: Store,
  search: SearchRecord,
  number: number | undefined,
): ExportedAnalysis[] {
  const records =
    number === undefined ? store.analyses.list(search.id) : [store.analyses.get(search.id, number)];
  const subject = subjectOf(search.settings, store.searches.layout(search.id));
  return records
    .map((record) => ({
      ...record,
      results: inOrder(store.analyses.units(record.id), unitsOf(record.choice, subject)).map(
        ({ result }) => result,
      ),
    }))
    .filter(({ results }) => results.length > 0);
}

/** The last analysis that the chart can be drawn of. */
function drawAnalysis(
  store: Store,
  search: SearchRecord,
  chart: AnalysisChart,
  { analysis, level, replicate, branch }: ExportRequest,
): LineChart {
  const options = { name: search.name, level, replicate, branch };
  for (const { results } of finishedAnalyses(store, search, analysis).toReversed()) {
    const drawn = analysisChart(chart, results, options);
    if (drawn) return drawn;
  }
  const kind = ANALYSIS_OF_CHART[chart];
  throw new WorkbenchError(
    'not-found',
    `the search ${search.id} has no result of the analysis ${kind} that the chart ${chart} could draw`,
    `Ask for it with: ticket analyse ${search.id} --what ${kind}`,
  );
}

/** @throws WorkbenchError as `exportSweep`, or if the file can't be written; then nothing is. */
export function exportSweepToFile(
  store: Store,
  sweep: SweepRecord,
  request: SweepExport & Pick<ExportToFile, 'file' | 'overwrite'>,
): ExportedFile {
  const bytes = exportSweep(store, sweep, request);
  writeFileAtomically(request.file, bytes, { overwrite: request.overwrite });
  return { path: path.resolve(request.file), bytes: bytes.length };
}

export interface OverlapExport {
  /** `svg` or `png`. */
  readonly format: string;
  readonly file: string;
  readonly overwrite: boolean;
}

/** The chart of mask overlap between searches, as a file. @throws WorkbenchError as `exportToFile`. */
export function exportOverlapToFile(
  overlap: SearchOverlap,
  { format, file, overwrite }: OverlapExport,
): ExportedFile {
  const bytes = writerFor('chart', format)({ drawn: searchOverlapChart(overlap) });
  writeFileAtomically(file, bytes, { overwrite });
  return { path: path.resolve(file), bytes: bytes.length };
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
      ? 'Run "ticket show" for the replicates and branches there are.'
      : `Levels finished so far: ${levels}.`,
  );
}
