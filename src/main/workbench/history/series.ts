/** Results in the form that charts draw: arrays over levels, replicates and iterations. */
import type {
  BranchSeries,
  LearningCurve,
  MeasureSeries,
  SearchSeries,
} from '../../../shared/contract/records/search-results.ts';
import { groupBy } from '../../../shared/group-by.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import { spreadOf } from '../../../shared/domain/statistics.ts';
import {
  earlyStop,
  type Evaluation,
  finalEvaluation,
  TICKET_BRANCH,
  type TrainingKey,
  type TrainingOutcome,
} from '../../../shared/domain/training.ts';

/**
 * One line per branch, over the levels at which at least one replicate has finished.
 *
 * @param result of the same trainings, whose verdicts are joined.
 */
export function seriesOf(
  search: SearchRecord,
  outcomes: readonly TrainingOutcome[],
  result?: SearchResult,
): SearchSeries {
  const { id, name, settings } = search;
  const byBranch = groupBy(outcomes, ({ key }) => key.branch);
  const inOrder = [...new Set([TICKET_BRANCH, ...branchNames(settings), ...byBranch.keys()])];
  return {
    id,
    name,
    settings,
    replicates: settings.replicates.count,
    branches: inOrder.flatMap((branch) => {
      const own = byBranch.get(branch);
      return own ? [branchSeries(branch, settings.replicates.count, own, result)] : [];
    }),
  };
}

function branchSeries(
  branch: string,
  replicates: number,
  outcomes: readonly TrainingOutcome[],
  result: SearchResult | undefined,
): BranchSeries {
  const levels = [...groupBy(outcomes, ({ key }) => key.level)].toSorted(([a], [b]) => a - b);
  const measure = (valueOf: (outcome: TrainingOutcome) => number): MeasureSeries =>
    measureSeries(
      levels.map(([, own]) => own),
      replicates,
      valueOf,
    );
  return {
    branch,
    levels: Uint32Array.from(levels, ([level]) => level),
    densities: Float64Array.from(levels, ([, [first]]) => first.density),
    testAccuracyAtEarlyStop: measure(({ evaluations }) => earlyStop(evaluations).testAccuracy),
    testAccuracy: measure(({ evaluations }) => finalEvaluation(evaluations).testAccuracy),
    earlyStopIteration: measure(({ evaluations }) => earlyStop(evaluations).iteration),
    validationLoss: measure(({ evaluations }) => earlyStop(evaluations).validationLoss),
    ...(result && { verdicts: levels.map(([level]) => verdictOn(result, level, branch)) }),
  };
}

/** Empty where there is none. */
function verdictOn({ levels }: SearchResult, level: number, branch: string): string {
  return levels.find((each) => each.level === level)?.branches[branch]?.verdict.kind ?? '';
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

/** The learning curve of a running training, so far. */
export function runningCurve(key: TrainingKey, evaluations: readonly Evaluation[]): LearningCurve {
  return {
    key,
    density: undefined,
    isFinished: false,
    isWhole: true,
    iterations: Uint32Array.from(evaluations, ({ iteration }) => iteration),
    validationLoss: Float64Array.from(evaluations, ({ validationLoss }) => validationLoss),
    testLoss: Float64Array.from(evaluations, ({ testLoss }) => testLoss ?? NaN),
    validationAccuracy: Float64Array.from(
      evaluations,
      ({ validationAccuracy }) => validationAccuracy,
    ),
    testAccuracy: Float64Array.from(evaluations, ({ testAccuracy }) => testAccuracy ?? NaN),
  };
}
