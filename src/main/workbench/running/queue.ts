/** Runs searches one after another in this process, and holds, stops and takes them up again. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent, WorkbenchEvent } from '../../../shared/contract/events.ts';
import type {
  LiveSearch,
  RunningTraining,
  StopMoment,
  SweepLive,
} from '../../../shared/contract/records.ts';
import {
  type Evaluation,
  sameTraining,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { Store } from '../../store/store.ts';
import type { Crew } from './crew.ts';
import { RunControl } from './run-control.ts';
import { sweepRow } from '../history/sweep-table.ts';
import type { RunSearchOptions, Workbench } from '../workbench.ts';

/** The learning curve of a running training, so far. */
export interface RunningCurve {
  readonly key: TrainingKey;
  readonly evaluations: readonly Evaluation[];
}

export interface QueueOptions {
  readonly store: Store;
  /** What runs a search. */
  readonly workbench: Pick<Workbench, 'owner' | 'run' | 'crewOf'>;
  emit(event: WorkbenchEvent): void;
  /** Told what goes wrong where nobody waits for an answer: the disk is full, say. */
  onError(error: unknown): void;
  /** Searches that run side by side, each with workers of its own; one by default. */
  readonly sideBySide?: number;
}

/** How often waiting searches are claimed anew, and those of dead processes looked for. */
const TICK_MILLISECONDS = 2000;

/** A sweep tells where it is this often at the most. */
const SWEEP_LIVE_MILLISECONDS = 250;

/** A search that was begun so often without finishing one training takes its process down. */
const MAXIMUM_ATTEMPTS = 3;

interface ActiveSearch {
  readonly id: string;
  readonly control: RunControl;
  done: Promise<void>;
  workers: number;
  fraction: number;
  etaSeconds: number | undefined;
  running: readonly RunningTraining[];
  stopping: StopMoment | undefined;
  curves: { readonly key: TrainingKey; readonly evaluations: Evaluation[] }[];
  analysing: LiveSearch['analysing'];
  /** It was queued while it ran. */
  isAskedAgain: boolean;
  /** The sweep it belongs to. */
  readonly sweepId: string | undefined;
}

/**
 * The searches that this process has taken on: those that run and those that wait for their turn.
 *
 * The queue is kept in the store, so that it outlives the process. Each search is held through its
 * lease from the moment it is queued; a search whose process has died is free, and whichever process
 * sees that first goes on with it.
 */
