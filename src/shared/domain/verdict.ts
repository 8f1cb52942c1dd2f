/** The verdict on a subnetwork, compared with the dense network it came from. */
import { pairedDifference, type PairedDifference } from './statistics.ts';
import { earlyStop, type TrainingOutcome } from './training.ts';

export type { PairedDifference };

export const VERDICT_KINDS = ['winning', 'not winning', 'inconclusive', 'baseline'] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

export interface Verdict {
  /** `baseline` is the dense network itself, with which all others are compared. */
  readonly kind: VerdictKind;
  /** One sentence with the numbers behind the verdict. */
  readonly reason: string;
  /** Test accuracy at the early stop, subnetwork minus dense, as a fraction (0.01 = 1 point). */
  readonly accuracyDifference?: PairedDifference;
  /** Early-stop iteration, subnetwork minus dense. */
  readonly iterationDifference?: PairedDifference;
}

/** How much worse than the dense network a subnetwork may be and still win. */
export interface Tolerances {
  /** Test accuracy at the early stop, as a fraction (0.01 = 1 point). */
  readonly accuracyTolerance: number;
  /** Early-stop iteration, as a fraction of the dense network's mean early-stop iteration. */
  readonly iterationTolerance: number;
}

/** The differences between two branches of a level, over the replicates with both finished. */
export interface Comparison {
  /** Test accuracy at the early stop, as a fraction (0.01 = 1 point). */
  readonly accuracyDifference: PairedDifference;
  /** Early-stop iteration. */
  readonly iterationDifference: PairedDifference;
}

/**
 * Whether a subnetwork is a winning ticket: test accuracy a′ ≥ a at an early-stop iteration t′ ≤ t,
 * each within its tolerance (Frankle & Carbin, section 1). Their third condition, ‖m‖₀ ≪ |θ|, has
 * no number in the paper. Every level below 0 has fewer weights, and the density is shown with the
 * verdict.
 *
 * Each condition is judged by its interval over replicates. They are paired because both networks
 * of a replicate share their batches and, except for some controls, their initialisation:
 * - `winning` if the accuracy interval lies wholly at or above −tolerance and the iteration
 *   interval wholly at or below the limit: the burden of proof is on the subnetwork. With intervals
 *   of confidence 1 − α, each condition is a one-sided test at α/2. Requiring both keeps the chance
 *   of a false `winning` at α/2 without a correction (an intersection–union test, as in
 *   non-inferiority trials).
 * - `not winning` if either interval lies wholly on the wrong side. The chance that this happens to
 *   a subnetwork that meets both conditions is at most α, twice α/2.
 * - `inconclusive` otherwise, and always with a single replicate, which has no interval.
 *
 * The chances are for one verdict; there is no correction for judging many levels. The iteration
 * tolerance is a fraction of the dense network's observed mean, whose uncertainty is ignored. The
 * interval that is shown is the one that decides. Early stops are known only to the nearest
 * evaluation and within the iterations that were run. The reason says if a network had not
 * converged by then.
 *
 * @param dense the level 0 outcomes, one for each replicate.
 * @param candidate the subnetwork's outcomes; only those with a dense replicate are judged.
 * @param confidence of both intervals, in (0, 1).
 * @throws RangeError if no replicate has both.
 */
export function judge(
  dense: readonly TrainingOutcome[],
  candidate: readonly TrainingOutcome[],
  tolerances: Tolerances,
  confidence: number,
): Verdict {
  const pairs = pairByReplicate(dense, candidate);
  const comparison = comparePairs(pairs, confidence);
  const { accuracyDifference, iterationDifference } = comparison;
  const denseStops = pairs.map(([network]) => earlyStop(network.evaluations).iteration);
  const allowed: Allowed = {
    accuracyLoss: tolerances.accuracyTolerance,
    iterationsLater:
      tolerances.iterationTolerance *
      (denseStops.reduce((sum, iteration) => sum + iteration, 0) / denseStops.length),
  };

  const accuracy = judgeAtLeast(accuracyDifference, -allowed.accuracyLoss);
  const speed = judgeAtLeast(negated(iterationDifference), -allowed.iterationsLater);
  const kind = combine(accuracy, speed);
  const reason = [
    describeComparison(comparison),
    pairs.length === 1
      ? 'with one replicate there is no interval to judge by'
      : describeJudgement(accuracy, speed, allowed, pairs.length),
    ...describeConvergence(pairs),
  ].join('; ');
  return { kind, reason, accuracyDifference, iterationDifference };
}

/** The dense network's own verdict. */
export function baseline(dense: readonly TrainingOutcome[]): Verdict {
  const reason = [
    'the dense network that every subnetwork is compared with',
    ...describeConvergence(dense.map((outcome) => [outcome])),
  ].join('; ');
  return { kind: 'baseline', reason };
}

/**
 * `compared` minus `reference`, paired by replicate.
 *
 * @throws RangeError if no replicate has both.
 */
export function compare(
  reference: readonly TrainingOutcome[],
  compared: readonly TrainingOutcome[],
  confidence: number,
): Comparison {
  return comparePairs(pairByReplicate(reference, compared), confidence);
}

type OutcomePair = readonly [reference: TrainingOutcome, compared: TrainingOutcome];

function pairByReplicate(
  reference: readonly TrainingOutcome[],
  compared: readonly TrainingOutcome[],
): OutcomePair[] {
  const byReplicate = new Map(reference.map((outcome) => [outcome.key.replicate, outcome]));
  return compared.flatMap((outcome) => {
    const partner = byReplicate.get(outcome.key.replicate);
    return partner ? [[partner, outcome] as const] : [];
  });
}

