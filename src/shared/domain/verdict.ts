/** The verdict on a subnetwork, compared with the dense network it came from. */
import {
  type Allowed,
  compareMeasured,
  type Finding,
  isCensored,
  measure,
  type Measurements,
  type OutcomePair,
  pairByReplicate,
  type Rules,
} from './comparison.ts';
import {
  chanceOfDifference,
  MEASUREMENT_DEGREES,
  pairedDifference,
  type PairedDifference,
  studentQuantile,
} from './statistics.ts';
import { binomialError } from './test-set-error.ts';
import { earlyStop, type TrainingOutcome } from './training.ts';
import {
  describeBroken,
  describeComparison,
  describeConvergence,
  describeFindings,
} from './verdict-reason.ts';

export const VERDICT_KINDS = [
  'winning',
  'not winning',
  'inconclusive',
  'speed open',
  'effect size',
  'no baseline',
  'baseline',
] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

export interface Verdict {
  /**
   * `speed open`: the accuracy holds, the early stop is undecided. `effect size`: too few replicates
   * for a verdict. `no baseline`: the dense network did not learn. `baseline`: this is the dense
   * network, which all others are compared with.
   */
  readonly kind: VerdictKind;
  /** One sentence with the numbers it rests on. */
  readonly reason: string;
  /** Undefined for dense networks. */
  readonly accuracy?: Finding;
  readonly speed?: Finding;
  /** Test accuracy at the early stop, subnetwork minus dense, as a fraction (0.01 = 1 point). */
  readonly accuracyDifference?: PairedDifference;
  /** Early-stop iteration, subnetwork minus dense; undefined without a common clock. */
  readonly iterationDifference?: PairedDifference;
  /** The one-sided p-value of "no winning ticket"; undefined if it can't be winning. */
  readonly chance?: number;
}

/** Fewer replicates give an effect size: the spread of two is hardly known. */
const FEWEST_REPLICATES = 3;

/**
 * Whether a subnetwork is a winning ticket: test accuracy a′ ≥ a at an early-stop iteration t′ ≤ t,
 * each within its tolerance (Frankle & Carbin, section 1). Their third condition, ‖m‖₀ ≪ |θ|, has no
 * number in the paper; every level below 0 has fewer weights, and the density is shown with the
 * verdict.
 *
 * Each condition is judged by its interval over replicates, paired because both networks of a
 * replicate share their batches and (but for controls that change it) their initialisation:
 * - `winning` if the accuracy interval lies wholly at or above −tolerance and the iteration interval
 *   wholly at or below what is allowed: the burden of proof is on the subnetwork. With intervals of
 *   confidence 1 − α each condition is a one-sided test at α/2, and requiring both keeps the chance
 *   of a false `winning` at α/2 without a correction (an intersection–union test, as in trials of
 *   non-inferiority).
 * - `not winning` if either interval lies wholly on the wrong side; the probability of judging a
 *   subnetwork that meets both conditions this way is at most α, twice α/2.
 * - `speed open` if the accuracy holds and the early stop is undecided.
 * - `inconclusive` otherwise.
 *
 * Both intervals include what the measurement can't resolve. All replicates are tested on the same
 * examples: `pairedError` is what these leave unknown, from the examples that only one of both
 * networks classifies correctly. Searches of earlier versions did not save them. There a test set of n
 * examples gives each accuracy p a binomial variance p (1 − p) / n, and the variances of both networks
 * are added, which is an upper bound as long as they tend to err on the same examples. An early stop
 * is known to the nearest evaluation.
 *
 * An early stop at the last evaluation is censored: the network had not converged, and its stop is a
 * lower bound. Then speed is open, unless the order is certain: the subnetwork stopped, the dense
 * network had not.
 *
 * The probabilities are for one verdict; `holm` corrects for judging many levels.
 *
 * @param dense the level 0 outcomes, one for each replicate.
 * @param candidate the subnetwork's, of which only those with a dense replicate are judged.
 * @throws RangeError if no replicate has both.
 */
export function judge(
  dense: readonly TrainingOutcome[],
  candidate: readonly TrainingOutcome[],
  rules: Rules,
): Verdict {
  const pairs = pairByReplicate(dense, candidate);
  const measurements = measure(pairs, rules);
  const { accuracyDifference, iterationDifference } = compareMeasured(measurements, rules);
  const comparison = {
    accuracyDifference,
    ...(rules.hasCommonClock ? { iterationDifference } : {}),
  };
  const broken = brokenBaseline(
    pairs.map(([network]) => network),
    rules,
  );
  if (broken !== undefined) return { kind: 'no baseline', reason: broken, ...comparison };

  const allowed = allowedOf(pairs, rules);
  const accuracy = findAtLeast(accuracyDifference, -allowed.accuracyLoss);
  const speed = rules.hasCommonClock
    ? findSpeed(pairs, iterationDifference, allowed.iterationsLater)
    : 'open';
  const isEffect = pairs.length < FEWEST_REPLICATES;
  const kind = isEffect ? 'effect size' : kindOf(accuracy, speed);
  const reason = [
    describeComparison(comparison),
    isEffect
      ? `fewer than ${FEWEST_REPLICATES} replicates give an effect size, not a verdict`
      : describeFindings(accuracy, speed, allowed, pairs.length, rules.hasCommonClock),
    ...describeConvergence(pairs),
  ].join('; ');
  const chance = isEffect || speed === 'open' ? undefined : chanceOf(measurements, allowed);
  return {
    kind,
    reason,
    accuracy,
    speed,
    ...comparison,
    ...(chance === undefined ? {} : { chance }),
  };
}

