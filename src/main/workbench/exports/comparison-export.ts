/** Exports of several searches beside each other. */
import { amount } from '../../../shared/amount.ts';
import { searchOverlapChart } from '../../../shared/charts/overlap-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type { ComparisonExportSubject } from '../../../shared/contract/records/catalog.ts';
import { writerFor } from '../../exporters/index.ts';
import { type ChartDrawing, drawnAs } from './chart-drawing.ts';
import type { ComparisonThread } from './comparison-thread.ts';
import type { ComparisonQuestion } from './comparison-work.ts';
import type { DrawingThread } from './drawing-thread.ts';
import { type Exported, type ExportedFile, type FileRequest, toFile } from './to-file.ts';

export interface ComparisonExport extends ChartDrawing, ComparisonQuestion {
  readonly what: ComparisonExportSubject;
  /** One of `exportFormats`. */
  readonly format: string;
}

/** What reads comparisons and what draws them. */
export interface ComparisonThreads {
  readonly comparisons: ComparisonThread;
  readonly drawing: DrawingThread;
}

/**
 * Like `exportSearch`, for several searches.
 *
 * @throws WorkbenchError `invalid-argument` for a format that can't hold it, for too few or too many
 *   searches or colours, or for a reference that is none of them; `not-found` for a search or a branch that isn't
 *   there, or for nothing to compare.
 */
export async function exportComparison(
  { comparisons, drawing }: ComparisonThreads,
  ids: readonly string[],
  request: ComparisonExport,
): Promise<Exported> {
  const { what, format, colours } = request;
  if (colours && colours.length !== ids.length) {
    throw new WorkbenchError(
      'invalid-argument',
      `${amount(colours.length, 'colour')} given for ${ids.length} searches; expected one for each`,
    );
  }
  switch (what) {
    case 'report': {
      const write = drawing.writerFor('comparison-report', format);
      const report = await comparisons.read('report', ids, request);
      return { bytes: await write(report), warnings: [] };
    }
    case 'table': {
      const write = writerFor('comparison-table', format);
      return { bytes: write(await comparisons.read('table', ids, request)), warnings: [] };
    }
    case 'chart': {
      const write = drawing.writerFor('comparison-chart', format);
      const { chart, warnings } = await comparisons.read('chart', ids, request);
      return { bytes: await write(drawnAs(chart, request)), warnings };
    }
  }
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
