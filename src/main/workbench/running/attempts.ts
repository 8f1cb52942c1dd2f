/**
 * Attempts at searches, stored in the queue: one that has started often without coming further probably crashes
 * its process. Each training that finishes forgets the attempts before, and so does progress within a training.
 */
import type { ErrorReport } from '../../../shared/contract/errors.ts';
import type { Store } from '../../store/store.ts';

/** A search that has started this often without progress probably crashes its process. */
const MAXIMUM_ATTEMPTS = 3;

/** How often the progress of trainings that have not finished is saved. */
const PROGRESS_MILLISECONDS = 10_000;

type AttemptStore = Pick<Store, 'queue' | 'inTurn'>;

export const TOO_MANY_ATTEMPTS: ErrorReport = {
  code: 'internal',
  message: `The process ended during each of the last ${MAXIMUM_ATTEMPTS} attempts, and none of them came further than the one before.`,
  hint: 'Run "ticket doctor".',
};

interface Attempt {
  /** Whether the attempts were reset, because a training has finished, and nothing counted since. */
  hasForgotten: boolean;
  /** Evaluations since a training last finished. */
  evaluations: number;
  /** When that number was last saved; `performance.now()`. */
  savedAt: number;
}

export class Attempts {
  readonly #store: AttemptStore;
  readonly #onError: (error: unknown) => void;
  /** Those that run now, by search. */
  readonly #attempts = new Map<string, Attempt>();

  /** @param onError called with why something could not be saved. */
  constructor(store: AttemptStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Counts one, for use in a turn. @returns whether it is one of too many. */
  isOneTooMany(id: string): boolean {
    return this.#store.queue.countAttempt(id) > MAXIMUM_ATTEMPTS;
  }

  begin(id: string): void {
    this.#attempts.set(id, { hasForgotten: false, evaluations: 0, savedAt: performance.now() });
  }

  end(id: string): void {
    this.#attempts.delete(id);
  }

  /** A training has finished. */
  trainingFinished(id: string): void {
    const attempt = this.#attempts.get(id);
    if (attempt) attempt.evaluations = 0;
  }

  /** A crash counts only if no attempt since has come further. */
  evaluated(id: string): void {
    const attempt = this.#attempts.get(id);
    if (!attempt) return;
    attempt.evaluations += 1;
    const now = performance.now();
    if (now - attempt.savedAt < PROGRESS_MILLISECONDS) return;
    attempt.savedAt = now;
    const { evaluations } = attempt;
    const record = (): void => {
      this.#store.queue.recordProgress(id, evaluations);
    };
    this.#store.inTurn(record, { isSynced: false }).catch(this.#onError);
    attempt.hasForgotten = false;
  }

  /** Resets the attempts of these searches, once until something counts again. */
  forget(ids: readonly string[]): void {
    const counted = ids.filter((id) => this.#attempts.get(id)?.hasForgotten === false);
    if (counted.length === 0) return;
    const forget = (): void => {
      this.#store.queue.forgetAttempts(counted);
      for (const id of counted) {
        const attempt = this.#attempts.get(id);
        if (attempt) attempt.hasForgotten = true;
      }
    };
    this.#store.inTurn(forget).catch(this.#onError);
  }
}
