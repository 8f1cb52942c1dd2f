/** The searches that this process owns: it runs them in turn, pauses, stops and resumes them. */
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent, WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { StopMoment } from '../../../shared/contract/records/live.ts';
import type { Store } from '../../store/store.ts';
import { Attempts, MAXIMUM_ATTEMPTS } from './attempts.ts';
import { LiveSearches } from './live-searches.ts';
import { RunControl } from './run-control.ts';
import { RunningSweeps } from './running-sweeps.ts';
import type { SearchEnd } from './search-end.ts';
import type { SearchGroup } from './search-group.ts';
import type { SearchRunner } from './search-runner.ts';
import { isConflict, WaitingSearches } from './waiting-searches.ts';

export interface QueueOptions {
  readonly store: Store;
  readonly runner: Pick<SearchRunner, 'owner' | 'runToEnd' | 'groupOf'>;
  emit(event: WorkbenchEvent): void;
  /** Called with errors that no caller is waiting for, such as a full disk. */
  onError(error: unknown): void;
  /** Called with why a search failed, for the log. */
  onSearchFailed?(id: string, error: unknown): void;
  /** How many searches run at the same time, each with its own workers. Default: one. */
  readonly sideBySide?: number;
}

/** How often waiting searches renew their leases, and searches of dead processes are looked for. */
const TICK_MILLISECONDS = 2000;

interface ActiveSearch {
  readonly id: string;
  readonly control: RunControl;
  /** The sweep it belongs to. */
  readonly sweepId: string | undefined;
  done: Promise<void>;
  stopping: StopMoment | undefined;
  /** Set if it was queued again while running: it runs once more for newer requests. */
  queuedAgain: { readonly workers: number | undefined } | undefined;
}

/**
 * The queue is stored, so it outlives the process. A search's lease is held from the moment it is
 * queued. If a process dies, its searches become free, and the first process to notice continues
 * them.
 */
