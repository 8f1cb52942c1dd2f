/** Exports of searches and sweeps, as bytes or files. */
import type { Store } from '../../store/store.ts';
import { searchOverlap } from '../analyses/search-overlap.ts';
import {
  exportBytes,
  type ExportedFile,
  exportOverlapToFile,
  type ExportRequest,
  exportSweepToFile,
  exportToFile,
  type ExportToFile,
  type OverlapExport,
  type SweepExport,
} from './export.ts';

export class SearchExports {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws WorkbenchError for a combination that does not exist or an unfinished training. */
  bytes(request: ExportRequest): Uint8Array {
    return exportBytes(this.#store, request);
  }

  /** @throws WorkbenchError as `bytes`, or for a file that can't be written. */
  toFile(request: ExportToFile): ExportedFile {
    return exportToFile(this.#store, request);
  }

  /** @throws WorkbenchError as `exportSweep`, or for a file that can't be written. */
  sweepToFile(
    sweepId: string,
    request: SweepExport & Pick<ExportToFile, 'file' | 'overwrite'>,
  ): ExportedFile {
    return exportSweepToFile(this.#store, this.#store.sweeps.get(sweepId), request);
  }

  /** @throws WorkbenchError as `searchOverlap`, or for a file that can't be written. */
  overlapToFile(searchIds: readonly string[], request: OverlapExport): ExportedFile {
    return exportOverlapToFile(searchOverlap(this.#store, searchIds), request);
  }
}
