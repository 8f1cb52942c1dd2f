/** Equal trainings of searches that run together; each is run once. */
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { iterationsOf } from '../../engine/lottery/span.ts';
import { Pace } from './pace.ts';
import type { RunControl } from './run-control.ts';
import {
  capturedIteration,
  type IdentifiedSearch,
  type IdentityOf,
  trainingIdentities,
} from './training-identity.ts';

export interface SharingSearch extends IdentifiedSearch {
  /** Trainings that are saved already. */
  readonly finished: readonly TrainingKey[];
}

/** Identities are those of planned trainings unless noted otherwise. */
export class SharedTrainings {
  readonly #members: readonly SharingSearch[];
  /**
   * The controls of the searches that are running each training, by the identity of the actual
   * training.
   */
  readonly #underway = new Map<string, Set<RunControl>>();
  /**
   * Iterations to capture from dense networks, by the identity of the first replicate's dense
   * network.
   */
  #captured: ReadonlyMap<string, readonly number[]> | undefined;
  readonly #progress: SharedProgress;

  /** @param members the searches of a sweep, running or not; an empty list shares nothing. */
  constructor(members: readonly SharingSearch[]) {
    this.#members = members;
    this.#progress = new SharedProgress(members);
  }

  /** Whether searches adopt finished trainings from each other. */
  get isSharing(): boolean {
    return this.#members.length > 0;
  }

  /** How many trainings of all members are not saved yet. */
  get missing(): number {
    return this.#members.reduce(
      (sum, { settings, finished }) => sum + plannedTrainings(settings).length - finished.length,
      0,
    );
  }

  get progress(): Progress {
    return this.#progress.now();
  }

  /**
   * Whether another search is running an equal training, whose result is then worth waiting for. A
   * paused search does not count.
   *
   * @param identity of the actual training.
   */
  isTrainedElsewhere(identity: string): boolean {
    if (!this.isSharing) return false;
    return [...(this.#underway.get(identity) ?? [])].some(({ isPaused }) => !isPaused);
  }

  begin(identity: string, control: RunControl): void {
    const others = this.#underway.get(identity);
    if (others) others.add(control);
    else this.#underway.set(identity, new Set([control]));
  }

  end(identity: string, control: RunControl): void {
    const trainers = this.#underway.get(identity);
    trainers?.delete(control);
    if (trainers?.size === 0) this.#underway.delete(identity);
  }

  /** The iterations whose weights a dense network must save for this search and all like it. */
  capturedIterations(search: IdentifiedSearch): readonly number[] {
    const own = capturedIteration(search.settings) ?? [];
    this.#captured ??= capturedByDenseNetwork(this.#members);
    const alike = this.#captured.get(trainingIdentities(search)(FIRST_DENSE).training) ?? [];
    return [...new Set([own, alike].flat())].toSorted((one, other) => one - other);
  }

  /** Follows one member's trainings; a search that shares nothing is ignored. */
  follow(search: IdentifiedSearch): TrainingProgress {
    return this.#progress.follow(search);
  }
}

const FIRST_DENSE: TrainingKey = { replicate: 0, level: 0, branch: TICKET_BRANCH };

function capturedByDenseNetwork(
  members: readonly IdentifiedSearch[],
): ReadonlyMap<string, readonly number[]> {
  const captured = new Map<string, number[]>();
  for (const member of members) {
    const iteration = capturedIteration(member.settings);
    if (iteration === undefined) continue;
    const { training } = trainingIdentities(member)(FIRST_DENSE);
    captured.set(training, [...(captured.get(training) ?? []), iteration]);
  }
  return captured;
}

export interface Progress {
  /** Fraction of all iterations done, in [0, 1]. */
  readonly fraction: number;
  /** Undefined until the pace is known. */
  readonly etaSeconds: number | undefined;
}

export interface TrainingProgress {
  /** @param iterations done of a training, counted from its start. */
  advance(key: TrainingKey, iterations: number): void;
  /** @param iterations done by an earlier run, which say nothing about the pace. */
  skip(key: TrainingKey, iterations: number): void;
  finish(key: TrainingKey): void;
}

/** Counts iterations over all searches; a shared training counts once. */
class SharedProgress {
  readonly #pace = new Pace();
  /** Iterations done of every training, by its identity. */
  readonly #done = new Map<string, number>();
  readonly #isEmpty: boolean;
  #total = 0;
  #sum = 0;
  #skipped = 0;

  constructor(members: readonly SharingSearch[]) {
    this.#isEmpty = members.length === 0;
    const counted = new Set<string>();
    for (const member of members) {
      const identityOf = trainingIdentities(member);
      for (const key of plannedTrainings(member.settings)) {
        const { training } = identityOf(key);
        if (counted.has(training)) continue;
        counted.add(training);
        this.#total += iterationsOf(member.settings, key);
      }
      for (const key of member.finished) this.#finish(member.settings, identityOf, key);
    }
  }

  follow({ settings, targets }: IdentifiedSearch): TrainingProgress {
    if (this.#isEmpty) {
      return { advance: () => undefined, skip: () => undefined, finish: () => undefined };
    }
    const identityOf = trainingIdentities({ settings, targets });
    return {
      skip: (key, iterations) => {
        this.#skipped += this.#advance(identityOf(key).training, iterations);
      },
      advance: (key, iterations) => {
        this.#advance(identityOf(key).training, iterations);
      },
      finish: (key) => {
        this.#finish(settings, identityOf, key);
      },
    };
  }

  now(): Progress {
    this.#pace.record(performance.now(), this.#sum - this.#skipped);
    return {
      fraction: this.#total === 0 ? 0 : this.#sum / this.#total,
      etaSeconds: this.#pace.secondsLeft(this.#total - this.#skipped),
    };
  }

  #finish(settings: Settings, identityOf: IdentityOf, key: TrainingKey): void {
    this.#advance(identityOf(key).training, iterationsOf(settings, key));
  }

  /**
   * A training that another search restarts does not lower the count.
   *
   * @returns by how much the count grew.
   */
  #advance(identity: string, iterations: number): number {
    const before = this.#done.get(identity) ?? 0;
    const added = Math.max(0, iterations - before);
    this.#done.set(identity, before + added);
    this.#sum += added;
    return added;
  }
}
