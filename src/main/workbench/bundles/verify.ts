/** Trains a search, or one of its levels, again, and compares the result with what is stored. */
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import {
  earlyStop,
  finalEvaluation,
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import type { Store } from '../../store/store.ts';
import { type Difference, firstDifference } from '../../store/training-difference.ts';
import type { SearchRunner } from '../running/search-runner.ts';
import { inTemporaryStore } from './temporary-store.ts';

export interface VerifyRequest {
  readonly searchId: string;
  /** Default: all of them. */
  readonly level?: number | undefined;
  /** Counted from 0. Default: all of them. */
  readonly replicate?: number | undefined;
  /** How far test accuracies may be apart, as a fraction. */
  readonly tolerance: number;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  onEvent?(event: SearchEvent): void;
}

/**
 * `bits`: everything is the same, to the last bit. `numbers`: the masks keep as much, and test accuracies
 * are within the tolerance.
 */
export type VerifiedOutcome = 'bits' | 'numbers' | 'neither';

export interface VerifiedTraining {
  readonly key: TrainingKey;
  readonly outcome: VerifiedOutcome;
  /** Undefined if there is none. */
  readonly difference: Difference | undefined;
}

/**
 * Trains in a data directory of its own, which is removed afterwards: nothing stored can be taken over. A
 * single level starts from the stored masks of the levels before it.
 *
 * Trainings that came in a bundle can be reused by other searches once all that led to them has come out bit
 * for bit.
 *
 * @param runnerOf runs searches of a store.
 * @throws WorkbenchError `not-found` if nothing of this has finished; `interrupted` if it was stopped; as
 *   the trainings that fail.
 */
export async function verify(
  store: Store,
  request: VerifyRequest,
  runnerOf: (store: Store) => SearchRunner,
): Promise<VerifiedTraining[]> {
  const { searchId, level, replicate } = request;
  const ofReplicate = store.bundled
    .keys(searchId)
    .filter((key) => replicate === undefined || key.replicate === replicate);
  const wanted = ofReplicate.filter((key) => level === undefined || key.level === level);
  if (wanted.length === 0) {
    throw new WorkbenchError(
      'not-found',
      `the search ${searchId} has no finished trainings${level === undefined ? '' : ` of level ${level}`}${replicate === undefined ? '' : ` of replicate ${replicate + 1}`}`,
      `Run "ticket show ${searchId}" for what it has.`,
    );
  }
  const before = ofReplicate.filter(
    (key) => level !== undefined && key.level < level && key.branch === TICKET_BRANCH,
  );
  return inTemporaryStore(async (again) => {
    again.bundleMerge.merge([
      {
        search: withoutAnalyses(store.bundled.search(searchId)),
        trainings: before.map((key) => () => store.bundled.training(searchId, key)),
        readArray: (sha256) => store.bundled.array(sha256),
        withoutWeightsSince: undefined,
      },
    ]);
    await trainAgain(again, wanted, request, runnerOf);
    const verified = wanted.map((key) => compare(store, again, request, key));
    const whole = verified.filter(
      ({ key, outcome }) =>
        outcome === 'bits' && (level ?? 0) === 0 && hasAllArrays(store, again, searchId, key),
    );
    store.donors.markVerified(
      searchId,
      whole.map(({ key }) => key),
    );
    return verified;
  });
}

/** They would run as well: those of the settings, and those that were requested later and are pending. */
function withoutAnalyses(search: BundledSearch): BundledSearch {
  const { analyses: _chosen, ...settings } = search.settings;
  const { analyses: _written, ...written } = search.written;
  return { ...search, settings, written, analyses: [] };
}

/** Weights that were kept for other searches did not come out again, so nothing vouches for them. */
function hasAllArrays(stored: Store, again: Store, searchId: string, key: TrainingKey): boolean {
  const { arrays } = again.bundled.training(searchId, key);
  return Object.keys(stored.bundled.training(searchId, key).arrays).every((role) => role in arrays);
}

/** A part of a search ends like one that was stopped. */
async function trainAgain(
  store: Store,
  keys: readonly TrainingKey[],
  { searchId, workers, signal, onEvent }: VerifyRequest,
  runnerOf: (store: Store) => SearchRunner,
): Promise<void> {
  const wanted = new Set(keys.map(nameOfTraining));
  try {
    await runnerOf(store).run(searchId, {
      workers,
      signal,
      isWanted: (key) => wanted.has(nameOfTraining(key)),
      ...(onEvent && { onEvent }),
    });
  } catch (error) {
    const isPart = reportOf(error).code === 'interrupted' && signal?.aborted !== true;
    if (!isPart) throw error;
  }
}

function compare(
  stored: Store,
  again: Store,
  { searchId, tolerance }: VerifyRequest,
  key: TrainingKey,
): VerifiedTraining {
  const one = stored.bundled.training(searchId, key);
  const other = again.bundled.training(searchId, key);
  const difference = firstDifference(
    comparedOf(one),
    comparedOf(other),
    stored.searches.layout(searchId, key.branch),
    (role) => [
      stored.bundled.array(one.arrays[role] ?? ''),
      again.bundled.array(other.arrays[role] ?? ''),
    ],
  );
  if (!difference) return { key, outcome: 'bits', difference };
  return { key, outcome: isClose(one, other, tolerance) ? 'numbers' : 'neither', difference };
}

/** The last level may have left a mask in one of them only. */
const comparedOf = (training: BundledTraining) => ({
  ...training,
  arrays: new Map(Object.entries(training.arrays)),
});

function isClose(one: BundledTraining, other: BundledTraining, tolerance: number): boolean {
  const kept = one.keptCounts.reduce((sum, count) => sum + count, 0);
  if (kept !== other.keptCounts.reduce((sum, count) => sum + count, 0)) return false;
  return [earlyStop, finalEvaluation].every(
    (at) =>
      Math.abs(at(one.evaluations).testAccuracy - at(other.evaluations).testAccuracy) <= tolerance,
  );
}
