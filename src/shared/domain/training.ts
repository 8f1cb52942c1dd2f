/** One training of a search, and its measurements. */

/** The branch that is the search itself: survivors are reset to their own original weights. */
export const TICKET_BRANCH = 'ticket';

/**
 * Identifies a training of a search. Level 0 of the ticket branch is the dense network; level 0 of
 * a transfer is the dense network on its target.
 */
export interface TrainingKey {
  /** Counted from 0. */
  readonly replicate: number;
  /** Prune round; 0 is the dense network. */
  readonly level: number;
  /** `ticket`, or the name of a branch that starts from this level's mask. */
  readonly branch: string;
}

/** Loss is mean cross-entropy in nats; accuracies are fractions, 0..1. */
export interface Evaluation {
  /** Optimizer steps done when it was measured. */
  readonly iteration: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** On the test set; undefined where it was not evaluated (`training.testEvery`). */
  readonly testLoss: number | undefined;
  readonly testAccuracy: number | undefined;
}

/** An evaluation on the test set, too: each new minimum of the validation loss, and the last one. */
export interface TestedEvaluation extends Evaluation {
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** The measurements by which a training is judged. */
export interface TrainingOutcome {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** By iteration; the first is before any step. */
  readonly evaluations: readonly Evaluation[];
  /**
   * Which test examples were classified correctly at the early stop: one bit per example, packed as a
   * mask (`packMask`). Undefined where it is not known: earlier versions did not keep it.
   */
  readonly correctAtEarlyStop?: Uint8Array | undefined;
}

/**
 * The evaluation at minimum validation loss, the earliest of equals: the paper's early-stop
 * iteration, found after the whole training has run (Frankle & Carbin, section 1).
 *
 * @throws Error if there are no evaluations, or it was not on the test set.
 */
export function earlyStop(evaluations: readonly Evaluation[]): TestedEvaluation {
  return tested(leastValidationLoss(evaluations));
}

/** As `earlyStop`, also if it was not on the test set. */
export function leastValidationLoss(evaluations: readonly Evaluation[]): Evaluation {
  const [first, ...rest] = evaluations;
  if (!first) throw new Error('a training without evaluations has no early stop');
  return rest.reduce(
    (best, evaluation) => (evaluation.validationLoss < best.validationLoss ? evaluation : best),
    first,
  );
}

/**
 * The evaluation after the last step.
 *
 * @throws Error if there are no evaluations, or it was not on the test set.
 */
export function finalEvaluation(evaluations: readonly Evaluation[]): TestedEvaluation {
  const last = evaluations.at(-1);
  if (!last) throw new Error('a training without evaluations has no final one');
  return tested(last);
}

function tested(evaluation: Evaluation): TestedEvaluation {
  if (isTested(evaluation)) return evaluation;
  throw new Error(`the evaluation at iteration ${evaluation.iteration} was not on the test set`);
}

function isTested(evaluation: Evaluation): evaluation is TestedEvaluation {
  return evaluation.testLoss !== undefined && evaluation.testAccuracy !== undefined;
}

export function sameTraining(one: TrainingKey, other: TrainingKey): boolean {
  return (
    one.replicate === other.replicate && one.level === other.level && one.branch === other.branch
  );
}

/** Identifies a training within its search, as the key of a map. */
export function nameOfTraining({ replicate, level, branch }: TrainingKey): string {
  return `${replicate}/${level}/${branch}`;
}

/**
 * What the branch of a training is called. Level 0 of the ticket branch is the dense network; level 0 of
 * a transfer is the dense network on its target.
 */
export function branchLabel({ level, branch }: Pick<TrainingKey, 'level' | 'branch'>): string {
  if (level > 0) return branch;
  return branch === TICKET_BRANCH ? DENSE : `${DENSE}, ${branch}`;
}

const DENSE = 'dense';

/** `replicate 1, level 3, random-reinit`: how people read a key. Replicates are shown from 1. */
export function describeTraining(key: TrainingKey): string {
  return `replicate ${key.replicate + 1}, level ${key.level}, ${branchLabel(key)}`;
}
