/** Two networks compared: the differences over their replicates, and what these leave open. */
import { pairedDifference, type PairedDifference } from './statistics.ts';
import { binomialError, pairedError, type PairedFlags } from './test-set-error.ts';
import { earlyStop, type TestedEvaluation, type TrainingOutcome } from './training.ts';

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
  return compareMeasured(measure(pairByReplicate(reference, compared), rules), rules);
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

interface Measured {
  readonly reference: readonly number[];
  readonly compared: readonly number[];
  /** Standard error of the mean difference, beside the spread of the replicates. */
  readonly error: number;
  /** Whether the error is an upper bound. */
  readonly isBound: boolean;
}

/**
 * Where it is known which test examples each network classified correctly, the error of the test set
 * is exact. Otherwise it is bounded: as if both networks erred independently.
 */
function accuraciesOf(pairs: readonly OutcomePair[], { testSet }: Rules): Measured {
  const [reference, compared] = measuredAtStop(pairs, ({ testAccuracy }) => testAccuracy);
  if (!testSet) return { reference, compared, error: 0, isBound: false };
  const { examples } = testSet;
  const flags = flagsOf(pairs, examples);
  return {
    reference,
    compared,
    error: flags
      ? pairedError(flags, examples)
      : binomialError([...reference, ...compared], 2, examples),
    isBound: !flags,
  };
}

/** The correct test examples of all networks; undefined if those of one are not known. */
function flagsOf(pairs: readonly OutcomePair[], examples: number): PairedFlags[] | undefined {
  const bytes = Math.ceil(examples / 8);
  const known = pairs.flatMap(
    ([{ correctAtEarlyStop: reference }, { correctAtEarlyStop: compared }]) =>
      reference?.length === bytes && compared?.length === bytes
        ? [[reference, compared] as const]
        : [],
  );
  return known.length === pairs.length ? known : undefined;
}

function iterationsOf(pairs: readonly OutcomePair[], { evaluateEvery }: Rules): Measured {
  const [reference, compared] = measuredAtStop(pairs, ({ iteration }) => iteration);
  // Each stop is uniform around its evaluation: the difference has variance 2 · evaluateEvery² / 12.
  const error = evaluateEvery / Math.sqrt(6 * pairs.length);
  return { reference, compared, error, isBound: false };
}

function measuredAtStop(
  pairs: readonly OutcomePair[],
  valueOf: (stop: TestedEvaluation) => number,
): readonly [reference: number[], compared: number[]] {
  return [
    pairs.map(([reference]) => valueOf(earlyStop(reference.evaluations))),
    pairs.map(([, compared]) => valueOf(earlyStop(compared.evaluations))),
  ];
}

/** What is compared of the networks of each pair. */
export interface Measurements {
  /** Test accuracy at the early stop, as a fraction. */
  readonly accuracies: Measured;
  /** Early-stop iteration. */
  readonly iterations: Measured;
}

export function measure(pairs: readonly OutcomePair[], rules: Rules): Measurements {
  return { accuracies: accuraciesOf(pairs, rules), iterations: iterationsOf(pairs, rules) };
}

export function compareMeasured(
  { accuracies, iterations }: Measurements,
  { confidence }: Rules,
): Comparison {
  const difference = ({ reference, compared, error, isBound }: Measured): PairedDifference => {
    const found = pairedDifference(reference, compared, confidence, error);
    if (!isBound || !found.margins) return found;
    return { ...found, margins: { ...found.margins, isBound } };
  };
  return {
    accuracyDifference: difference(accuracies),
    iterationDifference: difference(iterations),
  };
}

/** Whether its early stop is its last evaluation: it had not converged. */
export function isCensored({ evaluations }: TrainingOutcome): boolean {
  return earlyStop(evaluations) === evaluations.at(-1);
}
