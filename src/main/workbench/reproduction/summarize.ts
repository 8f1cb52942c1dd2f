/** What the searches of a run have measured, for its summary. */
import {
  isCensored,
  measure,
  pairByReplicate,
  type Rules,
} from '../../../shared/domain/comparison.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { asJson } from '../../../shared/domain/settings-json.ts';
import {
  earlyStop,
  finalEvaluation,
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingOutcome,
} from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { groupBy } from '../../../shared/group-by.ts';
import type { PublishedRun } from '../../../shared/published/schema.ts';
import type {
  BranchMeasurements,
  LevelMeasurements,
  RunSummary,
} from '../../../shared/published/summary.ts';
import type { Store } from '../../store/store.ts';
import { testSetOf } from '../history/search-result.ts';

/** @param searches of a run: one, or those of its sweep. */
export function summarizeRun(
  store: Store,
  { id, label, sweep }: PublishedRun,
  searches: readonly [SearchRecord, ...SearchRecord[]],
): RunSummary {
  const [first] = searches;
  const { settings } = first;
  const trainings = searches.flatMap((search) => store.trainings.outcomes(search.id));
  const own = trainings.filter(({ adoptedFrom }) => adoptedFrom === undefined);
  const seconds = (valueOf: (training: (typeof own)[number]) => number): number =>
    Math.round(own.reduce((sum, training) => sum + valueOf(training), 0) / 1000);
  return {
    id,
    label,
    settings: asJson(first.written),
    ...(sweep && { sweep: sweep as Record<string, never[]> }),
    searches: searches.map((search) => search.id),
    environments: environmentsOf(own.length > 0 ? own : trainings),
    trainingsDone: trainings.length,
    trainingsTotal: searches.reduce((sum, { trainingsTotal }) => sum + trainingsTotal, 0),
    evaluateEvery: settings.training.evaluateEvery,
    iterations: settings.training.iterations,
    confidence: settings.verdict.confidence,
    testExamples: testExamplesOf(store, first),
    trainingSeconds: seconds(({ trainingMilliseconds }) => trainingMilliseconds),
    evaluationSeconds: seconds(({ evaluationMilliseconds }) => evaluationMilliseconds),
    levels: mergedLevels(searches.flatMap((search) => levelsOf(store, search))),
  };
}

/** Where the trainings ran, each place once: a search may have come from another machine, or was continued there. */
function environmentsOf(trainings: readonly TrainingRecord[]): RunSummary['environments'] {
  const different = groupBy(trainings, ({ environment: { workbench, cpu, cores } }) =>
    JSON.stringify([workbench, cpu, cores]),
  );
  return [...different.values()].map(([{ environment }]) => {
    const { workbench, cpu, cores } = environment;
    return { workbench, cpu, cores };
  });
}

function testExamplesOf(store: Store, { id }: SearchRecord): number {
  return testSetOf(store.dataReadings.summaries(id).get(TICKET_BRANCH))?.examples ?? 0;
}

/** Searches of a sweep share their dense network: the one with the most replicates is kept. */
function mergedLevels(levels: readonly LevelMeasurements[]): LevelMeasurements[] {
  const dense = levels
    .filter(({ branches }) => branches['dense'])
    .toSorted((one, other) => replicatesOf(other) - replicatesOf(one))
    .slice(0, 1);
  const pruned = levels.filter(({ branches }) => !branches['dense']);
  return [...dense, ...pruned.toSorted((one, other) => other.density - one.density)];
}

function replicatesOf({ branches }: LevelMeasurements): number {
  return branches['dense']?.replicates.length ?? 0;
}

function levelsOf(store: Store, search: SearchRecord): LevelMeasurements[] {
  const { settings } = search;
  const correct = store.trainings.correctAtEarlyStop(search.id);
  const outcomes = store.trainings
    .outcomes(search.id)
    .map((outcome): TrainingOutcome => ({
      ...outcome,
      correctAtEarlyStop: correct.get(nameOfTraining(outcome.key)),
    }))
    .toSorted((one, other) => one.key.replicate - other.key.replicate);
  const rules: Rules = {
    ...settings.verdict,
    evaluateEvery: settings.training.evaluateEvery,
    testSet: testSetOf(store.dataReadings.summaries(search.id).get(TICKET_BRANCH)),
    hasCommonClock: true,
  };
  const dense = outcomes.filter(({ key }) => key.level === 0 && key.branch === TICKET_BRANCH);
  const byLevel = [...groupBy(outcomes, ({ key }) => key.level)].toSorted(
    ([one], [other]) => one - other,
  );
  return byLevel.flatMap(([level, own]): LevelMeasurements[] => {
    const byBranch = groupBy(own, ({ key }) => key.branch);
    const ticket = byBranch.get(TICKET_BRANCH);
    if (!ticket) return [];
    const density = Number(ticket[0].density.toPrecision(6));
    if (level === 0) return [{ density, branches: { dense: measurementsOf(dense, {}, rules) } }];
    const branches = [...byBranch].map(([branch, group]) => {
      const others = branch === TICKET_BRANCH ? { dense } : { dense, ticket };
      return [branch, measurementsOf(group, others, rules)] as const;
    });
    return [{ density, branches: Object.fromEntries(branches) }];
  });
}

function measurementsOf(
  outcomes: readonly TrainingOutcome[],
  others: Readonly<Record<string, readonly TrainingOutcome[]>>,
  rules: Rules,
): BranchMeasurements {
  const stops = outcomes.map(({ evaluations }) => earlyStop(evaluations));
  const errors = Object.entries(others).flatMap(([name, other]) => {
    const pairs = pairByReplicate(other, outcomes);
    if (pairs.length === 0) return [];
    return [[name, Number(measure(pairs, rules).accuracies.error.toPrecision(6))] as const];
  });
  return {
    replicates: outcomes.map(({ key }) => key.replicate + 1),
    earlyStopIteration: stops.map(({ iteration }) => iteration),
    testAccuracyAtEarlyStop: stops.map(({ testAccuracy }) => testAccuracy),
    testAccuracy: outcomes.map(({ evaluations }) => finalEvaluation(evaluations).testAccuracy),
    censored: outcomes.filter(isCensored).map(({ key }) => key.replicate + 1),
    accuracyErrors: Object.fromEntries(errors),
  };
}
