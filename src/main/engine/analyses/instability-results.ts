/** What instability analysis has found, and whether it says that a network is stable. */
import type { TrainingPlace } from '../../../shared/domain/analysis.ts';
import type { TestSet } from '../../../shared/domain/comparison.ts';
import { type Group, groupBy } from '../../../shared/group-by.ts';
import { errorAtEnds, type PathErrors } from './linear-path.ts';
import { amount, formatPercent, mean, NO_PATH } from './report.ts';

/** Two copies of one subnetwork, trained in different data orders, and the line between them. */
export interface InstabilityResult extends TrainingPlace {
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /**
   * Fraction of prunable weights that are kept and on a live path. Earlier versions did not measure
   * it, nor keep the test set.
   */
  readonly effectiveDensity?: number;
  readonly testSet?: TestSet;
  /** The iteration k at which the two copies part. */
  readonly rewind: number;
  /** `[points]`: position on the line, 0 at the first copy and 1 at the second. */
  readonly alphas: Float64Array;
  readonly train: PathErrors;
  readonly test: PathErrors;
  /** The number of training examples that `train` was measured on. */
  readonly trainExamples: number;
  /** Euclidean distance between the two copies, over all trainable parameters. */
  readonly distance: number;
}

/** Frankle et al. 2020: below two points of error a network counts as stable. */
export const STABLE_BELOW = 0.02;

/** Why the barrier of two copies says nothing about stability. */
type Fault = 'no path' | 'constant';

/** Standard errors of the test set within which an error counts as that of a constant answer. */
const RESOLUTION = 2;

/** The error of always answering the commonest class. */
export const constantError = ({ commonestClass }: TestSet): number => 1 - commonestClass;

function faultOf({ effectiveDensity, testSet, test }: InstabilityResult): Fault | undefined {
  if (effectiveDensity === 0) return 'no path';
  if (!testSet) return undefined;
  const constant = constantError(testSet);
  const deviation = Math.sqrt((constant * (1 - constant)) / testSet.examples);
  return errorAtEnds(test.error) < constant - RESOLUTION * deviation ? undefined : 'constant';
}

/** `yes` or `no`, or why neither can be said. */
export function stabilityOf(group: Group<InstabilityResult>): string {
  const faults = group.map(faultOf);
  if (faults.includes('no path')) return 'no path';
  if (faults.includes('constant')) return 'constant';
  return mean(group, ({ test }) => test.barrier) < STABLE_BELOW ? 'yes' : 'no';
}

export function faultNotes(group: Group<InstabilityResult>): string[] {
  const [{ level, branch, rewind }] = group;
  const place = `Level ${level}${branch === undefined ? '' : `, ${branch}`}, rewind ${rewind}`;
  const among = (fault: Fault): InstabilityResult[] =>
    group.filter((result) => faultOf(result) === fault);
  const [cutOff, constant] = [among('no path'), among('constant')];
  const share = ({ length }: readonly unknown[]): string =>
    `${length} of ${amount(group.length, 'replicate')}`;
  const notes: string[] = [];
  if (cutOff.length > 0) {
    notes.push(
      `${place}: ${NO_PATH} in ${share(cutOff)}; its answers do not depend on the example, so it is neither stable nor unstable.`,
    );
  }
  const [first] = constant;
  if (first?.testSet) {
    notes.push(
      `${place}: the test error at the ends is that of always answering the commonest class (${formatPercent(constantError(first.testSet))}) in ${share(constant)}; such copies learned nothing, so their barrier says nothing.`,
    );
  }
  return notes;
}

/** The results by level, rewind point and branch: a group has one result of each replicate. */
export function networksOf(results: readonly InstabilityResult[]): Group<InstabilityResult>[] {
  const key = ({ level, rewind, branch = '' }: InstabilityResult) => `${level}/${rewind}/${branch}`;
  return [...groupBy(results, key).values()];
}
