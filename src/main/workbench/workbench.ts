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
import { exportSearch, type ExportRequest, type ExportedFile } from './export.ts';
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
    this.#store.acquireLease(searchId, this.#owner);
    const heartbeat = setInterval(() => {
      this.#store.renewLease(searchId, this.#owner);
    }, HEARTBEAT_MILLISECONDS);
    try {
      await this.#train(search, options, onEvent);
      this.#store.setStatus(searchId, 'finished');
      const result = this.result(searchId);
      if (!result) throw new Error('a finished search has no dense training');
      onEvent({ type: 'result', search: result });
      return result;
    } catch (error) {
      const report = reportOf(error);
      if (report.code === 'interrupted') {
        this.#store.setStatus(searchId, 'interrupted');
        onEvent({ type: 'interrupted', id: searchId });
        throw new WorkbenchError(
          'interrupted',
          `The search ${searchId} was stopped; every finished training is saved.`,
          `Go on with: ticket resume ${searchId}`,
        );
      }
      this.#store.setStatus(searchId, 'failed', report);
      onEvent({ type: 'failed', id: searchId, error: report });
      throw error;
    } finally {
      clearInterval(heartbeat);
      this.#store.releaseLease(searchId, this.#owner);
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

  /** @throws WorkbenchError for a combination that does not exist or a file that can't be written. */
  export(request: ExportRequest): ExportedFile {
    return exportSearch(this.#store, request);
  }

  async #train(
    search: SearchRecord,
    options: RunSearchOptions,
    onEvent: (event: SearchEvent) => void,
  ): Promise<void> {
    const { id, settings } = search;
    const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
    const layout = layoutFor(settings, {
      shape: dataset.shape,
      classes: dataset.classes,
      trainExamples: dataset.train.count,
      testExamples: dataset.test.count,
    });
    const finished = this.#store.finishedTrainings(id);
    const missing = search.trainingsTotal - finished.length;
    const workers = Math.max(1, Math.min(options.workers ?? defaultWorkers(), missing));
    const pool = await WorkerPool.start({ id, settings, dataset }, workers);
    const stop = (): void => {
      pool.stop();
    };
    options.signal?.addEventListener('abort', stop);
    try {
      if (options.signal?.aborted) pool.stop();
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
      options.signal?.removeEventListener('abort', stop);
      await pool.close();
    }
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
