import { randomUUID } from 'node:crypto';
import { reportOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type { SearchEvent } from '../../shared/contract/events.ts';
import { packMask, unpackMask } from '../../shared/domain/mask.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { plannedTrainings } from '../../shared/domain/plan.ts';
import { summarizeSearch } from '../../shared/domain/result.ts';
import type { SearchRecord, SearchResult } from '../../shared/domain/search.ts';
import { checkAgainstDataset, type Settings } from '../../shared/domain/settings.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import { architectures } from '../engine/architectures/index.ts';
import type { DatasetSummary } from '../engine/datasets/dataset.ts';
import { datasets } from '../engine/datasets/index.ts';
import type { TrainingResult } from '../engine/lottery/training-task.ts';
import { layoutOf } from '../engine/network.ts';
import { plannedTargets } from '../engine/pruning/levels.ts';
import { Store } from '../store/store.ts';
import { dataDirectory, databaseFile } from './data-directory.ts';
import { defaultWorkers, describeEnvironment } from './environment.ts';
import { exportBytes, type ExportedFile, type ExportRequest, exportToFile, type ExportToFile } from './export.ts';
import { type Handover, runSearch } from './search-runner.ts';
import { WorkerPool } from './worker-pool.ts';

export interface RunSearchOptions {
  /** Trainings side by side; one for each core by default. */
  readonly workers?: number | undefined;
  /** Stops the search after the running steps; what is finished stays saved. */
  readonly signal?: AbortSignal;
  onEvent?(event: SearchEvent): void;
}

/** How often the lease on a running search is renewed; well within what it lasts. */
const HEARTBEAT_MILLISECONDS = 2000;

/** Searches, from settings to verdicts: what every host offers in its own way. */
export class Workbench {
  readonly #store: Store;
  /** Tells this process's searches from those another one runs on the same data. */
  readonly #owner = randomUUID();

  private constructor(store: Store) {
    this.#store = store;
  }

  /** @throws WorkbenchError `store-failed` if the data directory can't be used. */
  static open(directory?: string): Workbench {
    return new Workbench(Store.open(databaseFile(dataDirectory(directory))));
  }

  close(): void {
    this.#store.close();
  }

  /**
   * Checks everything that can be known before the first step and saves the search.
   *
   * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed; `invalid-data`
   *   or `not-found` if the dataset can't be read. Nothing is written then.
   */
  async create(settings: Settings, name: string): Promise<SearchRecord> {
    const dataset = datasets.get(settings.dataset.id);
    const summary = await dataset.summarize(settings.dataset);
    checkAgainstDataset(settings, { id: dataset.id, trainExamples: summary.trainExamples });
    const layout = layoutFor(settings, summary);
    plannedTargets(settings.pruning, layout);
    return this.#store.createSearch({
      name,
      settings,
      layout,
      trainingsTotal: plannedTrainings(settings).length,
    });
  }

  /**
   * Runs what a search still lacks: all of it, or what an interruption left undone.
   *
   * @throws WorkbenchError as the search failed; `interrupted` if it was stopped; `conflict` if it is
   *   running elsewhere or its dataset has changed.
   */
  async run(searchId: string, options: RunSearchOptions = {}): Promise<SearchResult> {
    const onEvent = options.onEvent ?? (() => undefined);
    const search = this.#store.getSearch(searchId);
    const { id } = search;
    this.#store.acquireLease(id, this.#owner);
    const lost = new AbortController();
    const heartbeat = setInterval(() => {
      try {
        this.#store.renewLease(id, this.#owner);
      } catch (error) {
        // Somebody else may run it by now: what is saved from here on could be theirs.
        lost.abort(error);
      }
    }, HEARTBEAT_MILLISECONDS);
    try {
      const stop = AbortSignal.any([lost.signal, ...(options.signal ? [options.signal] : [])]);
      await this.#train(search, options.workers ?? defaultWorkers(), stop, onEvent);
      this.#store.setStatus(id, 'finished');
      const result = this.result(id);
      if (!result) throw new Error('a finished search has no dense training');
      onEvent({ type: 'result', search: result });
      return result;
    } catch (error) {
      throw this.#recordFailure(id, lost.signal.aborted ? lost.signal.reason : error, onEvent);
    } finally {
      clearInterval(heartbeat);
      this.#store.releaseLease(id, this.#owner);
    }
  }

  /** @throws WorkbenchError `not-found` for no search, or more than one, that begins so. */
  find(idOrPrefix: string): SearchRecord {
    return this.#store.getSearch(idOrPrefix);
  }

  /** Newest first. */
  searches(): SearchRecord[] {
    return this.#store.listSearches();
  }

  /** What has been found so far; undefined before the first dense training has finished. */
  result(searchId: string): SearchResult | undefined {
    return summarizeSearch(this.#store.getSearch(searchId), this.#store.trainings(searchId));
  }

  /** @throws WorkbenchError `conflict` while the search is running. */
  delete(searchId: string): void {
    this.#store.deleteSearch(searchId);
  }

  /** @throws WorkbenchError for a combination that does not exist or a training not finished. */
  exportBytes(request: ExportRequest): Uint8Array {
    return exportBytes(this.#store, request);
  }

  /** @throws WorkbenchError as `exportBytes`, or for a file that can't be written. */
  exportToFile(request: ExportToFile): ExportedFile {
    return exportToFile(this.#store, request);
  }

  async #train(
    search: SearchRecord,
    workers: number,
    stop: AbortSignal,
    onEvent: (event: SearchEvent) => void,
  ): Promise<void> {
    const { id, settings } = search;
    const finished = this.#store.finishedTrainings(id);
    const missing = search.trainingsTotal - finished.length;
    if (missing === 0) return;

    const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
    const layout = this.#store.layout(id);
    const pool = await WorkerPool.start({ id, settings, dataset }, Math.min(workers, missing));
    const onStop = (): void => {
      pool.stop();
    };
    stop.addEventListener('abort', onStop);
    try {
      if (stop.aborted) pool.stop();
      const environment = describeEnvironment(pool.tensorflow, pool.size);
      this.#store.startSearch(id, environment, dataset.fingerprint);
      onEvent({
        type: 'started',
        id,
        name: search.name,
        workers: pool.size,
        trainingsDone: finished.length,
        trainingsTotal: search.trainingsTotal,
      });
      await runSearch({
        settings,
        prunableCount: layout.prunableCount,
        targets: plannedTargets(settings.pruning, layout),
        pool,
        finished,
        loadHandover: (key) => this.#loadHandover(id, key, layout),
        save: (result) => {
          this.#save(id, result);
        },
        onEvent,
      });
    } finally {
      stop.removeEventListener('abort', onStop);
      await pool.close();
    }
  }

  /** Keeps why a search ended early; returns the error to be thrown. */
  #recordFailure(id: string, error: unknown, onEvent: (event: SearchEvent) => void): unknown {
    const report = reportOf(error);
    if (report.code === 'conflict') return error;
    if (report.code !== 'interrupted') {
      this.#store.setStatus(id, 'failed', report);
      onEvent({ type: 'failed', id, error: report });
      return error;
    }
    this.#store.setStatus(id, 'interrupted');
    onEvent({ type: 'interrupted', id });
    return new WorkbenchError(
      'interrupted',
      `The search ${id} was stopped; every finished training is saved.`,
      `Go on with: ticket resume ${id}`,
    );
  }

  #save(searchId: string, result: TrainingResult): void {
    const { mask, nextMask, ...rest } = result;
    this.#store.saveTraining(searchId, {
      ...rest,
      mask: packMask(mask),
      nextMask: nextMask && packMask(nextMask),
    });
  }

  #loadHandover(searchId: string, key: TrainingKey, layout: ParameterLayout): Handover {
    const { nextMask, rewindPoint } = this.#store.loadHandover(searchId, key);
    return { nextMask: nextMask && unpackMask(nextMask, layout.prunableCount), rewindPoint };
  }
}

function layoutFor(settings: Settings, { shape, classes }: DatasetSummary): ParameterLayout {
  return layoutOf(
    architectures.get(settings.architecture.id).build(settings.architecture, shape, classes),
  );
}
