/** Searches that run together: on the same workers, in one order, training once what is the same. */
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { iterationsOf } from '../../engine/lottery/span.ts';
import { type Dataset, withoutCommon } from '../../engine/datasets/dataset.ts';
import { Pace } from './pace.ts';
import { capturedIteration, identityOf, type IdentifiedSearch } from './training-identity.ts';
import { Workers } from './worker-pool.ts';

/** A search that has trainings to start. */
export interface Claimant {
  /** Of the training it would start next, the least first; undefined if none can start now. */
  urgency(): number | undefined;
  /** Starts that training; a worker is idle. */
  start(): void;
}

export interface CrewMember extends IdentifiedSearch {
  readonly finished: readonly TrainingKey[];
}

export interface CrewOptions {
  /** Trainings side by side. */
  readonly size: number;
  /** The searches of a sweep, whether they run now or not; none: nothing is shared. */
  readonly members?: readonly CrewMember[];
}

/**
 * Starts its workers when the first search needs them and ends them with the last. No training starts
 * before every search that joined is ready, so that the most urgent of all of them comes first.
 */
export class Crew {
  readonly #size: number;
  readonly #members: readonly CrewMember[];
  readonly #progress: CrewProgress;
  readonly #claimants = new Set<Claimant>();
  readonly #underway = new Set<string>();
  readonly #datasets = new Map<string, Promise<Dataset>>();
  #preparation: Promise<unknown> = Promise.resolve();
  #starting: Promise<Workers> | undefined;
  #workers: Workers | undefined;
  #joined = 0;
  /** Those that keep the others waiting no longer. */
  #ready = 0;
  #left = 0;

  constructor({ size, members = [] }: CrewOptions) {
    this.#size = size;
    this.#members = members;
    this.#progress = new CrewProgress(members);
  }

  /** Whether finished trainings are taken over from other searches. */
  get shares(): boolean {
    return this.#members.length > 0;
  }

  get hasEnded(): boolean {
    return this.#joined > 0 && this.#left === this.#joined;
  }

  /** Share of all iterations done, what is shared counting once, and how long the rest takes. */
  get progress(): { readonly fraction: number; readonly etaSeconds: number | undefined } {
    return this.#progress.now();
  }

  /**
   * Before anything else a search does.
   *
   * @returns how to leave, whatever has become of it; the last one ends the workers.
   */
  join(): CrewPlace {
    this.#joined += 1;
    let isReady = false;
    const ready = (): void => {
      if (!isReady) this.#ready += 1;
      isReady = true;
    };
    return {
      enter: (claimant) => {
        this.#claimants.add(claimant);
        ready();
        return () => {
          this.#claimants.delete(claimant);
        };
      },
      leave: async () => {
        this.#left += 1;
        ready();
        this.offer();
        if (this.hasEnded) await this.#workers?.close();
      },
    };
  }

  /**
   * @param needed with more workers than this some would have nothing to do.
   * @throws WorkbenchError as `Workers.start`.
   */
  workers(needed: number): Promise<Workers> {
    // A search that has finished and is analysed needs more than the trainings that are missing.
    const useful = this.shares ? Math.max(this.#missing(), needed) : needed;
    const size = Math.max(1, Math.min(this.#size, useful));
    this.#starting ??= Workers.start(size).then((workers) => {
      workers.onIdle = () => {
        this.offer();
      };
      this.#workers = workers;
      return workers;
    });
    return this.#starting;
  }

  /** Read once, however many searches train on it, and on whichever part of it. */
  dataset(choice: Settings['dataset'], load: () => Promise<Dataset>): Promise<Dataset> {
    const name = JSON.stringify(withoutCommon(choice));
    const dataset = this.#datasets.get(name) ?? load();
    this.#datasets.set(name, dataset);
    return dataset;
  }

  /** One search after the other: what one of them measures is known to the next. */
  prepare<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#preparation.then(work);
    this.#preparation = result.catch(() => undefined);
    return result;
  }

  /** The iterations whose weights dense networks like this search's have to leave. */
  capturedIterations(search: IdentifiedSearch): number[] {
    const dense = { replicate: 0, level: 0, branch: TICKET_BRANCH };
    const own = identityOf(search, dense).training;
    const alike = this.#members.filter((member) => identityOf(member, dense).training === own);
    const iterations = [search, ...alike].flatMap(
      ({ settings }) => capturedIteration(settings) ?? [],
    );
    return [...new Set(iterations)].toSorted((one, other) => one - other);
  }

  /** Gives idle workers to whoever has the most urgent training. */
  offer(): void {
    if (!this.#workers || this.#ready < this.#joined) return;
    while (this.#workers.hasIdleWorker) {
      const first = this.#mostUrgent();
      if (!first) return;
      first.start();
    }
  }

  /** Whether a training that is the same runs now, in whichever search. */
  isUnderway(identity: string): boolean {
    return this.shares && this.#underway.has(identity);
  }

  begin(identity: string): void {
    this.#underway.add(identity);
  }

  end(identity: string): void {
    this.#underway.delete(identity);
  }

  /** @param iterations done of a training, counted from its start. */
  advance(search: IdentifiedSearch, key: TrainingKey, iterations: number): void {
    this.#progress.advance(search, key, iterations);
  }

  /** A training that its search has now, trained or taken over. */
  finish(search: IdentifiedSearch, key: TrainingKey): void {
    this.#progress.advance(search, key, iterationsOf(search.settings, key));
  }

  #mostUrgent(): Claimant | undefined {
    let first: Claimant | undefined;
    let least = Infinity;
    for (const claimant of this.#claimants) {
      const urgency = claimant.urgency();
      if (urgency === undefined || urgency >= least) continue;
      first = claimant;
      least = urgency;
    }
    return first;
  }

  #missing(): number {
    return this.#members.reduce(
      (sum, { settings, finished }) => sum + plannedTrainings(settings).length - finished.length,
      0,
    );
  }
}

export interface CrewPlace {
  /** Offers workers to the search from now on. @returns how to end that. */
  enter(claimant: Claimant): () => void;
  leave(): Promise<void>;
}

/** Counts iterations over all searches; what they share counts once. */
class CrewProgress {
  readonly #pace = new Pace();
  /** Iterations of every training, by what tells it from others. */
  readonly #planned = new Map<string, number>();
  readonly #done = new Map<string, number>();
  readonly #total: number;
  #sum = 0;

  constructor(members: readonly CrewMember[]) {
    for (const member of members) {
      for (const key of plannedTrainings(member.settings)) {
        this.#planned.set(identityOf(member, key).training, iterationsOf(member.settings, key));
      }
    }
    for (const member of members) {
      for (const key of member.finished) {
        this.advance(member, key, iterationsOf(member.settings, key));
      }
    }
    this.#total = [...this.#planned.values()].reduce((sum, iterations) => sum + iterations, 0);
  }

  /** What was done before does not become less when another search begins it anew. */
  advance(search: IdentifiedSearch, key: TrainingKey, iterations: number): void {
    if (this.#planned.size === 0) return;
    const name = identityOf(search, key).training;
    const before = this.#done.get(name) ?? 0;
    if (iterations <= before) return;
    this.#done.set(name, iterations);
    this.#sum += iterations - before;
  }

  now(): { readonly fraction: number; readonly etaSeconds: number | undefined } {
    this.#pace.record(performance.now(), this.#sum);
    return {
      fraction: this.#total === 0 ? 0 : this.#sum / this.#total,
      etaSeconds: this.#pace.secondsLeft(this.#total),
    };
  }
}