export class SearchQueue {
  readonly #options: QueueOptions;
  readonly #active = new Map<string, ActiveSearch>();
  /** Waiting searches whose lease is ours. */
  readonly #held = new Set<string>();
  /** Of every sweep that runs here. */
  readonly #crews = new Map<string, Crew>();
  /** When each sweep has last told where it is, on the clock of `performance`. */
  readonly #sweepsTold = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Goes on with what was queued or running when its process ended. */
  start(): void {
    this.#tick();
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MILLISECONDS);
  }

  /** Stops what runs; it stays in the queue and is gone on with at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    const active = [...this.#active.values()];
    for (const { control } of active) control.stop();
    await Promise.all(active.map(({ done }) => done));
    for (const id of this.#held) this.#release(id);
  }

  /** Whether this process runs it or will. */
  isOurs(id: string): boolean {
    return this.#active.has(id) || this.#held.has(id);
  }

  get runningCount(): number {
    return this.#active.size;
  }

  get waitingCount(): number {
    return this.#held.size;
  }

  live(id: string): LiveSearch | undefined {
    const active = this.#active.get(id);
    return active && liveOf(active);
  }

  /** Of a sweep that runs here. */
  liveSweep(sweepId: string): SweepLive | undefined {
    const crew = this.#crews.get(sweepId);
    if (!crew) return undefined;
    const active = [...this.#active.values()].filter((each) => each.sweepId === sweepId);
    const isPaused = active.every(({ control }) => control.isPaused);
    const { fraction, etaSeconds } = crew.progress;
    return {
      fraction,
      etaSeconds: isPaused ? undefined : etaSeconds,
      running: active.reduce((sum, { running }) => sum + running.length, 0),
    };
  }

  /** Of the trainings that run now. */
  curves(id: string): readonly RunningCurve[] {
    return this.#active.get(id)?.curves ?? [];
  }

  /**
   * Puts a search at the end of the queue: one that has finished only if an analysis of it is wanted.
   *
   * @throws WorkbenchError `not-found`; `conflict` if another process holds it, or it has finished.
   */
  add(id: string, workers: number | undefined): void {
    this.#hold(id, workers);
    this.#startNext();
  }

  /** As `add` of each, before the first of them starts: searches of a sweep run together. */
  addAll(ids: readonly string[], workers: number | undefined): void {
    for (const id of ids) this.#hold(id, workers);
    this.#startNext();
  }

  #hold(id: string, workers: number | undefined): void {
    const { store, workbench } = this.#options;
    const active = this.#active.get(id);
    if (active) {
      active.isAskedAgain = true;
      return;
    }
    if (this.#isDone(id)) {
      throw new WorkbenchError(
        'conflict',
        `the search ${id} has finished`,
        'Clone it to run it again with other settings.',
      );
    }
    store.acquireLease(id, workbench.owner);
    store.queue.add(id, workers);
    this.#held.add(id);
    this.#changed(id);
  }

  /**
   * Holds a running search where it is, or keeps a waiting one from starting.
   *
   * @throws WorkbenchError `conflict` if it neither runs nor waits in this process.
   */
  pause(id: string): void {
    const active = this.#active.get(id);
    if (!active && !this.#held.has(id)) throw this.#notHere(id, 'paused');
    this.#options.store.queue.setPaused(id, true);
    active?.control.setPaused(true);
    if (active) this.#tellLive(active);
    this.#changed(id);
  }

  /**
   * Goes on with a paused search, or queues one that was interrupted or has failed.
   *
   * @throws WorkbenchError as `add`.
   */
  resume(id: string, workers: number | undefined): void {
    const active = this.#active.get(id);
    if (!active) {
      this.add(id, workers);
      return;
    }
    if (active.stopping !== undefined) {
      throw new WorkbenchError('conflict', `the search ${id} is being stopped`, 'Wait for it.');
    }
    this.#options.store.queue.setPaused(id, false);
    active.control.setPaused(false);
    this.#tellLive(active);
    this.#changed(id);
  }

  /**
   * Ends a search so that it can be resumed later. `now` resolves when it has ended.
   *
   * @throws WorkbenchError `conflict` if it neither runs nor waits in this process.
   */
  async stop(id: string, when: StopMoment): Promise<void> {
    const active = this.#active.get(id);
    if (active) {
      active.stopping = when;
      this.#options.store.queue.setPaused(id, false);
      if (when === 'now') active.control.stop();
      else active.control.drain();
      this.#tellLive(active);
      if (when === 'now') await active.done;
      return;
    }
    const { store, workbench } = this.#options;
    if (!store.queue.list().some(({ searchId }) => searchId === id)) {
      throw this.#notHere(id, 'stopped');
    }
    // It waits here, or it was left paused by a process that has ended.
    store.acquireLease(id, workbench.owner);
    store.queue.remove(id);
    if (this.#isFinished(id)) store.analyses.cancel(id);
    else store.setStatus(id, 'interrupted');
    this.#release(id);
    this.#changed(id);
  }

  /** As `resume` of each; the first of them starts when all are there. */
  resumeAll(ids: readonly string[], workers: number | undefined): void {
    for (const id of ids) {
      if (this.#active.has(id)) this.resume(id, workers);
      else this.#hold(id, workers);
    }
    this.#startNext();
  }

  /** As `stop` of each; those that wait go first, so that none of them starts meanwhile. */
  async stopAll(ids: readonly string[], when: StopMoment): Promise<void> {
    const waiting = ids.filter((id) => !this.#active.has(id));
    for (const id of waiting) await this.stop(id, when);
    await Promise.all(ids.filter((id) => this.#active.has(id)).map((id) => this.stop(id, when)));
  }

  #tick(): void {
    try {
      this.#renewLeases();
      this.#adoptOrphans();
      this.#startNext();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #renewLeases(): void {
    const { store, workbench } = this.#options;
    for (const id of this.#held) {
      try {
        store.renewLease(id, workbench.owner);
      } catch (error) {
        if (!isConflict(error)) throw error;
        // This process was silent for too long: the search is another one's now.
        this.#held.delete(id);
      }
    }
  }

  /** Takes on what waits in the queue and belongs to no living process. */
  #adoptOrphans(): void {
    const { store, workbench } = this.#options;
    for (const { searchId, isPaused } of store.queue.list()) {
      if (this.isOurs(searchId) || isPaused) continue;
      try {
        const isDone = this.#isDone(searchId);
        store.acquireLease(searchId, workbench.owner);
        if (isDone) {
          store.queue.remove(searchId);
          store.releaseLease(searchId, workbench.owner);
          continue;
        }
        this.#held.add(searchId);
        this.#changed(searchId);
      } catch (error) {
        // Another process holds it.
        if (!isConflict(error)) throw error;
      }
    }
  }

  #startNext(): void {
    if (this.#isClosing) return;
    const { store, sideBySide = 1 } = this.#options;
    for (const { searchId, isPaused, workers } of store.queue.list()) {
      if (!this.#held.has(searchId) || isPaused) continue;
      const sweepId = store.sweeps.ofSearch(searchId);
      const crew = sweepId === undefined ? undefined : this.#crews.get(sweepId);
      // The searches of a sweep run together, however many they are.
      if (crew === undefined && this.#groupsRunning >= sideBySide) continue;
      this.#run(searchId, workers, sweepId);
    }
  }

  /** Searches of their own, and sweeps. */
  get #groupsRunning(): number {
    return new Set([...this.#active.values()].map(({ id, sweepId }) => sweepId ?? id)).size;
  }

  #crewOf(sweepId: string, workers: number | undefined): Crew {
    const known = this.#crews.get(sweepId);
    if (known && !known.hasEnded) return known;
    const crew = this.#options.workbench.crewOf(sweepId, workers);
    this.#crews.set(sweepId, crew);
    return crew;
  }

  #run(id: string, workers: number | undefined, sweepId: string | undefined): void {
    const { store } = this.#options;
    if (store.queue.countAttempt(id) > MAXIMUM_ATTEMPTS) {
      this.#giveUp(id);
      return;
    }
    const active: ActiveSearch = {
      id,
      control: new RunControl(),
      done: Promise.resolve(),
      workers: 0,
      fraction: 0,
      etaSeconds: undefined,
      running: [],
      stopping: undefined,
      curves: [],
      analysing: undefined,
      isAskedAgain: false,
      sweepId,
    };
    this.#held.delete(id);
    this.#active.set(id, active);
    active.done = this.#follow(active, {
      workers,
      crew: sweepId === undefined ? undefined : this.#crewOf(sweepId, workers),
      control: active.control,
      onEvent: (event) => {
        this.#onEvent(active, event);
      },
      onLogged: (entry) => {
        this.#options.emit({ type: 'search-logged', id, entry });
      },
    });
    this.#tellLive(active);
    this.#changed(id);
  }

  async #follow(active: ActiveSearch, options: RunSearchOptions): Promise<void> {
    const { store, workbench, emit } = this.#options;
    const { id } = active;
    let isOver = true;
    let hasFinished = false;
    try {
      await workbench.run(id, options);
      hasFinished = true;
    } catch (error) {
      // How it ended is kept with the search. It stays in the queue if it was not to end: when this
      // process does, or when another one has taken it over.
      const wasToEnd = active.stopping !== undefined || !this.#isClosing;
      isOver = wasToEnd && !isConflict(error);
    }
    this.#active.delete(id);
    try {
      if (isOver) store.queue.remove(id);
      // Of a finished search nothing is left to resume: its analyses are asked for again.
      if (isOver && !hasFinished && this.#isFinished(id)) store.analyses.cancel(id);
      emit({ type: 'search-live', id, live: undefined });
      this.#changed(id);
      this.#endOfSweep(active.sweepId);
      // An analysis may have been asked for in the last moment.
      if (hasFinished && active.isAskedAgain && !this.#isDone(id)) this.add(id, options.workers);
      this.#startNext();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #giveUp(id: string): void {
    const { store, emit } = this.#options;
    const message = `The last ${MAXIMUM_ATTEMPTS} attempts ended without a finished training, and with them their process.`;
    const entry = { at: Date.now(), severity: 'error', message } as const;
    if (this.#isFinished(id)) store.analyses.cancel(id);
    else store.setStatus(id, 'failed', { code: 'internal', message, hint: 'Run "ticket doctor".' });
    store.log.append(id, entry);
    store.queue.remove(id);
    this.#release(id);
    emit({ type: 'search-logged', id, entry });
    this.#changed(id);
  }

  #onEvent(active: ActiveSearch, event: SearchEvent): void {
    const { id } = active;
    switch (event.type) {
      case 'started':
        active.workers = event.workers;
        active.fraction = event.trainingsDone / event.trainingsTotal;
        this.#tellLive(active);
        this.#changed(id);
        break;
      case 'progress':
        active.fraction = event.fraction;
        active.etaSeconds = event.etaSeconds;
        active.running = event.running;
        this.#tellLive(active);
        return;
      case 'training-started':
        active.curves.push({ key: event.key, evaluations: [] });
        break;
      case 'evaluation':
        active.curves
          .find(({ key }) => sameTraining(key, event.key))
          ?.evaluations.push(event.evaluation);
        break;
      case 'training-finished':
        active.curves = active.curves.filter(({ key }) => !sameTraining(key, event.key));
        for (const other of this.#groupOf(active)) {
          this.#options.store.queue.forgetAttempts(other.id);
        }
        this.#changed(id);
        this.#sweepChanged(active.sweepId);
        break;
      case 'analysing': {
        const { fraction, etaSeconds, unitsDone, unitsTotal, running } = event;
        // Its trainings are summed up by now.
        if (!active.analysing) this.#changed(id);
        active.fraction = fraction;
        active.etaSeconds = etaSeconds;
        active.running = [];
        active.analysing = { unitsDone, unitsTotal, running };
        this.#tellLive(active);
        return;
      }
      case 'analysis-unit-finished':
        this.#options.store.queue.forgetAttempts(id);
        break;
      case 'preparing':
      case 'warning':
      case 'result':
      case 'interrupted':
      case 'failed':
        break;
    }
    this.#options.emit({ type: 'search-event', id, event });
  }

  #isFinished(id: string): boolean {
    return this.#options.store.getSearch(id).status === 'finished';
  }

  /** Whether nothing of it is left to do. */
  #isDone(id: string): boolean {
    const isWanting = this.#options.store.analyses
      .list(id)
      .some(({ isWanted, finishedAt }) => isWanted && finishedAt === undefined);
    return this.#isFinished(id) && !isWanting;
  }

  #tellLive(active: ActiveSearch): void {
    this.#options.emit({ type: 'search-live', id: active.id, live: liveOf(active) });
    if (active.sweepId !== undefined) this.#tellSweepLive(active.sweepId);
  }

  /** Its searches tell where they are one by one: the sweep does so once for all of them. */
  #tellSweepLive(sweepId: string): void {
    const now = performance.now();
    const before = this.#sweepsTold.get(sweepId);
    if (before !== undefined && now - before < SWEEP_LIVE_MILLISECONDS) return;
    this.#sweepsTold.set(sweepId, now);
    this.#options.emit({ type: 'sweep-live', id: sweepId, live: this.liveSweep(sweepId) });
  }

  /** A search, or all of its sweep that run: a training that one of them finishes counts for all. */
  #groupOf(active: ActiveSearch): readonly ActiveSearch[] {
    if (active.sweepId === undefined) return [active];
    return [...this.#active.values()].filter(({ sweepId }) => sweepId === active.sweepId);
  }

  /** Tells how a sweep stands after one of its searches has ended, and whether it still runs. */
  #endOfSweep(sweepId: string | undefined): void {
    if (sweepId === undefined) return;
    this.#sweepChanged(sweepId);
    if ([...this.#active.values()].some((each) => each.sweepId === sweepId)) return;
    this.#crews.delete(sweepId);
    this.#sweepsTold.delete(sweepId);
    this.#options.emit({ type: 'sweep-live', id: sweepId, live: undefined });
  }

  #sweepChanged(sweepId: string | undefined): void {
    if (sweepId === undefined) return;
    const { store, emit } = this.#options;
    const sweep = store.sweeps.find(sweepId);
    if (sweep) emit({ type: 'sweep-changed', row: sweepRow(store.sweeps.summary(sweep.id)) });
  }

  #changed(id: string): void {
    const row = this.#options.store.history.get(id);
    this.#options.emit({ type: 'search-changed', row: { ...row, isOurs: this.isOurs(id) } });
  }

  #release(id: string): void {
    this.#held.delete(id);
    this.#options.store.releaseLease(id, this.#options.workbench.owner);
  }

  #notHere(id: string, participle: string): WorkbenchError {
    const { state } = this.#options.store.history.get(id);
    return new WorkbenchError(
      'conflict',
      `the search ${id} can't be ${participle}: it is ${state}` +
        (state === 'running' || state === 'queued' ? ' in another process' : ''),
      state === 'running' ? 'Stop it where it was started.' : undefined,
    );
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof WorkbenchError && error.code === 'conflict';
}

function liveOf(active: ActiveSearch): LiveSearch {
  const { control, workers, fraction, running, stopping, analysing } = active;
  const etaSeconds = control.isPaused ? undefined : active.etaSeconds;
  const { isPaused } = control;
  return { fraction, etaSeconds, workers, running, isPaused, stopping, analysing };
}