function comparePairs(pairs: readonly OutcomePair[], confidence: number): Comparison {
  const stops = pairs.map(
    ([reference, compared]) =>
      [earlyStop(reference.evaluations), earlyStop(compared.evaluations)] as const,
  );
  const difference = (measure: 'testAccuracy' | 'iteration'): PairedDifference =>
    pairedDifference(
      stops.map(([reference]) => reference[measure]),
      stops.map(([, compared]) => compared[measure]),
      confidence,
    );
  return {
    accuracyDifference: difference('testAccuracy'),
    iterationDifference: difference('iteration'),
  };
}

interface Allowed {
  /** As a fraction (0.01 = 1 point). */
  readonly accuracyLoss: number;
  readonly iterationsLater: number;
}

type Finding = 'shown' | 'refuted' | 'open';

/**
 * The rounding error that sums of doubles may have. Accuracies and iterations cannot differ by so
 * little: even one test example in a hundred million is more. Without this allowance, the verdict
 * on a loss of exactly the tolerance would depend on rounding.
 */
const ROUNDING = 1e-9;

function judgeAtLeast({ lower, upper }: PairedDifference, bound: number): Finding {
  if (lower === undefined || upper === undefined) return 'open';
  if (lower >= bound - ROUNDING) return 'shown';
  return upper < bound - ROUNDING ? 'refuted' : 'open';
}

function negated({ mean, lower, upper }: PairedDifference): PairedDifference {
  if (lower === undefined || upper === undefined) return { mean: -mean, lower, upper };
  return { mean: -mean, lower: -upper, upper: -lower };
}

function combine(accuracy: Finding, speed: Finding): VerdictKind {
  if (accuracy === 'refuted' || speed === 'refuted') return 'not winning';
  return accuracy === 'shown' && speed === 'shown' ? 'winning' : 'inconclusive';
}

function describeComparison({ accuracyDifference, iterationDifference }: Comparison): string {
  const accuracy = `test accuracy ${signed(accuracyDifference.mean * 100, 2)} points`;
  const iterations = describeShift(iterationDifference.mean);
  return (
    `${accuracy}${describeInterval(accuracyDifference, 100, 2)} at the early stop, ` +
    `which comes ${iterations}${describeInterval(iterationDifference, 1, 0)}`
  );
}

function describeShift(iterations: number): string {
  const size = amount(Math.abs(iterations), 'iteration');
  if (Number(signed(iterations, 0)) === 0) return 'at the same iteration';
  return `${size} ${iterations < 0 ? 'earlier' : 'later'}`;
}

function describeInterval(
  { lower, upper }: PairedDifference,
  scale: number,
  decimals: number,
): string {
  if (lower === undefined || upper === undefined) return '';
  return ` [${signed(lower * scale, decimals)}, ${signed(upper * scale, decimals)}]`;
}

function describeJudgement(
  accuracy: Finding,
  speed: Finding,
  allowed: Allowed,
  replicates: number,
): string {
  const loss = `${(allowed.accuracyLoss * 100).toFixed(2)} points lower`;
  const delay = `${amount(allowed.iterationsLater, 'iteration')} later`;
  const both = `${loss}, ${delay}`;
  if (accuracy === 'shown' && speed === 'shown') return `both within the tolerance (${both})`;
  if (accuracy === 'refuted' && speed === 'refuted') return `both beyond the tolerance (${both})`;
  if (accuracy === 'refuted') return `the accuracy is beyond the tolerance (${loss})`;
  if (speed === 'refuted') return `the early stop is beyond the tolerance (${delay})`;
  const undecided = `which ${replicates} replicates can’t decide`;
  if (accuracy === 'shown')
    return `the early stop may be beyond the tolerance (${delay}), ${undecided}`;
  if (speed === 'shown') return `the accuracy may be beyond the tolerance (${loss}), ${undecided}`;
  return `both may be beyond the tolerance (${both}), ${undecided}`;
}

/** One sentence for each kind of network whose early stop was its last evaluation. */
function describeConvergence(
  replicates: readonly (readonly [dense: TrainingOutcome, subnetwork?: TrainingOutcome])[],
): string[] {
  const of = `of ${replicates.length} ${replicates.length === 1 ? 'replicate' : 'replicates'}`;
  const dense = replicates.filter(([network]) => stoppedLast(network)).length;
  const subnetwork = replicates.filter(([, other]) => other && stoppedLast(other)).length;
  const sentences: string[] = [];
  if (dense > 0) {
    sentences.push(
      `in ${dense} ${of} the early stop of the dense network was its last evaluation: ` +
        'it had not converged, so its early stop is a lower bound',
    );
  }
  if (subnetwork > 0) sentences.push(`the subnetwork had not converged in ${subnetwork} ${of}`);
  return sentences;
}

function stoppedLast({ evaluations }: TrainingOutcome): boolean {
  return earlyStop(evaluations) === evaluations.at(-1);
}

/** `+0.42`, `−0.10`, `0.00`: with a real minus sign, and no sign if it rounds to zero. */
function signed(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals);
  if (Number(digits) === 0) return digits;
  return `${value < 0 ? '−' : '+'}${digits}`;
}

function amount(value: number, unit: string): string {
  const digits = value.toFixed(0);
  return `${digits} ${digits === '1' ? unit : `${unit}s`}`;
}
