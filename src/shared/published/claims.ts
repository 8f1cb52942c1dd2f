/** Judges the claims of a paper on what a reproduction has measured. */
import { pairedDifference } from '../domain/statistics.ts';
import { binomialError } from '../domain/test-set-error.ts';
import type { PublishedClaim } from './schema.ts';
import type { BranchMeasurements, LevelMeasurements, RunSummary } from './summary.ts';

export const CLAIM_OUTCOMES = ['reproduced', 'not reproduced', 'open'] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];

/** A claim at one density. */
export interface JudgedDensity {
  readonly density: number;
  readonly outcome: ClaimOutcome;
  /** The compared quantity: times earlier, or a difference of accuracies as a fraction. */
  readonly value?: number;
  readonly lower?: number;
  readonly upper?: number;
  /** The means of the branch and of what it is compared with: iterations, or fractions. */
  readonly means?: readonly [number, number];
  readonly replicates: number;
  /** Why it is open, or what limits the interval; empty if nothing does. */
  readonly remark: string;
}

export interface JudgedClaim extends Pick<
  PublishedClaim,
  'id' | 'statement' | 'published' | 'where' | 'run' | 'compare'
> {
  /** `reproduced` if every density is, `not reproduced` if one is not. */
  readonly outcome: ClaimOutcome;
  readonly at: readonly JudgedDensity[];
}

/** As for a verdict: the spread of two is hardly known. */
const FEWEST_REPLICATES = 3;

/** Published densities have three digits, and other tools round the number of weights otherwise. */
const DENSITY_TOLERANCE = 0.03;

/** @param run undefined if it has not been started. */
export function judgeClaim(claim: PublishedClaim, run: RunSummary | undefined): JudgedClaim {
  const { id, statement, published, where, compare } = claim;
  const at = claim.densities.map((density) => judgeAt(claim, density, run));
  return { id, statement, published, where, run: claim.run, compare, outcome: outcomeOf(at), at };
}

function outcomeOf(at: readonly JudgedDensity[]): ClaimOutcome {
  if (at.some(({ outcome }) => outcome === 'not reproduced')) return 'not reproduced';
  return at.every(({ outcome }) => outcome === 'reproduced') ? 'reproduced' : 'open';
}

/** Pairs of replicates: what is claimed of, and what it is compared with. */
interface Pairs {
  readonly own: readonly number[];
  readonly other: readonly number[];
  readonly isOwnCensored: boolean;
  readonly isOtherCensored: boolean;
}

function judgeAt(
  claim: PublishedClaim,
  density: number,
  run: RunSummary | undefined,
): JudgedDensity {
  const open = (remark: string, replicates = 0): JudgedDensity => ({
    density,
    outcome: 'open',
    replicates,
    remark,
  });
  if (!run) return open('not run yet');
  const own = measured(run, claim.branch, density);
  const other = measured(run, claim.with.branch, claim.with.density ?? density);
  if (!own || !other) return open('not trained yet');
  const pairs = pairsOf(claim, own, other);
  const replicates = pairs.own.length;
  if (replicates === 0) return open('no replicate has trained both');
  const found =
    claim.compare === 'early-stop'
      ? timesEarlier(pairs, run)
      : accuracyGain(claim, pairs, own, run);
  if (!found) return open('a network did not learn: its early stop is iteration 0', replicates);
  const means: JudgedDensity['means'] = [meanOf(pairs.own), meanOf(pairs.other)];
  const judged = { density, replicates, ...found, means };
  if (replicates < FEWEST_REPLICATES) {
    return { ...judged, outcome: 'open', remark: `fewer than ${FEWEST_REPLICATES} replicates` };
  }
  const outcome = decide(claim, boundsOf(claim, found, pairs));
  return { ...judged, outcome, remark: censoredRemark(claim, pairs) };
}

/** The branch at the level whose density is nearest; undefined if none is near. */
function measured(
  { levels }: RunSummary,
  branch: string,
  density: number,
): BranchMeasurements | undefined {
  const wanted = branch === 'dense' ? 1 : density;
  const distance = (level: LevelMeasurements): number => Math.abs(level.density / wanted - 1);
  const [nearest] = levels
    .filter((level) => level.branches[branch] && distance(level) <= DENSITY_TOLERANCE)
    .toSorted((one, another) => distance(one) - distance(another));
  return nearest?.branches[branch];
}

