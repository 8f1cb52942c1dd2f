/** The time left of a search, from what its trainings should cost and what they have cost so far. */
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import {
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { TrainingCosts } from '../planning/training-costs.ts';

/**
 * So long a time on one worker, in milliseconds, agrees with the expected cost before anything has run.
 * Expectations that were measured hold until trainings have run as long.
 */
const TRUST_IN_MEASURED = 2000;
/** Expectations in no unit hold no longer than this; afterwards the first steps give them a unit. */
const FIRST_MILLISECONDS = 1000;
/** What was learned on a level says this much less about the next one. */
const LESS_PER_LEVEL = 4;

interface TimeLeftOptions {
  readonly settings: Settings;
  readonly costs: TrainingCosts;
  readonly finished: readonly TrainingKey[];
  /** How many trainings run at the same time. */
  readonly workers: number;
  /** Optimizer steps of the analyses after the trainings. */
  readonly analysisSteps: number;
}

interface Underway {
  readonly key: TrainingKey;
  readonly expected: number;
  readonly startedAt: number;
  /** The part of its cost that was done when it started here, in [0, 1]. */
  readonly startedFrom: number;
  /** When it last said how far it is. */
  seenAt: number;
  done: number;
}

/** What trainings of a level have cost, on one worker. */
interface Spent {
  expected: number;
  actual: number;
}

/** Times are on a clock of the caller's that stands still while the search is paused. */
export class TimeLeft {
  readonly #options: TimeLeftOptions;
  /** Trainings that have not started, by level and branch, with their cost. */
  readonly #waiting = new Map<string, { key: TrainingKey; expected: number; count: number }>();
  readonly #underway = new Map<string, Underway>();
  readonly #spent = new Map<number, Spent>();

  constructor(options: TimeLeftOptions) {
    this.#options = options;
    const finished = new Set(options.finished.map(nameOfTraining));
    for (const key of plannedTrainings(options.settings)) {
      if (!finished.has(nameOfTraining(key))) this.#wait(key);
    }
  }

  start(key: TrainingKey, now: number): void {
    const name = nameOfTraining(key);
    // A training that restarts is no longer among those that wait.
    if (!this.#underway.has(name)) this.#unwait(key);
    this.#underway.set(name, {
      key,
      expected: this.#costOf(key),
      startedAt: now,
      startedFrom: 0,
      seenAt: now,
      done: 0,
    });
  }

  /** It continues from this iteration, which another run has reached. */
  resume(key: TrainingKey, iteration: number, now: number): void {
    const training = this.#underway.get(nameOfTraining(key));
    if (!training) return;
    const done = this.#options.costs.partSpent(key, iteration);
    this.#underway.set(nameOfTraining(key), {
      ...training,
      startedAt: now,
      startedFrom: done,
      seenAt: now,
      done,
    });
  }

  advance(key: TrainingKey, iteration: number, now: number): void {
    const training = this.#underway.get(nameOfTraining(key));
    if (!training) return;
    training.seenAt = now;
    training.done = this.#options.costs.partSpent(key, iteration);
  }

  /** @param isAdopted from another search, so the time that it took says nothing. */
  finish(key: TrainingKey, isAdopted: boolean, now: number): void {
    const name = nameOfTraining(key);
    const training = this.#underway.get(name);
    this.#underway.delete(name);
    if (!training) {
      this.#unwait(key);
      return;
    }
    if (!isAdopted) add(this.#spent, { ...training, done: 1, seenAt: now });
  }

  /** Undefined until the first trainings have shown how long anything takes. */
  seconds(): number | undefined {
    const { costs, settings, workers, analysisSteps } = this.#options;
    const spent = new Map([...this.#spent].map(([level, each]) => [level, { ...each }]));
    for (const training of this.#underway.values()) add(spent, training);
    const trust = costs.isMeasured ? TRUST_IN_MEASURED : 0;
    const seen = [...spent.values()].reduce((sum, { actual }) => sum + actual, 0);
    if (!costs.isMeasured && seen < FIRST_MILLISECONDS) return undefined;
    const factors = Array.from({ length: settings.pruning.levels + 1 }, (_, level) =>
      factorAt(spent, level, trust),
    );

    let total = 0;
    /** What the tickets of a level cost one by one, where some of them wait. */
    const tickets = new Map<number, number>();
    for (const { key, expected, count } of this.#waiting.values()) {
      const cost = expected * (factors[key.level] ?? 1);
      total += cost * count;
      if (key.branch === TICKET_BRANCH) tickets.set(key.level, cost);
    }
    // The tickets of a replicate wait for each other. The replicate that is least far has the most left.
    const chainFrom = (level: number): number =>
      [...tickets].reduce((sum, [at, cost]) => sum + (at > level ? cost : 0), 0);
    let longest = chainFrom(-1);
    for (const { key, expected, done } of this.#underway.values()) {
      const left = expected * (1 - done) * (factors[key.level] ?? 1);
      total += left;
      const after = key.branch === TICKET_BRANCH ? chainFrom(key.level) : 0;
      longest = Math.max(longest, left + after);
    }
    const ofAnalyses = analysisSteps * costs.millisecondsPerAnalysisStep * (factors[0] ?? 1);
    return (Math.max(total / workers, longest) + ofAnalyses / workers) / 1000;
  }

  #wait(key: TrainingKey): void {
    const group = this.#waiting.get(groupOf(key));
    if (group) group.count += 1;
    else this.#waiting.set(groupOf(key), { key, expected: this.#costOf(key), count: 1 });
  }

  #unwait(key: TrainingKey): void {
    const group = this.#waiting.get(groupOf(key));
    if (!group) return;
    group.count -= 1;
    if (group.count === 0) this.#waiting.delete(groupOf(key));
  }

  #costOf(key: TrainingKey): number {
    const { trainingMilliseconds, evaluationMilliseconds } = this.#options.costs.of(key);
    return trainingMilliseconds + evaluationMilliseconds;
  }
}

/** Replicates cost the same. */
const groupOf = ({ level, branch }: TrainingKey): string => `${level} ${branch}`;

/** Adds what a training has cost until it was last seen. */
function add(
  spent: Map<number, Spent>,
  { key, expected, done, startedFrom, startedAt, seenAt }: Underway,
): void {
  const known = spent.get(key.level) ?? { expected: 0, actual: 0 };
  spent.set(key.level, {
    expected: known.expected + expected * (done - startedFrom),
    actual: known.actual + (seenAt - startedAt),
  });
}

/**
 * How many times its expected cost a level takes, judging by the levels that have run: most of all by
 * the nearest ones. A level far away tells little: it may have run on another engine, or alone.
 *
 * @param trust the milliseconds, as expected, that count as spent before anything has run.
 */
export function factorAt(
  spent: ReadonlyMap<number, Readonly<Spent>>,
  level: number,
  trust: number,
): number {
  let [expected, actual] = [trust, trust];
  for (const [at, each] of spent) {
    if (each.expected === 0) continue;
    const weight = LESS_PER_LEVEL ** -Math.abs(at - level);
    expected += weight * each.expected;
    actual += weight * each.actual;
  }
  return expected === 0 ? 1 : actual / expected;
}
