/**
 * Writes of a thread that must go on meanwhile: it serves windows and hears workers. While another connection
 * holds SQLite's write lock, they wait in a list, and the thread tries again several times a second.
 */
import type { WorkbenchError } from '../../shared/contract/errors.ts';

/** What came of one attempt to write. */
export type Attempt<Result> =
  | { readonly result: Result }
  /** Another connection writes; nothing was done. */
  | { readonly refusal: WorkbenchError };

export interface TurnOptions {
  /** Whether it is on disk when its turn ends; a power cut may lose it otherwise. Default: yes. */
  readonly isSynced?: boolean;
}

/** Tries once, and waits only a moment. What `work` throws is thrown on. */
export type TryWriting = <Result>(work: () => Result, isSynced: boolean) => Attempt<Result>;

interface Turn {
  /** @returns why it could not begin; undefined if it is over. */
  attempt(): WorkbenchError | undefined;
  reject(error: unknown): void;
}

/** How long the thread lets the windows go on between two attempts. */
const PAUSE_MILLISECONDS = 75;

/** A shorter wait is told to nobody. Then it is told as often, for windows that open meanwhile. */
const TELL_MILLISECONDS = 1000;

export class WriteTurns {
  readonly #tryWriting: TryWriting;
  /** The first one runs, or is tried next. */
  readonly #turns: Turn[] = [];
  /** The next attempt. */
  #timer: NodeJS.Timeout | undefined;
  /** When the first one was refused first, as `performance.now()`. */
  #refusedAt: number | undefined;
  #toldAt: number | undefined;
  /** How long each may wait, and since when this holds. */
  #limit: { readonly milliseconds: number; readonly since: number } | undefined;
  /** Why nothing can be written any more. */
  #closed: WorkbenchError | undefined;
  #onWait: (isWaiting: boolean) => void = () => undefined;

  constructor(tryWriting: TryWriting) {
    this.#tryWriting = tryWriting;
  }

  /**
   * Runs `work`, which writes, when all that was asked for before is over. It runs within this call if nobody
   * else writes and nothing waits.
   *
   * @throws WorkbenchError as `work` does; `store-failed` if it has waited as long as it may.
   */
  run<Result>(work: () => Result, { isSynced = true }: TurnOptions = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(this.#closed);
        return;
      }
      this.#turns.push({
        attempt: () => {
          const attempt = this.#tryWriting(work, isSynced);
          if ('refusal' in attempt) return attempt.refusal;
          resolve(attempt.result);
          return undefined;
        },
        reject,
      });
      if (this.#turns.length === 1) this.#tryNext();
    });
  }

  /** @param listener told every second while a turn waits for longer than that, and when it goes on. */
  follow(listener: (isWaiting: boolean) => void): void {
    this.#onWait = listener;
  }

  /** From now on each waits so long at most, once it is the first. */
  waitAtMost(milliseconds: number): void {
    this.#limit = { milliseconds, since: performance.now() };
  }

  /** Rejects those that wait. */
  close(error: WorkbenchError): void {
    this.#closed = error;
    clearTimeout(this.#timer);
    for (const { reject } of this.#turns.splice(0)) reject(error);
    this.#endWait();
  }

  #tryNext(): void {
    const [turn] = this.#turns;
    if (!turn) return;
    const refusal = this.#attempt(turn);
    if (refusal) this.#refusedAt ??= performance.now();
    if (refusal && !this.#hasWaitedEnough()) {
      this.#tryLater(PAUSE_MILLISECONDS);
      this.#tellWait();
      return;
    }
    this.#turns.shift();
    if (refusal) turn.reject(refusal);
    // One at a time: windows are answered between them.
    if (this.#turns.length > 0) this.#tryLater(0);
    this.#endWait();
  }

  #tryLater(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#tryNext();
    }, milliseconds);
  }

  #hasWaitedEnough(): boolean {
    if (!this.#limit) return false;
    const since = Math.max(this.#refusedAt ?? 0, this.#limit.since);
    return performance.now() - since >= this.#limit.milliseconds;
  }

  /** @returns why it could not begin. A turn that fails is over. */
  #attempt(turn: Turn): WorkbenchError | undefined {
    try {
      return turn.attempt();
    } catch (error) {
      turn.reject(error);
      return undefined;
    }
  }

  #tellWait(): void {
    const now = performance.now();
    if (now - (this.#toldAt ?? this.#refusedAt ?? now) < TELL_MILLISECONDS) return;
    this.#toldAt = now;
    this.#onWait(true);
  }

  #endWait(): void {
    this.#refusedAt = undefined;
    if (this.#toldAt === undefined) return;
    this.#toldAt = undefined;
    this.#onWait(false);
  }
}
