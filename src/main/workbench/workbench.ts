import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { reportOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type { EngineId } from '../../shared/domain/engine.ts';
import type { SearchEvent } from '../../shared/contract/events.ts';
import type {
  CostEstimate,
  LogEntry,
  SearchOverlap,
  SweepRow,
  SweepTable,
} from '../../shared/contract/records.ts';
import type { AnalysisRecord, AnalysisUnitRecord } from '../../shared/domain/analysis.ts';
import type { Choice } from '../../shared/domain/definition.ts';
import { isEpochs } from '../../shared/domain/duration.ts';
import { packMask, unpackMask } from '../../shared/domain/mask.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { plannedTrainings } from '../../shared/domain/plan.ts';
import type { SearchRecord, SearchResult } from '../../shared/domain/search.ts';
import {
  resolveAnalysis,
  resolveEpochs,
  type Settings,
  type WrittenSettings,
} from '../../shared/domain/settings.ts';
import type { SweepDraft } from '../../shared/domain/sweep.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import { type LevelCost, levelCosts } from '../../shared/domain/training-cost.ts';
import { transferNamed, transferNames } from '../../shared/domain/transfer.ts';
import type { TrainingIdentity } from '../../shared/domain/training-record.ts';
import type { AnalysisSubject } from '../engine/analyses/analysis.ts';
import type { Dataset } from '../engine/datasets/dataset.ts';
import { datasets } from '../engine/datasets/index.ts';
import type { TrainingResult } from '../engine/lottery/training-task.ts';
import type { SparsityTarget } from '../engine/pruning/strategy.ts';
import { ensureWasm } from '../engine/sparse/build.ts';
import { Store, type SweepRecord } from '../store/store.ts';
import { inOrder, pendingUnits, subjectOf, unitsOf } from './planning/analysis-plan.ts';
import { type PendingUnit, runAnalyses } from './running/analysis-runner.ts';
import { CostEstimates } from './planning/cost-estimate.ts';
import { dataDirectory, databaseFile } from './data-directory.ts';
import { chooseEngines } from './running/engine-choice.ts';
import { defaultWorkers, describeEnvironment } from './environment.ts';
import {
  exportBytes,
  exportSweepToFile,
  type SweepExport,
  type ExportedFile,
  type ExportRequest,
  exportOverlapToFile,
  exportToFile,
  type ExportToFile,
  type OverlapExport,
} from './exports/export.ts';
import { historySummary } from './history/history-summary.ts';
import { logEntryOf } from './running/log-entries.ts';
import { RunControl } from './running/run-control.ts';
import { densitiesOf } from './planning/planned-densities.ts';
import { registries } from './settings/registries.ts';
import { planSearch, type SearchPlan, sizeOf } from './planning/search-plan.ts';
import { planSweep } from './planning/sweep-plan.ts';
import { sweepRow, sweepTable } from './history/sweep-table.ts';
import { adoptTraining, findDonor } from './running/adoption.ts';
import { Crew, type CrewPlace } from './running/crew.ts';
import { identityOf, type RunEnvironment } from './running/training-identity.ts';
import { searchOverlap } from './history/search-overlap.ts';
import { resultOf } from './history/search-result.ts';
import { ThrottledSummary } from './running/throttled-summary.ts';
import { type Handover, runSearch, type SearchRun } from './running/search-runner.ts';
import { WorkerPool } from './running/worker-pool.ts';

export interface RunSearchOptions {
  /** Trainings side by side; one for each core by default. */
  readonly workers?: number | undefined;
  /** Stops the search after the running steps; what is finished stays saved. */
  readonly signal?: AbortSignal;
  /** To pause it, or to let it end with the trainings that run. */
  readonly control?: RunControl;
  /** The other searches of its sweep, which it shares workers and trainings with. */
  readonly crew?: Crew | undefined;
  onEvent?(event: SearchEvent): void;
  /** Told what is written to the search's log. */
  onLogged?(entry: LogEntry): void;
}

/** Of a search, in characters. */
const LONGEST_NAME = 200;

/** How often the lease on a running search is renewed; well within what it lasts. */
const HEARTBEAT_MILLISECONDS = 2000;

/** So much less often where many searches run together. */
const SHARED_HEARTBEAT = 3;

export interface RunSweepOptions {
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal;
  onEvent?(searchId: string, event: SearchEvent, crew: Crew): void;
}

/** Whom a search runs with, and its place among them. */
interface Together {
  readonly crew: Crew;
  readonly place: CrewPlace;
}

/** Searches, from settings to verdicts: what every host offers in its own way. */
export class Workbench {
  readonly #store: Store;
  /** Tells this process's searches from those another one runs on the same data. */
  readonly owner: string = randomUUID();

  private constructor(store: Store) {
    this.#store = store;
  }

  /** @throws WorkbenchError `store-failed` if the data directory can't be used. */
  static open(directory?: string): Workbench {
    return Workbench.over(Store.open(databaseFile(dataDirectory(directory))));
  }

  /** Undefined, and nothing is written, where no search has been saved yet. */
  static openIfThere(directory?: string): Workbench | undefined {
    const there = existsSync(databaseFile(dataDirectory(directory)));
    return there ? Workbench.open(directory) : undefined;
  }

  static over(store: Store): Workbench {
    return new Workbench(store);
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
  async create(given: WrittenSettings, name: string): Promise<SearchRecord> {
    const { settings, written, layout, targetLayouts } = await planSearch(given);
    return this.#store.createSearch({
      name,
      settings,
      written,
      layout,
      targetLayouts,
      trainingsTotal: plannedTrainings(settings).length,
    });
  }

  /**
   * Checks every grid point and saves a search for each, all of them or none.
   *
   * @param base settings, or any part of them: those of a grid point have to be complete and valid.
   * @throws WorkbenchError as `planSweep`.
   */
  async createSweep(base: object, draft: SweepDraft, name: string): Promise<SweepRecord> {
    const { axes, points } = await planSweep(base, draft);
    return this.#store.createSweep(
      name,
      axes,
      points.map(({ settings, written, layout, targetLayouts, values, label }) => ({
        name: `${name}: ${label}`.slice(0, LONGEST_NAME),
        settings,
        written,
        layout,
        targetLayouts,
        trainingsTotal: plannedTrainings(settings).length,
        values,
      })),
    );
  }

  /** How long a planned sweep will take; undefined if nothing like one of its searches has run here. */
  estimateSweep(plans: readonly SearchPlan[], workers?: number): CostEstimate | undefined {
    return new CostEstimates(this.#store).findTogether(plans, workers);
  }

  /**
   * Runs what a search still lacks: all of it, or what an interruption left undone.
   *
   * @throws WorkbenchError as the search failed; `interrupted` if it was stopped; `conflict` if it is
   *   running elsewhere or its dataset has changed.
   */
  async run(searchId: string, options: RunSearchOptions = {}): Promise<SearchResult> {
    const crew = options.crew ?? new Crew({ size: options.workers ?? defaultWorkers() });
    const place = crew.join();
    try {
      return await this.#run(searchId, { crew, place }, options);
    } finally {
      await place.leave();
    }
  }

  /**
   * The searches of a sweep, to be run together.
   *
   * @param workers trainings side by side, over all of them; one for each core by default.
   */
  crewOf(sweepId: string, workers: number = defaultWorkers()): Crew {
    const members = this.#store.sweeps.members(sweepId).map(({ searchId }) => ({
      ...this.#subjectOf(searchId),
      finished: this.#store.finishedTrainings(searchId),
    }));
    return new Crew({ size: workers, members });
  }

  /**
   * Runs what the searches of a sweep still lack, together. One that fails leaves the others alone.
   *
   * @throws WorkbenchError `interrupted` if it was stopped; as the first search that failed did.
   */
  async runSweep(sweepId: string, options: RunSweepOptions = {}): Promise<void> {
    const { id } = this.#store.sweeps.get(sweepId);
    const crew = this.crewOf(id, options.workers);
    const ids = this.#store.sweeps
      .members(id)
      .map(({ searchId }) => searchId)
      .filter((searchId) => this.#store.getSearch(searchId).status !== 'finished');
    const outcomes = await Promise.allSettled(
      ids.map((searchId) =>
        this.run(searchId, {
          crew,
          ...(options.signal ? { signal: options.signal } : {}),
          onEvent: (event) => options.onEvent?.(searchId, event, crew),
        }),
      ),
    );
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    if (options.signal?.aborted) {
      throw new WorkbenchError(
        'interrupted',
        `The sweep ${id} was stopped; every finished training is saved.`,
        `Go on with: ticket resume ${id}`,
      );
    }
    if (failures.length > 0) throw failures[0];
  }

  /** The sweep whose id begins so; undefined if there is none or more than one. */
  findSweep(idOrPrefix: string): SweepRecord | undefined {
    return this.#store.sweeps.find(idOrPrefix);
  }

  /** The id of the sweep that a search belongs to. */
  sweepOf(searchId: string): string | undefined {
    return this.#store.sweeps.ofSearch(searchId);
  }

  /** Newest first. */
  sweeps(): SweepRow[] {
    return this.#store.sweeps.summaries().map(sweepRow);
  }

  sweepTable(sweepId: string): SweepTable {
    return sweepTable(this.#store, this.#store.sweeps.get(sweepId));
  }

  /** @throws WorkbenchError as `exportSweep`, or for a file that can't be written. */
  exportSweepToFile(
    sweepId: string,
    request: SweepExport & Pick<ExportToFile, 'file' | 'overwrite'>,
  ): ExportedFile {
    return exportSweepToFile(this.#store, this.#store.sweeps.get(sweepId), request);
  }

  async #run(
    searchId: string,
    together: Together,
    options: RunSearchOptions,
  ): Promise<SearchResult> {
    const search = this.#store.getSearch(searchId);
    const { id } = search;
    let logged = '';
    const onEvent = (event: SearchEvent): void => {
      const entry = logEntryOf(event, Date.now());
      // What is told again and again, such as a preparation of many parts, is logged once.
      if (entry && entry.message !== logged) {
        logged = entry.message;
        this.#store.log.append(id, entry);
        options.onLogged?.(entry);
      }
      options.onEvent?.(event);
    };
    this.#store.acquireLease(id, this.owner);
    const lost = new AbortController();
    const heartbeat = setInterval(
      () => {
        try {
          this.#store.renewLease(id, this.owner);
        } catch (error) {
          // Somebody else may run it by now: what is saved from here on could be theirs.
          lost.abort(error);
        }
      },
      HEARTBEAT_MILLISECONDS * (together.crew.shares ? SHARED_HEARTBEAT : 1),
    );
    try {
      const stop = AbortSignal.any([lost.signal, ...(options.signal ? [options.signal] : [])]);
      const control = options.control ?? new RunControl();
      await this.#train(search, together, stop, control, onEvent);
      if (search.status !== 'finished') this.#store.setStatus(id, 'finished');
      const result = this.result(id);
      if (!result) throw new Error('a finished search has no dense training');
      onEvent({ type: 'result', search: result });
      return result;
    } catch (error) {
      throw this.#recordFailure(search, lost.signal.aborted ? lost.signal.reason : error, onEvent);
    } finally {
      clearInterval(heartbeat);
      this.#store.releaseLease(id, this.owner);
    }
  }

  /** @throws WorkbenchError `not-found` for no search, or more than one, that begins so. */
  find(idOrPrefix: string): SearchRecord {
    return this.#store.getSearch(idOrPrefix);
  }

  /** What is wrong with the saved data, a sentence each; reads all of it. */
  integrityCheck(): string[] {
    return this.#store.integrityCheck();
  }

  /** Newest first. */
  searches(): SearchRecord[] {
    return this.#store.listSearches();
  }

  /** What has been found so far; undefined before the first dense training has finished. */
  result(searchId: string): SearchResult | undefined {
    return resultOf(this.#store.getSearch(searchId), this.#store.trainings(searchId));
  }

  /** What the levels of a search have taken so far. */
  costs(searchId: string): LevelCost[] {
    const { settings } = this.#store.getSearch(searchId);
    return levelCosts(settings, this.#store.trainings(searchId));
  }

  /**
   * Asks for an analysis of a search, which `run` then works out; asked for again, it is gone on with.
   * It is kept with its epochs as iterations.
   *
   * @throws WorkbenchError `not-found`; `invalid-settings` for a level or rewind point it lacks.
   */
  async requestAnalysis(searchId: string, given: Choice): Promise<AnalysisRecord> {
    const search = this.#store.getSearch(searchId);
    const subject = this.#subjectOf(search.id);
    const hasEpochs = Object.values(given).flat().some(isEpochs);
    const choice = hasEpochs
      ? resolveAnalysis(registries, given, search.settings, await sizeOf(search.settings.dataset))
      : given;
    return this.#requestAnalysis(search, choice, subject);
  }

  /** What was asked for, oldest first. */
  analyses(searchId: string): AnalysisRecord[] {
    return this.#store.analyses.list(this.#store.getSearch(searchId).id);
  }

  /**
   * What an analysis has found so far, in the order of its plan.
   *
   * @throws WorkbenchError `not-found`.
   */
  analysisResults(searchId: string, analysisId: number): AnalysisUnitRecord[] {
    const { id, settings } = this.#store.getSearch(searchId);
    const { choice } = this.#store.analyses.get(id, analysisId);
    const planned = unitsOf(choice, subjectOf(settings, this.#store.layout(id)));
    return inOrder(this.#store.analyses.units(analysisId), planned);
  }

  /** @throws WorkbenchError `not-found`; `conflict` if their networks differ. */
  overlap(searchIds: readonly string[]): SearchOverlap {
    return searchOverlap(this.#store, searchIds);
  }

  /** @throws WorkbenchError as `overlap`, or for a file that can't be written. */
  exportOverlap(searchIds: readonly string[], request: OverlapExport): ExportedFile {
    return exportOverlapToFile(this.overlap(searchIds), request);
  }

  /** What is not finished is not gone on with, until it is asked for again. */
  cancelAnalyses(searchId: string): void {
    this.#store.analyses.cancel(searchId);
  }

  /** Sums up what the table of all searches shows of this one. */
  summarize(searchId: string): void {
    const trainings = this.#store.trainings(searchId);
    const result = resultOf(this.#store.getSearch(searchId), trainings);
    this.#store.history.saveSummary(searchId, historySummary(result, trainings));
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
    { crew, place }: Together,
    stop: AbortSignal,
    control: RunControl,
    onEvent: (event: SearchEvent) => void,
  ): Promise<void> {
    const { id } = search;
    const hasFinished = search.status === 'finished';
    const finished = this.#store.finishedTrainings(id);
    const missing = search.trainingsTotal - finished.length;
    const subject = this.#subjectOf(id);
    const { layout, targets } = subject;
    if (!hasFinished) {
      for (const choice of search.settings.analyses ?? []) {
        this.#requestAnalysis(search, choice, subject);
      }
    }
    const units = this.#pendingUnits(id, subject).length;
    if (missing + units === 0) return;

    const load = (choice: Settings['dataset']): Promise<Dataset> =>
      crew.dataset(choice, () =>
        datasets.get(choice.id).load(choice, (what) => {
          onEvent({ type: 'preparing', what });
        }),
      );
    const dataset = await load(search.settings.dataset);
    const targetDatasets = new Map<string, Dataset>();
    // Analyses need the search's own data only.
    for (const branch of hasFinished ? [] : transferNames(search.settings)) {
      const target = transferNamed(search.settings, branch)?.dataset;
      if (target) targetDatasets.set(branch, await load(target));
    }
    const targetFingerprints = new Map(
      [...targetDatasets].map(([branch, { fingerprint }]) => [branch, fingerprint]),
    );
    // Earlier versions stored schedules with their epochs.
    const settings = resolveEpochs(registries, search.settings, {
      id: dataset.id,
      shape: dataset.shape,
      trainExamples: dataset.train.count,
      testExamples: dataset.test.count,
    });
    if (settings.training.engine !== 'dense') {
      await ensureWasm(() => {
        onEvent({ type: 'preparing', what: 'the sparse engine' });
      });
    }
    const workers = await crew.workers(Math.max(missing, units));
    const pool = new WorkerPool({ id, settings, dataset, targetDatasets }, workers);
    const onStop = (): void => {
      pool.stop();
    };
    stop.addEventListener('abort', onStop);
    const unfollow = control.follow(() => {
      if (control.isStopped) pool.stop();
      else pool.setPaused(control.isPaused);
    });
    try {
      if (stop.aborted) pool.stop();
      const environment = describeEnvironment(pool.tensorflow, pool.size);
      const data = [dataset.fingerprint, targetFingerprints] as const;
      if (hasFinished) this.#store.reopenSearch(id, environment, ...data);
      else this.#store.startSearch(id, environment, ...data);
      onEvent({
        type: 'started',
        id,
        name: search.name,
        workers: pool.size,
        trainingsDone: finished.length,
        trainingsTotal: search.trainingsTotal,
      });
      const engines = await crew.prepare(() =>
        this.#chooseEngines(search, layout, targets, pool, onEvent),
      );
      const engineOf = (level: number): EngineId => engines.get(level)!;
      const where: RunEnvironment = {
        datasetFingerprint: dataset.fingerprint,
        targetFingerprints,
        environment,
        engineOf,
      };
      const mayStartAnother = (): boolean =>
        !stop.aborted && !control.isStopped && !control.isDraining;
      const summary = new ThrottledSummary(() => {
        this.summarize(id);
      });
      const run: SearchRun = {
        settings,
        prunableCount: layout.prunableCount,
        targets,
        pool,
        crew,
        place,
        engineOf,
        analysisSteps: this.#pendingUnits(id, subject).reduce(
          (sum, { unit }) => sum + unit.steps,
          0,
        ),
        finished,
        mayStartAnother,
        followControl: (follow) => {
          stop.addEventListener('abort', follow);
          const end = control.follow(follow);
          return () => {
            stop.removeEventListener('abort', follow);
            end();
          };
        },
        identityOf: (key) => identityOf(subject, key, where),
        findDonor: (key, identity) => findDonor(this.#store, { id, subject }, key, identity),
        adopt: (key, identity, donor, nextMask) => {
          const adopted = adoptTraining(
            this.#store,
            { id, subject },
            key,
            identity,
            donor,
            nextMask,
          );
          summary.request();
          return adopted;
        },
        loadHandover: (key) => this.#loadHandover(id, key, layout),
        loadTrainedWeights: (key) => this.#store.loadWeights(id, key).finalWeights,
        save: (result, identity) => {
          this.#save(id, result, identity);
          summary.request();
        },
        onEvent,
      };
      try {
        await runSearch(run);
      } finally {
        summary.finish();
      }
      await this.#analyse(id, { subject, pool, engines, mayStartAnother, onEvent });
    } finally {
      stop.removeEventListener('abort', onStop);
      unfollow();
      pool.stop();
    }
  }

  /** How long a new search will take; undefined if nothing like it has run on this machine. */
  estimate(searchId: string, workers?: number): CostEstimate | undefined {
    const subject = this.#subjectOf(searchId);
    const densities = densitiesOf(subject.layout, subject.targets);
    return new CostEstimates(this.#store).find(subject, densities, workers);
  }

  #subjectOf(searchId: string): AnalysisSubject {
    return subjectOf(this.#store.getSearch(searchId).settings, this.#store.layout(searchId));
  }

  /** Works out what analyses lack, those included that are asked for meanwhile. */
  async #analyse(
    id: string,
    parts: {
      readonly subject: AnalysisSubject;
      readonly pool: WorkerPool;
      readonly engines: ReadonlyMap<number, EngineId>;
      mayStartAnother(): boolean;
      onEvent(event: SearchEvent): void;
    },
  ): Promise<void> {
    const { subject, pool, engines, mayStartAnother, onEvent } = parts;
    const { analyses } = this.#store;
    for (;;) {
      const pending = this.#pendingUnits(id, subject);
      if (pending.length === 0) return;
      await runAnalyses({
        pending,
        pool,
        engines: [...engines.keys()].toSorted((a, b) => a - b).map((level) => engines.get(level)!),
        loadArray: (need) => this.#store.loadArray(id, need),
        mayStartAnother,
        save: (analysis, unit) => {
          analyses.saveUnit(id, analysis.id, unit);
          return analyses.get(id, analysis.id);
        },
        onEvent,
      });
    }
  }

  #pendingUnits(id: string, subject: AnalysisSubject): PendingUnit[] {
    const { analyses } = this.#store;
    return pendingUnits(analyses.list(id), subject, (analysis) => analyses.unitNames(analysis));
  }

  #requestAnalysis({ id }: SearchRecord, choice: Choice, subject: AnalysisSubject): AnalysisRecord {
    return this.#store.analyses.request(id, choice, unitsOf(choice, subject).length);
  }

  /** Keeps why a search ended early; returns the error to be thrown. */
  #recordFailure(
    { id, status }: SearchRecord,
    error: unknown,
    onEvent: (event: SearchEvent) => void,
  ): unknown {
    const report = reportOf(error);
    if (report.code === 'conflict') return error;
    if (status === 'finished') {
      const isInterrupted = report.code === 'interrupted';
      onEvent(isInterrupted ? { type: 'interrupted', id } : { type: 'failed', id, error: report });
      if (!isInterrupted) return error;
      return new WorkbenchError(
        'interrupted',
        `The analysis of the search ${id} was stopped; every finished part is saved.`,
        'Ask for it again to go on.',
      );
    }
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

  async #chooseEngines(
    { id, settings }: SearchRecord,
    layout: ParameterLayout,
    targets: readonly SparsityTarget[],
    pool: WorkerPool,
    onEvent: (event: SearchEvent) => void,
  ): Promise<ReadonlyMap<number, EngineId>> {
    const engines = await chooseEngines({
      settings,
      layout,
      targets,
      chosen: this.#store.levelEngines(id),
      recall: (key) => this.#store.calibration(key),
      remember: (key, times) => {
        this.#store.saveCalibration(key, times);
      },
      measure: (keptCounts) => {
        onEvent({ type: 'preparing', what: 'the choice of engines: measuring them' });
        return pool.measureStepTimes(keptCounts);
      },
    });
    this.#store.chooseEngines(id, engines);
    return engines;
  }

  #save(searchId: string, result: TrainingResult, identity: TrainingIdentity): void {
    const { mask, nextMask, ...rest } = result;
    this.#store.saveTraining(searchId, {
      ...rest,
      identity,
      mask: packMask(mask),
      nextMask: nextMask && packMask(nextMask),
    });
  }

  #loadHandover(searchId: string, key: TrainingKey, layout: ParameterLayout): Handover {
    const { nextMask, rewindPoint } = this.#store.loadHandover(searchId, key);
    return { nextMask: nextMask && unpackMask(nextMask, layout.prunableCount), rewindPoint };
  }
}
