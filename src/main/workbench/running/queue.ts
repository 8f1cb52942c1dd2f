/** The searches that this process owns: it runs them in turn, pauses, stops and resumes them. */
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent, WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { StopMoment } from '../../../shared/contract/records/live.ts';
import type { Store } from '../../store/store.ts';
import { Attempts, TOO_MANY_ATTEMPTS } from './attempts.ts';
import { LiveSearches } from './live-searches.ts';
import { Repeated } from './repeated.ts';
import { RunControl } from './run-control.ts';
import { RunningSweeps } from './running-sweeps.ts';
import type { SearchEnd } from './search-end.ts';
import type { SearchGroup } from './search-group.ts';
import type { SearchRunner } from './search-runner.ts';
import { isConflict, notHere, WaitingSearches } from './waiting-searches.ts';

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
  #ticks: Repeated | undefined;
  #isClosing = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.live = new LiveSearches(options.emit);
    this.#attempts = new Attempts(options.store, options.onError);
    this.#sweeps = new RunningSweeps(options);
    this.#waiting = new WaitingSearches({
      store: options.store,
      owner: options.runner.owner,
      onChanged: (id) => {
        this.#changed(id);
      },
      emit: options.emit,
    });
  }

  /** Continues what was queued or running when the previous process ended. */
  start(): void {
    this.#ticks = new Repeated(TICK_MILLISECONDS, () => this.#tick());
    this.#ticks.now();
  }

  /** Stops running searches. They stay in the queue and continue at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const active = [...this.#active.values()];
    for (const { control } of active) control.stop();
    await Promise.all([this.#ticks?.stop(), ...active.map(({ done }) => done)]);
    if (this.#waiting.size === 0) return;
    const release = (): void => this.#waiting.releaseAll();
    // What is not released is free when this process has ended.
    await this.#options.store.inTurn(release).catch(this.#options.onError);
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
  add(id: string, workers: number | undefined): Promise<void> {
    return this.addAll([id], workers);
  }

  /** Adds all of them before the first one starts, because searches of a sweep run together. */
  addAll(ids: readonly string[], workers: number | undefined): Promise<void> {
    return this.#options.store.inTurn(() => {
      for (const id of ids) this.#hold(id, workers);
      this.#startNext();
    });
  }

  /**
   * Runs a requested analysis of a finished search. One that runs does so by itself, or once more if it ends
   * meanwhile; so does one that is still to run.
   *
   * @throws WorkbenchError as `add`.
   */
  analyse(id: string, workers: number | undefined): Promise<void> {
    return this.#options.store.inTurn(() => {
      if (!this.#active.has(id) && !this.#waiting.isFinished(id)) return;
      this.#hold(id, workers);
      this.#startNext();
    });
  }

  /**
   * Pauses a running search at once, or keeps a waiting one from starting.
   *
   * @throws WorkbenchError `conflict` if it neither runs nor waits in this process.
   */
  async pause(id: string): Promise<void> {
    if (!this.isOurs(id)) throw notHere(this.#options.store, id, 'paused');
    await this.#setPaused(id, true);
  }

  /**
   * Continues a paused search, or queues one that was interrupted or has failed.
   *
   * @throws WorkbenchError as `add`.
   */
  resume(id: string, workers: number | undefined): Promise<void> {
    return this.resumeAll([id], workers);
  }

  /** Resumes all of them before the first one starts. */
  async resumeAll(ids: readonly string[], workers: number | undefined): Promise<void> {
    for (const id of ids) {
      if (this.#active.get(id)?.stopping === undefined) continue;
      throw new WorkbenchError('conflict', `the search ${id} is being stopped`, 'Wait for it.');
    }
    const running = ids.filter((id) => this.#active.has(id));
    const others = ids.filter((id) => !this.#active.has(id));
    await Promise.all([
      ...running.map((id) => this.#setPaused(id, false)),
      this.addAll(others, workers),
    ]);
  }

  /**
   * Ends a search so that it can be resumed later. A running one hears of it at once. With `now`, resolves when
   * it has ended.
   *
   * @throws WorkbenchError `conflict` if it neither runs nor waits in this process.
   */
  async stop(id: string, when: StopMoment): Promise<void> {
    const active = this.#active.get(id) ?? (await this.#withdraw(id));
    if (!active) return;
    active.stopping = when;
    if (when === 'now') active.control.stop();
    else active.control.drain();
    this.live.setStopping(id, when);
    await Promise.all([
      // Before its lease is free: no other process takes it up again.
      this.#options.store.inTurn(() => this.#options.store.queue.remove(id)),
      when === 'now' ? active.done : undefined,
    ]);
  }

  /** Stops all of them. Waiting ones get their turn first, so that none of those starts meanwhile. */
  async stopAll(ids: readonly string[], when: StopMoment): Promise<void> {
    const running = ids.filter((id) => this.#active.has(id));
    const others = ids.filter((id) => !this.#active.has(id));
    await Promise.all([...others, ...running].map((id) => this.stop(id, when)));
  }

  /** Takes a waiting search out of the queue. @returns it, if it began to run before its turn came. */
  #withdraw(id: string): Promise<ActiveSearch | undefined> {
    return this.#options.store.inTurn(() => {
      const active = this.#active.get(id);
      if (!active && !this.#waiting.withdraw(id)) throw notHere(this.#options.store, id, 'stopped');
      return active;
    });
  }

  #hold(id: string, workers: number | undefined): void {
    const active = this.#active.get(id);
    if (active) active.queuedAgain = { workers };
    else this.#waiting.add(id, workers);
  }

  #setPaused(id: string, isPaused: boolean): Promise<void> {
    const tellRun = (): void => {
      const active = this.#active.get(id);
      // One that is being stopped goes on to its end.
      if (active && active.stopping === undefined) active.control.setPaused(isPaused);
    };
    tellRun();
    this.live.tell(id);
    return this.#options.store.inTurn(() => {
      this.#options.store.queue.setPaused(id, isPaused);
      // It may have begun to run before its turn came, or heard of a turn before this one since.
      tellRun();
      this.#changed(id);
    });
  }

  async #tick(): Promise<void> {
    const { store, onError } = this.#options;
    try {
      // What is written now would be lost; running searches notice by themselves and stop.
      if (!store.isInPlace()) return;
      await Promise.all([this.#waiting.renewLeases(), this.#startWaiting()]);
    } catch (error) {
      onError(error);
    }
  }

  /** Those that wait here, and those of processes that have ended. */
  async #startWaiting(): Promise<void> {
    const isRunning = (id: string): boolean => this.#active.has(id);
    // Who has nothing to start does not wait for others who write.
    if (!this.#waiting.mayStart(isRunning)) return;
    await this.#options.store.inTurn(() => {
      this.#waiting.adoptOrphans(isRunning);
      this.#startNext();
    });
  }

  /** For use in a turn, as everything that it begins. */
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
      this.#waiting.fail(id, TOO_MANY_ATTEMPTS);
      return;
    }
    let group: SearchGroup | undefined;
    try {
      group = sweepId === undefined ? undefined : this.#sweeps.groupOf(sweepId, workers);
    } catch (error) {
      this.#waiting.fail(id, reportOf(error));
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
    const sweep =
      sweepId === undefined || !group
        ? undefined
        : { id: sweepId, progress: () => group.trainings.progress };
    this.live.begin(id, control, sweep);
    active.done = this.#follow(active, workers, group);
    this.#changed(id);
  }

  async #follow(
    active: ActiveSearch,
    workers: number | undefined,
    group: SearchGroup | undefined,
  ): Promise<void> {
    const { store, onError } = this.#options;
    const end = await this.#runToEnd(active, workers, group);
    try {
      await store.inTurn(() => {
        this.#end(active, end);
      });
    } catch (error) {
      if (this.#active.get(active.id) === active) this.#active.delete(active.id);
      onError(error);
    }
  }

  #end(active: ActiveSearch, end: SearchEnd['reason']): void {
    const { store } = this.#options;
    const { id, sweepId } = active;
    const hasFinished = end === 'finished';
    // It stays in the queue if this process is closing or another process holds it.
    const wasToEnd = active.stopping !== undefined || !this.#isClosing;
    const isOver = hasFinished || (wasToEnd && end !== 'lease-lost');
    this.#active.delete(id);
    this.#attempts.end(id);
    if (isOver) store.queue.remove(id);
    else if (end === 'stopped') store.queue.returnAttempt(id);
    // A finished search has nothing to resume: its analyses must be requested again.
    if (isOver && !hasFinished && this.#waiting.isFinished(id)) store.analyses.cancel(id);
    this.live.end(id);
    this.#changed(id);
    if (sweepId !== undefined) {
      const others = [...this.#active.values()].filter((each) => each.sweepId === sweepId);
      this.#sweeps.leave(sweepId, others.length > 0);
    }
    // An analysis may have been requested in the last moment.
    const { queuedAgain } = active;
    if (hasFinished && queuedAgain && !this.#waiting.isDone(id))
      this.#hold(id, queuedAgain.workers);
    this.#startNext();
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

  #changed(id: string): void {
    const row = this.#options.store.history.get(id);
    this.#options.emit({ type: 'search-changed', row: { ...row, isOurs: this.isOurs(id) } });
  }
}