/** The dense network's own verdict. */
export function baseline(dense: readonly TrainingOutcome[], rules: Rules): Verdict {
  const broken = brokenBaseline(dense, rules);
  if (broken !== undefined) return { kind: 'no baseline', reason: broken };
  const reason = [
    'the dense network that every subnetwork is compared with',
    ...describeConvergence(dense.map((outcome) => [outcome])),
  ].join('; ');
  return { kind: 'baseline', reason };
}

/**
 * Which of several verdicts win if a false `winning` among all of them is to be as improbable as it
 * is for one alone (Holm 1979): the smallest p-value is compared with α/2 divided by the number of
 * verdicts, the next with α/2 divided by one less, and so on up to the first that is too large.
 *
 * @param chances the p-value of each verdict; undefined for one that can't win, which still counts.
 * @param confidence 1 − α.
 */
export function holm(
  chances: readonly (number | undefined)[],
  confidence: number,
): readonly boolean[] {
  const wins = chances.map(() => false);
  const inOrder = [...chances.entries()]
    .flatMap(([index, chance]) => (chance === undefined ? [] : [{ index, chance }]))
    .toSorted((one, other) => one.chance - other.chance);
  for (const [rank, { index, chance }] of inOrder.entries()) {
    if (chance > (1 - confidence) / 2 / (chances.length - rank)) break;
    wins[index] = true;
  }
  return wins;
}

function allowedOf(pairs: readonly OutcomePair[], rules: Rules): Allowed {
  const stops = pairs.map(([network]) => earlyStop(network.evaluations).iteration);
  const meanStop = stops.reduce((sum, iteration) => sum + iteration, 0) / stops.length;
  return {
    accuracyLoss: rules.accuracyTolerance,
    iterationsLater: rules.iterationTolerance * meanStop,
  };
}

function findAtLeast({ lower, upper }: PairedDifference, bound: number): Finding {
  if (lower === undefined || upper === undefined) return 'open';
  if (lower >= bound) return 'holds';
  return upper < bound ? 'fails' : 'open';
}

function findSpeed(
  pairs: readonly OutcomePair[],
  difference: PairedDifference,
  iterationsLater: number,
): Finding {
  if (pairs.some(([, subnetwork]) => isCensored(subnetwork))) return 'open';
  const found = findAtLeast(negated(difference), -iterationsLater);
  // The dense network stops later than was seen, so that a subnetwork that seems late need not be.
  const isDenseCensored = pairs.some(([network]) => isCensored(network));
  return isDenseCensored && found === 'fails' ? 'open' : found;
}

function negated({ mean, lower, upper }: PairedDifference): PairedDifference {
  if (lower === undefined || upper === undefined) return { mean: -mean, lower, upper };
  return { mean: -mean, lower: -upper, upper: -lower };
}

function kindOf(accuracy: Finding, speed: Finding): VerdictKind {
  if (accuracy === 'fails' || speed === 'fails') return 'not winning';
  if (accuracy === 'open') return 'inconclusive';
  return speed === 'holds' ? 'winning' : 'speed open';
}

/** A false `winning` needs both conditions to hold by chance, so the larger p-value counts. */
function chanceOf({ accuracies, iterations }: Measurements, allowed: Allowed): number | undefined {
  const ofAccuracy = chanceOfDifference(
    accuracies.reference,
    accuracies.compared,
    -allowed.accuracyLoss,
    accuracies.error,
  );
  const ofSpeed = chanceOfDifference(
    iterations.compared,
    iterations.reference,
    -allowed.iterationsLater,
    iterations.error,
  );
  if (ofAccuracy === undefined || ofSpeed === undefined) return undefined;
  return Math.max(ofAccuracy, ofSpeed);
}

/** Why nothing can be compared with a dense network that did not learn; undefined if it did. */
function brokenBaseline(dense: readonly TrainingOutcome[], rules: Rules): string | undefined {
  const stops = dense.map(({ evaluations }) => earlyStop(evaluations));
  const unimproved = stops.filter(({ iteration }) => iteration === 0).length;
  if (unimproved > 0) return describeBroken({ unimproved, replicates: dense.length });
  if (!rules.testSet) return undefined;
  const { examples, commonestClass } = rules.testSet;
  const accuracies = stops.map(({ testAccuracy }) => testAccuracy);
  const error = binomialError(accuracies, 1, examples);
  const constant = accuracies.map(() => commonestClass);
  const { mean, lower } = pairedDifference(constant, accuracies, rules.confidence, error);
  // A single replicate has no spread; its interval is that of the test set alone.
  const least = lower ?? mean - studentQuantile(rules.confidence, MEASUREMENT_DEGREES) * error;
  if (least > 0) return undefined;
  return describeBroken({ accuracy: commonestClass + mean, least, commonestClass });
}
