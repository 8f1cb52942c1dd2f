/** Results as the charts draw them: arrays over levels, replicates and iterations. */
import type {
  BranchSeries,
  LearningCurve,
  MeasureSeries,
  SearchSeries,
} from '../../../shared/contract/records.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { spreadOf } from '../../../shared/domain/statistics.ts';
import {
  earlyStop,
  type Evaluation,
  finalEvaluation,
  TICKET_BRANCH,
  type TrainingKey,
  type TrainingOutcome,
} from '../../../shared/domain/training.ts';

/** One line a branch over the levels at which at least one replicate has finished. */
export function seriesOf(search: SearchRecord, outcomes: readonly TrainingOutcome[]): SearchSeries {
  const { id, name, settings } = search;
  const finished = new Set(outcomes.map(({ key }) => key.branch));
  const inOrder = [...new Set([TICKET_BRANCH, ...branchNames(settings), ...finished])];
  return {
    id,
    name,
    replicates: settings.replicates.count,
    branches: inOrder
      .filter((branch) => finished.has(branch))
      .map((branch) =>
        branchSeries(
          branch,
          settings.replicates.count,
          outcomes.filter(({ key }) => key.branch === branch),
        ),
      ),
  };
}

function branchSeries(
  branch: string,
  replicates: number,
  outcomes: readonly TrainingOutcome[],
): BranchSeries {
  const byLevel = Map.groupBy(outcomes, ({ key }) => key.level);
  const levels = [...byLevel.keys()].toSorted((a, b) => a - b);
  const measure = (valueOf: (outcome: TrainingOutcome) => number): MeasureSeries =>
    measureSeries(
      levels.map((level) => byLevel.get(level)!),
      replicates,
      valueOf,
    );
  return {
    branch,
    levels: Uint32Array.from(levels),
    densities: Float64Array.from(levels, (level) => byLevel.get(level)![0]!.density),
    testAccuracyAtEarlyStop: measure(({ evaluations }) => earlyStop(evaluations).testAccuracy),
    testAccuracy: measure(({ evaluations }) => finalEvaluation(evaluations).testAccuracy),
    earlyStopIteration: measure(({ evaluations }) => earlyStop(evaluations).iteration),
    validationLoss: measure(({ evaluations }) => earlyStop(evaluations).validationLoss),
  };
}

function measureSeries(
  levels: readonly (readonly TrainingOutcome[])[],
  replicates: number,
  valueOf: (outcome: TrainingOutcome) => number,
): MeasureSeries {
  const values = new Float64Array(levels.length * replicates).fill(Number.NaN);
  const spreads = levels.map((outcomes, level) => {
    for (const outcome of outcomes) {
      values[level * replicates + outcome.key.replicate] = valueOf(outcome);
    }
    return spreadOf(outcomes.map(valueOf));
  });
  return {
    mean: Float64Array.from(spreads, ({ mean }) => mean),
    min: Float64Array.from(spreads, ({ min }) => min),
    max: Float64Array.from(spreads, ({ max }) => max),
    values,
  };
}

/** @param density of a finished training; undefined for one that runs. */
export function curveOf(
  key: TrainingKey,
  evaluations: readonly Evaluation[],
  density: number | undefined,
): LearningCurve {
  return {
    key,
    density,
    isFinished: density !== undefined,
    iterations: Uint32Array.from(evaluations, ({ iteration }) => iteration),
    validationLoss: Float64Array.from(evaluations, ({ validationLoss }) => validationLoss),
    testLoss: Float64Array.from(evaluations, ({ testLoss }) => testLoss),
    validationAccuracy: Float64Array.from(
      evaluations,
      ({ validationAccuracy }) => validationAccuracy,
    ),
    testAccuracy: Float64Array.from(evaluations, ({ testAccuracy }) => testAccuracy),
  };
}
