/** Exports of searches, sweeps and comparisons, as bytes or files. */
import type { Store } from '../../store/store.ts';
import { searchOverlap } from '../analyses/search-overlap.ts';
import { comparisonMethods } from '../reports/comparison-report.ts';
import { searchMethods } from '../reports/search-report.ts';
import { sweepMethods } from '../reports/sweep-report.ts';
import {
  type ComparisonExport,
  exportComparison,
  exportOverlapToFile,
  type OverlapExport,
} from './comparison-export.ts';
import { type ExportRequest, exportSearch } from './export.ts';
import { exportSweep, type SweepExport } from './sweep-export.ts';
import { type ExportedFile, type FileRequest, toFile } from './to-file.ts';

export class SearchExports {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws WorkbenchError for a combination that does not exist or an unfinished training. */
  bytes(request: ExportRequest): Uint8Array {
    return exportSearch(this.#store, request).bytes;
  }

  /** @throws WorkbenchError as `bytes`, or for a file that can't be written. */
  toFile(request: ExportRequest & FileRequest): ExportedFile {
    return toFile(request, exportSearch(this.#store, request));
  }

  /** @throws WorkbenchError as `exportSweep`. */
  sweepBytes(sweepId: string, request: SweepExport): Uint8Array {
    return exportSweep(this.#store, this.#store.sweeps.get(sweepId), request).bytes;
  }

  /** @throws WorkbenchError as `exportSweep`, or for a file that can't be written. */
  sweepToFile(sweepId: string, request: SweepExport & FileRequest): ExportedFile {
    return toFile(request, exportSweep(this.#store, this.#store.sweeps.get(sweepId), request));
  }

  /** @throws WorkbenchError as `exportComparison`. */
  comparisonBytes(searchIds: readonly string[], request: ComparisonExport): Uint8Array {
    return exportComparison(this.#store, searchIds, request).bytes;
  }

  /** @throws WorkbenchError as `exportComparison`, or for a file that can't be written. */
  comparisonToFile(
    searchIds: readonly string[],
    request: ComparisonExport & FileRequest,
  ): ExportedFile {
    return toFile(request, exportComparison(this.#store, searchIds, request));
  }

  /** @throws WorkbenchError as `searchOverlap`, or for a file that can't be written. */
  overlapToFile(searchIds: readonly string[], request: OverlapExport): ExportedFile {
    return exportOverlapToFile(searchOverlap(this.#store, searchIds), request);
  }

  /** The methods paragraph of a report, as its settings say it. */
  searchMethods(searchId: string): string {
    return searchMethods(this.#store, searchId);
  }

  sweepMethods(sweepId: string): string {
    return sweepMethods(this.#store, this.#store.sweeps.get(sweepId));
  }

  comparisonMethods(searchIds: readonly string[]): string {
    return comparisonMethods(this.#store, searchIds);
  }
}
