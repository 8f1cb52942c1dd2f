import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { DatasetProgress } from '../../../shared/contract/records/datasets.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { overviewOf } from './overview.ts';
import { addDataset, fetchableDataset, fetchDataset } from './fetch.ts';
import type { InstallOptions } from './install.ts';

interface RunningFetch {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  progress: DatasetProgress;
}

/** The datasets that this process fetches for its windows. Each is fetched once at a time. */
export class DatasetFetches {
  readonly #emit: (event: WorkbenchEvent) => void;
  readonly #running = new Map<string, RunningFetch>();

  constructor(emit: (event: WorkbenchEvent) => void) {
    this.#emit = emit;
  }

  progressOf(id: string): DatasetProgress | undefined {
    return this.#running.get(id)?.progress;
  }

  /** @throws WorkbenchError `not-found` if the dataset can't be fetched, `conflict` while it is fetched. */
  fetch(id: string): void {
    this.#begin(id, (options) => fetchDataset(id, options));
  }

  /** @throws WorkbenchError as `fetch`. */
  add(id: string, paths: readonly string[]): void {
    this.#begin(id, (options) => addDataset(id, paths, options));
  }

  /** Keeps what has arrived, and reports no failure. */
  stop(id: string): void {
    this.#running.get(id)?.stop.abort();
  }

  /** Stops all of them, and keeps what has arrived. */
  async close(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #begin(id: string, work: (options: InstallOptions) => Promise<string>): void {
    fetchableDataset(id);
    if (this.#running.has(id)) {
      throw new WorkbenchError('conflict', `the dataset ${id} is already being fetched`);
    }
    const stop = new AbortController();
    const running: RunningFetch = {
      stop,
      progress: { step: 'starting' },
      ended: this.#run(id, stop.signal, () =>
        work({
          signal: stop.signal,
          onProgress: (progress) => {
            running.progress = progress;
            this.#emit({ type: 'dataset-progress', id, progress });
          },
        }),
      ),
    };
    this.#running.set(id, running);
  }

  async #run(id: string, signal: AbortSignal, work: () => Promise<string>): Promise<void> {
    // Wait until the caller has entered this fetch into the table.
    await Promise.resolve();
    await this.#tellChanged(id);
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) this.#emit({ type: 'dataset-failed', id, error: reportOf(error) });
    }
    this.#running.delete(id);
    await this.#tellChanged(id);
  }

  async #tellChanged(id: string): Promise<void> {
    const dataset = await overviewOf(datasets.get(id), this.progressOf(id));
    this.#emit({ type: 'dataset-changed', dataset });
  }
}
