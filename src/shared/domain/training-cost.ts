/** The time of a search's trainings, level by level. */
import { groupBy } from '../group-by.ts';
import { firstIteration } from './plan.ts';
import type { Settings } from './settings.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { TICKET_BRANCH, type TrainingKey } from './training.ts';

/** What is known about a finished training's cost. */
export interface TimedTraining {
  readonly key: TrainingKey;
  readonly density: number;
  readonly engine: string;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
  /** The search that ran the training, if this search reuses it. Its time counts there. */
  readonly adoptedFrom?: string | undefined;
}

export interface LevelCost {
  readonly level: number;
  /** The density of its tickets. */
  readonly density: number;
  /** The engines that trained its tickets: one, unless a sweep reused some. */
  readonly engines: readonly string[];
  /** The mean step of each of its tickets, over replicates. */
  readonly millisecondsPerStep: Spread;
  /** The mean step of the dense network, divided by this level's. */
  readonly timesFasterThanDense: number;
  /** The time of all trainings of the level that this search has run, including its branches. */
  readonly trainingMilliseconds: number;
  /** The time of their evaluations on the validation and the test set. */
  readonly evaluationMilliseconds: number;
}

/** `13 times faster`, `1.7 times slower`, `as fast`: a level's step compared with the dense network's. */
export function speedAgainstDense({ timesFasterThanDense }: LevelCost): string {
  const isSlower = timesFasterThanDense < 1;
  const times = Number((isSlower ? 1 / timesFasterThanDense : timesFasterThanDense).toPrecision(2));
  if (times === 1) return 'as fast';
  return `${times} times ${isSlower ? 'slower' : 'faster'}`;
}

/**
 * The cost of every level with at least one finished ticket. Searches that share the machine with
 * others take longer, so these are observed times, not measurements of an engine.
 *
 * @returns an empty list before the first dense training has finished.
 */
export function levelCosts(settings: Settings, trainings: readonly TimedTraining[]): LevelCost[] {
  const byLevel = groupBy(trainings, ({ key }) => key.level);
  const trainingsOf = (level: number): readonly TimedTraining[] => byLevel.get(level) ?? [];
  const ticketsOf = (level: number): readonly TimedTraining[] =>
    trainingsOf(level).filter(({ key }) => key.branch === TICKET_BRANCH);
  const stepsOf = (tickets: readonly TimedTraining[]): Spread =>
    spreadOf(
      tickets.map(
        ({ key, trainingMilliseconds }) =>
          trainingMilliseconds /
          (settings.training.iterations - firstIteration(settings, key.level)),
      ),
    );
  const dense = ticketsOf(0);
  if (dense.length === 0) return [];
  const denseStep = stepsOf(dense).mean;
  const levels = [...byLevel.keys()].toSorted((a, b) => a - b);
  return levels.flatMap((level) => {
    const tickets = ticketsOf(level);
    if (tickets.length === 0) return [];
    const own = trainingsOf(level).filter(({ adoptedFrom }) => adoptedFrom === undefined);
    const millisecondsPerStep = stepsOf(tickets);
    return {
      level,
      density: spreadOf(tickets.map(({ density }) => density)).mean,
      engines: [...new Set(tickets.map(({ engine }) => engine))],
      millisecondsPerStep,
      timesFasterThanDense: denseStep / millisecondsPerStep.mean,
      trainingMilliseconds: own.reduce((sum, each) => sum + each.trainingMilliseconds, 0),
      evaluationMilliseconds: own.reduce((sum, each) => sum + each.evaluationMilliseconds, 0),
    };
  });
}
