/** Exports of searches, sweeps and comparisons, as bytes or files. */
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import type { Store } from '../../store/store.ts';
import { searchMethods } from '../reports/search-report.ts';
import { sweepMethods } from '../reports/sweep-report.ts';
import { type ChartDrawing, drawnAs } from './chart-drawing.ts';
import {
  type ComparisonExport,
  type ComparisonThreads,
  exportComparison,
  exportOverlapToFile,
  type OverlapExport,
} from './comparison-export.ts';
import { ComparisonThread } from './comparison-thread.ts';
import type { Curves } from '../curves/curves.ts';
import type { Tickets } from '../tickets/tickets.ts';
import { DrawingThread } from './drawing-thread.ts';
import { type ExportRequest, exportSearch, type ExportThreads } from './export.ts';
import { exportSweep, type SweepExport } from './sweep-export.ts';
import { type Exported, type ExportedFile, type FileRequest, toFile } from './to-file.ts';

export class SearchExports {
  readonly #store: Store;
  readonly #drawing = new DrawingThread();
  readonly #comparisons: ComparisonThread;
  readonly #threads: ExportThreads & ComparisonThreads;

  /** @param curves and `tickets` read what is long or large. */
  constructor(store: Store, curves: Curves, tickets: Tickets) {
    this.#store = store;
    this.#comparisons = new ComparisonThread(store);
    this.#threads = { drawing: this.#drawing, comparisons: this.#comparisons, curves, tickets };
  }

  /** @throws WorkbenchError for a combination that does not exist or an unfinished training. */
  async bytes(request: ExportRequest): Promise<Uint8Array> {
    const { bytes } = await exportSearch(this.#store, this.#threads, request);
    return bytes;
  }

  /** @throws WorkbenchError as `bytes`, or for a file that can't be written. */
  async toFile(request: ExportRequest & FileRequest): Promise<ExportedFile> {
    return toFile(request, await exportSearch(this.#store, this.#threads, request));
  }

  /**
   * A chart that the window describes.
   *
   * @throws WorkbenchError `invalid-argument` for a format that can't hold it, or a look that is out of range.
   */
  async chartBytes(
    chart: DrawableChart,
    { format, ...drawing }: ChartDrawing & { readonly format: string },
  ): Promise<Uint8Array> {
    const write = this.#drawing.writerFor('chart', format);
    return write(drawnAs(chart, drawing));
  }

  /** @throws WorkbenchError as `exportSweep`. */
  async sweepBytes(sweepId: string, request: SweepExport): Promise<Uint8Array> {
    const { bytes } = await this.#sweep(sweepId, request);
    return bytes;
  }

  /** @throws WorkbenchError as `exportSweep`, or for a file that can't be written. */
  async sweepToFile(sweepId: string, request: SweepExport & FileRequest): Promise<ExportedFile> {
    return toFile(request, await this.#sweep(sweepId, request));
  }

  /** @throws WorkbenchError as `exportComparison`. */
  async comparisonBytes(
    searchIds: readonly string[],
    request: ComparisonExport,
  ): Promise<Uint8Array> {
    const { bytes } = await exportComparison(this.#threads, searchIds, request);
    return bytes;
  }

  /** @throws WorkbenchError as `exportComparison`, or for a file that can't be written. */
  async comparisonToFile(
    searchIds: readonly string[],
    request: ComparisonExport & FileRequest,
  ): Promise<ExportedFile> {
    return toFile(request, await exportComparison(this.#threads, searchIds, request));
  }

  /** @throws WorkbenchError as `searchOverlap`, or for a file that can't be written. */
  async overlapToFile(searchIds: readonly string[], request: OverlapExport): Promise<ExportedFile> {
    const overlap = await this.#threads.tickets.overlap(searchIds);
    return exportOverlapToFile(this.#drawing, overlap, request);
  }

  /** The methods paragraph of a report, as its settings say it. */
  searchMethods(searchId: string): string {
    return searchMethods(this.#store, searchId);
  }

  sweepMethods(sweepId: string): string {
    return sweepMethods(this.#store, this.#store.sweeps.get(sweepId));
  }

  comparisonMethods(searchIds: readonly string[]): Promise<string> {
    return this.#comparisons.read('methods', searchIds);
  }

  /** Ends when no thread has the database open any more. */
  async close(): Promise<void> {
    await Promise.all([this.#comparisons.close(), this.#drawing.close()]);
  }

  #sweep(sweepId: string, request: SweepExport): Promise<Exported> {
    return exportSweep(this.#store, this.#drawing, this.#store.sweeps.get(sweepId), request);
  }
}