export class SearchQueue {
  readonly live: LiveSearches;
  readonly #options: QueueOptions;
  readonly #active = new Map<string, ActiveSearch>();
  readonly #waiting: WaitingSearches;
  readonly #attempts: Attempts;
  readonly #sweeps: RunningSweeps;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.live = new LiveSearches(options.emit);
    this.#attempts = new Attempts(options.store.queue);
    this.#sweeps = new RunningSweeps(options);
    this.#waiting = new WaitingSearches({
      store: options.store,
      owner: options.runner.owner,
      onChanged: (id) => {
        this.#changed(id);
      },
    });
  }

  /** Continues what was queued or running when the previous process ended. */
  start(): void {
    this.#tick();
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MILLISECONDS);
  }

  /** Stops running searches. They stay in the queue and continue at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    const active = [...this.#active.values()];
    for (const { control } of active) control.stop();
    await Promise.all(active.map(({ done }) => done));
    this.#waiting.releaseAll();
  }

  /** Whether this process runs it or will run it. */
  isOurs(id: string): boolean {
    return this.#active.has(id) || this.#waiting.has(id);
  }

  get runningCount(): number {
    return this.#active.size;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /**
   * Puts a search at the end of the queue. A finished search must have an unfinished analysis.
   *
   * @throws WorkbenchError `not-found`; `conflict` if another process holds it, or it has finished.
   */
  add(id: string, workers: number | undefined): void {
    this.addAll([id], workers);
  }

  /** Adds all of them before the first one starts, because searches of a sweep run together. */
  addAll(ids: readonly string[], workers: number | undefined): void {
    for (const id of ids) this.#hold(id, workers);
    this.#startNext();
  }

  /**
   * Pauses a running search, or keeps a waiting one from starting.
   *
   * @throws WorkbenchError `conflict` if it neither runs nor waits in this process.
   */
  pause(id: string): void {
    const active = this.#active.get(id);
    if (!active && !this.#waiting.has(id)) throw this.#notHere(id, 'paused');
    this.#setPaused(id, true);
  }

  /**
   * Continues a paused search, or queues one that was interrupted or has failed.
   *
   * @throws WorkbenchError as `add`.
   */
  resume(id: string, workers: number | undefined): void {
    this.resumeAll([id], workers);
  }

  /** Resumes all of them before the first one starts. */
  resumeAll(ids: readonly string[], workers: number | undefined): void {
    for (const id of ids) {
      const active = this.#active.get(id);
      if (active?.stopping !== undefined) {
        throw new WorkbenchError('conflict', `the search ${id} is being stopped`, 'Wait for it.');
      }
      if (active) this.#setPaused(id, false);
      else this.#hold(id, workers);
    }
    this.#startNext();
  }

  /**
   * Ends a search so that it can be resumed later. With `now`, resolves when it has ended.
   *
   * @throws WorkbenchError `conflict` if it neither runs nor waits in this process.
   */
  async stop(id: string, when: StopMoment): Promise<void> {
    const active = this.#active.get(id);
    if (!active) {
      if (!this.#waiting.withdraw(id)) throw this.#notHere(id, 'stopped');
      return;
    }
    active.stopping = when;
    this.#options.store.queue.setPaused(id, false);
    if (when === 'now') active.control.stop();
    else active.control.drain();
    this.live.setStopping(id, when);
    if (when === 'now') await active.done;
  }

  /** Stops all of them, waiting ones first, so that none of those starts meanwhile. */
  async stopAll(ids: readonly string[], when: StopMoment): Promise<void> {
    const running = ids.filter((id) => this.#active.has(id));
    for (const id of ids) if (!this.#active.has(id)) await this.stop(id, when);
    await Promise.all(running.map((id) => this.stop(id, when)));
  }

  #hold(id: string, workers: number | undefined): void {
    const active = this.#active.get(id);
    if (active) active.queuedAgain = { workers };
    else this.#waiting.add(id, workers);
  }

  #setPaused(id: string, isPaused: boolean): void {
    this.#options.store.queue.setPaused(id, isPaused);
    this.#active.get(id)?.control.setPaused(isPaused);
    this.live.tell(id);
    this.#changed(id);
  }

  #tick(): void {
    try {
      // What is written now would be lost; running searches notice by themselves and stop.
      if (!this.#options.store.isInPlace()) return;
      this.#waiting.renewLeases();
      this.#waiting.adoptOrphans((id) => this.#active.has(id));
      this.#startNext();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #startNext(): void {
    if (this.#isClosing || this.#waiting.size === 0 || !this.#options.store.isInPlace()) return;
    const { store, sideBySide = 1 } = this.#options;
    for (const { searchId, isPaused, workers, sweepId } of store.queue.list()) {
      if (!this.#waiting.has(searchId) || isPaused) continue;
      // The searches of a sweep run together, regardless of their number.
      const isJoining = sweepId !== undefined && this.#sweeps.has(sweepId);
      if (isJoining || this.#groupsRunning < sideBySide) this.#begin(searchId, workers, sweepId);
    }
  }

  /** Running groups: single searches, and sweeps. */
  get #groupsRunning(): number {
    return new Set([...this.#active.values()].map(({ id, sweepId }) => sweepId ?? id)).size;
  }

  #begin(id: string, workers: number | undefined, sweepId: string | undefined): void {
    if (this.#attempts.isOneTooMany(id)) {
      this.#giveUp(id, {
        code: 'internal',
        message: `The process ended during each of the last ${MAXIMUM_ATTEMPTS} attempts, and none of them came further than the one before.`,
        hint: 'Run "ticket doctor".',
      });
      return;
    }
    let group: SearchGroup | undefined;
    try {
      group = sweepId === undefined ? undefined : this.#sweeps.groupOf(sweepId, workers);
    } catch (error) {
      this.#giveUp(id, reportOf(error));
      return;
    }
    const control = new RunControl();
    const active: ActiveSearch = {
      id,
      control,
      sweepId,
      done: Promise.resolve(),
      stopping: undefined,
      queuedAgain: undefined,
    };
    this.#waiting.begin(id);
    this.#active.set(id, active);
    this.#attempts.begin(id);
    this.live.begin(
      id,
      control,
      sweepId === undefined || !group
        ? undefined
        : { id: sweepId, progress: () => group.trainings.progress },
    );
    active.done = this.#follow(active, workers, group);
    this.#changed(id);
  }

  async #follow(
    active: ActiveSearch,
    workers: number | undefined,
    group: SearchGroup | undefined,
  ): Promise<void> {
    const { store } = this.#options;
    const { id } = active;
    const end = await this.#runToEnd(active, workers, group);
    const hasFinished = end === 'finished';
    // It stays in the queue if this process is closing or another process holds it.
    const wasToEnd = active.stopping !== undefined || !this.#isClosing;
    const isOver = hasFinished || (wasToEnd && end !== 'lease-lost');
    this.#active.delete(id);
    this.#attempts.end(id);
    try {
      if (isOver) store.queue.remove(id);
      else if (end === 'stopped') store.queue.returnAttempt(id);
      // A finished search has nothing to resume: its analyses must be requested again.
      if (isOver && !hasFinished && this.#waiting.isFinished(id)) store.analyses.cancel(id);
      this.live.end(id);
      this.#changed(id);
      this.#endOfSweep(active.sweepId);
      // An analysis may have been requested in the last moment.
      const { queuedAgain } = active;
      if (hasFinished && queuedAgain && !this.#waiting.isDone(id))
        this.#hold(id, queuedAgain.workers);
      this.#startNext();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Why the run ended. If another process holds the search, its lease counts as lost. */
  async #runToEnd(
    active: ActiveSearch,
    workers: number | undefined,
    group: SearchGroup | undefined,
  ): Promise<SearchEnd['reason']> {
    const { runner, emit, onError } = this.#options;
    const { id, control } = active;
    try {
      const end = await runner.runToEnd(id, {
        workers,
        group,
        control,
        onEvent: (event) => {
          this.#onEvent(active, event);
        },
        onLogged: (entry) => {
          emit({ type: 'search-logged', id, entry });
        },
      });
      if (end.reason === 'failed') this.#options.onSearchFailed?.(id, end.error);
      return end.reason;
    } catch (error) {
      if (isConflict(error)) return 'lease-lost';
      onError(error);
      return 'failed';
    }
  }

  /** Fails a search that can't be started, with the reason in its status and log. */
  #giveUp(id: string, report: ErrorReport): void {
    const { store, emit } = this.#options;
    const entry = { at: Date.now(), severity: 'error', message: report.message } as const;
    if (this.#waiting.isFinished(id)) store.analyses.cancel(id);
    else store.searches.setStatus(id, 'failed', report);
    store.log.append(id, entry);
    store.queue.remove(id);
    this.#waiting.release(id);
    emit({ type: 'search-logged', id, entry });
    this.#changed(id);
  }

  #onEvent(active: ActiveSearch, event: SearchEvent): void {
    const { id, sweepId } = active;
    const wasAnalysing = this.live.live(id)?.analysing !== undefined;
    this.live.follow(id, event);
    switch (event.type) {
      case 'progress':
        return;
      case 'analysing':
        // By this time the search has been summarised.
        if (!wasAnalysing) this.#changed(id);
        return;
      case 'started':
        this.#changed(id);
        break;
      case 'training-finished':
        this.#attempts.trainingFinished(id);
        this.#forgetAttempts(active);
        this.#changed(id);
        if (sweepId !== undefined) this.#sweeps.tell(sweepId);
        break;
      case 'analysis-unit-finished':
        this.#forgetAttempts(active);
        break;
      case 'evaluation':
        this.#attempts.evaluated(id);
        break;
      case 'training-started':
      case 'training-resumed':
      case 'preparing':
      case 'data-read':
      case 'warning':
      case 'result':
      case 'interrupted':
      case 'failed':
        break;
    }
    this.#options.emit({ type: 'search-event', id, event });
  }

  /** A training finished by one search of a sweep resets the attempts of all of them. */
  #forgetAttempts({ id, sweepId }: ActiveSearch): void {
    const together = [...this.#active.values()].filter((each) => each.sweepId === sweepId);
    this.#attempts.forget(sweepId === undefined ? [id] : together.map((each) => each.id));
  }

  /**
   * Reports the state of a sweep after one of its searches has ended, and whether it still runs.
   */
  #endOfSweep(sweepId: string | undefined): void {
    if (sweepId === undefined) return;
    this.#sweeps.tell(sweepId);
    const isRunning = [...this.#active.values()].some((each) => each.sweepId === sweepId);
    if (!isRunning) this.#sweeps.end(sweepId);
  }

  #changed(id: string): void {
    const row = this.#options.store.history.get(id);
    this.#options.emit({ type: 'search-changed', row: { ...row, isOurs: this.isOurs(id) } });
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