function pairsOf(
  { compare }: PublishedClaim,
  own: BranchMeasurements,
  other: BranchMeasurements,
): Pairs {
  const valuesOf = (branch: BranchMeasurements): readonly number[] => {
    if (compare === 'early-stop') return branch.earlyStopIteration;
    return compare === 'accuracy-at-end' ? branch.testAccuracy : branch.testAccuracyAtEarlyStop;
  };
  const byReplicate = (branch: BranchMeasurements): Map<number, number> =>
    new Map(branch.replicates.map((replicate, index) => [replicate, valuesOf(branch)[index]!]));
  const [ofOwn, ofOther] = [byReplicate(own), byReplicate(other)];
  const both = [...ofOwn.keys()].filter((replicate) => ofOther.has(replicate));
  const isCensored = ({ censored }: BranchMeasurements): boolean =>
    both.some((replicate) => censored.includes(replicate));
  return {
    own: both.map((replicate) => ofOwn.get(replicate)!),
    other: both.map((replicate) => ofOther.get(replicate)!),
    isOwnCensored: isCensored(own),
    isOtherCensored: isCensored(other),
  };
}

interface Found {
  readonly value: number;
  readonly lower?: number;
  readonly upper?: number;
}

/**
 * The ratio of early stops, other / own: the geometric mean over replicates, with the interval of the
 * mean logarithm. Each stop is uniform around its evaluation, with variance evaluateEvery² / 12.
 */
function timesEarlier({ own, other }: Pairs, run: RunSummary): Found | undefined {
  if ([...own, ...other].some((iteration) => iteration <= 0)) return undefined;
  const squares = own.map((iteration, index) => iteration ** -2 + other[index]! ** -2);
  const error = run.evaluateEvery * Math.sqrt(meanOf(squares) / 12 / own.length);
  const difference = pairedDifference(
    own.map(Math.log),
    other.map(Math.log),
    run.confidence,
    error,
  );
  const { mean, lower, upper } = difference;
  return found(Math.exp(mean), lower && Math.exp(lower), upper && Math.exp(upper));
}

/** The difference of test accuracies, own − other. */
function accuracyGain(
  { compare, with: { branch, density } }: PublishedClaim,
  { own, other }: Pairs,
  { accuracyErrors }: BranchMeasurements,
  { testExamples, confidence }: RunSummary,
): Found {
  const known =
    compare === 'accuracy-at-early-stop' && density === undefined
      ? accuracyErrors[branch]
      : undefined;
  const bound = testExamples === 0 ? 0 : binomialError([...own, ...other], 2, testExamples);
  const { mean, lower, upper } = pairedDifference(other, own, confidence, known ?? bound);
  return found(mean, lower, upper);
}

function found(value: number, lower: number | undefined, upper: number | undefined): Found {
  return lower === undefined || upper === undefined ? { value } : { value, lower, upper };
}

/**
 * A network that had not converged stops later than was seen. So a ratio is only an upper bound if the
 * branch is such a network, and only a lower bound if what it is compared with is.
 */
function boundsOf(
  { compare }: PublishedClaim,
  { lower = -Infinity, upper = Infinity }: Found,
  { isOwnCensored, isOtherCensored }: Pairs,
): Pick<Required<Found>, 'lower' | 'upper'> {
  if (compare !== 'early-stop') return { lower, upper };
  return {
    lower: isOwnCensored ? -Infinity : lower,
    upper: isOtherCensored ? Infinity : upper,
  };
}

function decide(
  { atLeast = -Infinity, atMost = Infinity }: PublishedClaim,
  { lower, upper }: Pick<Required<Found>, 'lower' | 'upper'>,
): ClaimOutcome {
  if (lower >= atLeast && upper <= atMost) return 'reproduced';
  return upper < atLeast || lower > atMost ? 'not reproduced' : 'open';
}

function censoredRemark({ compare }: PublishedClaim, pairs: Pairs): string {
  if (compare !== 'early-stop') return '';
  if (pairs.isOwnCensored && pairs.isOtherCensored) return 'not converged: both';
  if (pairs.isOwnCensored) return 'not converged: the network itself';
  return pairs.isOtherCensored ? 'not converged: what it is compared with' : '';
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
