/** Two networks compared: the differences over their replicates, and what these leave open. */
import { pairedDifference, type PairedDifference } from './statistics.ts';
import { earlyStop, type Evaluation, type TrainingOutcome } from './training.ts';

/** What is known of the examples that test accuracies are measured on. */
export interface TestSet {
  readonly examples: number;
  /** The fraction of them that belong to the commonest class, 0..1. */
  readonly commonestClass: number;
}

export interface Rules {
  /** Test accuracy at the early stop that a winning ticket may lose (0.01 = 1 point). */
  readonly accuracyTolerance: number;
  /** How much later it may stop, as a fraction of the dense network's mean early-stop iteration. */
  readonly iterationTolerance: number;
  /** The confidence of both intervals, in (0, 1). */
  readonly confidence: number;
  /** Early stops are known to this many iterations. */
  readonly evaluateEvery: number;
  /** Undefined for searches of earlier versions, which did not keep it. */
  readonly testSet: TestSet | undefined;
  /**
   * Whether both networks start from untrained weights. A network that keeps trained weights has
   * trained before its first iteration, so that its early stop can't be compared.
   */
  readonly hasCommonClock: boolean;
}

/** The differences of two branches of a level, over the replicates that have finished both. */
export interface Comparison {
  /** Test accuracy at the early stop, as a fraction (0.01 = 1 point). */
  readonly accuracyDifference: PairedDifference;
  /** Early-stop iteration. */
  readonly iterationDifference: PairedDifference;
}

/** Whether a condition of a winning ticket holds. */
export type Finding = 'holds' | 'fails' | 'open';

/** How much worse than the dense network a subnetwork may be and still win. */
export interface Allowed {
  /** As a fraction (0.01 = 1 point). */
  readonly accuracyLoss: number;
  readonly iterationsLater: number;
}

/**
 * `compared` minus `reference`, paired by replicate.
 *
 * @throws RangeError if no replicate has both.
 */
export function compare(
  reference: readonly TrainingOutcome[],
  compared: readonly TrainingOutcome[],
  rules: Rules,
): Comparison {
  return comparePairs(pairByReplicate(reference, compared), rules);
}

export type OutcomePair = readonly [reference: TrainingOutcome, compared: TrainingOutcome];

export function pairByReplicate(
  reference: readonly TrainingOutcome[],
  compared: readonly TrainingOutcome[],
): OutcomePair[] {
  const byReplicate = new Map(reference.map((outcome) => [outcome.key.replicate, outcome]));
  return compared.flatMap((outcome) => {
    const partner = byReplicate.get(outcome.key.replicate);
    return partner ? [[partner, outcome] as const] : [];
  });
}

export interface Measured {
  readonly reference: readonly number[];
  readonly compared: readonly number[];
  /** Standard error of the mean difference, beside the spread of the replicates. */
  readonly error: number;
}

export function accuraciesOf(pairs: readonly OutcomePair[], { testSet }: Rules): Measured {
  const [reference, compared] = measuredAtStop(pairs, ({ testAccuracy }) => testAccuracy);
  return {
    reference,
    compared,
    error: testSet ? binomialError([...reference, ...compared], 2, testSet.examples) : 0,
  };
}

export function iterationsOf(pairs: readonly OutcomePair[], { evaluateEvery }: Rules): Measured {
  const [reference, compared] = measuredAtStop(pairs, ({ iteration }) => iteration);
  // Each stop is uniform around its evaluation: the difference has variance 2 · evaluateEvery² / 12.
  return { reference, compared, error: evaluateEvery / Math.sqrt(6 * pairs.length) };
}

function measuredAtStop(
  pairs: readonly OutcomePair[],
  valueOf: (stop: Evaluation) => number,
): readonly [reference: number[], compared: number[]] {
  return [
    pairs.map(([reference]) => valueOf(earlyStop(reference.evaluations))),
    pairs.map(([, compared]) => valueOf(earlyStop(compared.evaluations))),
  ];
}

/**
 * The standard error that n test examples leave in a sum of `terms` accuracies, from the mean
 * variance of `accuracies`. One more success and one more failure keep it above 0 where all
 * examples are classified alike.
 */
export function binomialError(
  accuracies: readonly number[],
  terms: number,
  examples: number,
): number {
  const variances = accuracies.map((accuracy) => {
    const smoothed = (accuracy * examples + 1) / (examples + 2);
    return (smoothed * (1 - smoothed)) / examples;
  });
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / variances.length;
  return Math.sqrt(terms * mean);
}

export function comparePairs(pairs: readonly OutcomePair[], rules: Rules): Comparison {
  const difference = ({ reference, compared, error }: Measured): PairedDifference =>
    pairedDifference(reference, compared, rules.confidence, error);
  return {
    accuracyDifference: difference(accuraciesOf(pairs, rules)),
    iterationDifference: difference(iterationsOf(pairs, rules)),
  };
}

/** Whether its early stop is its last evaluation: it had not converged. */
export function isCensored({ evaluations }: TrainingOutcome): boolean {
  return earlyStop(evaluations) === evaluations.at(-1);
}
