/** Verdicts in words. */
import { amount, formatFixed } from '../amount.ts';
import { formatPercent } from '../percent-text.ts';
import {
  type Allowed,
  type Comparison,
  type Finding,
  isCensored,
  type OutcomePair,
} from './comparison.ts';
import { signed } from './signed.ts';
import type { PairedDifference } from './statistics.ts';
import type { TrainingOutcome } from './training.ts';

/**
 * `test accuracy +0.50 points [+0.25, +0.75] (seeds ±0.20, test set ±0.15) at the early stop, which …`;
 * `test set at most ±0.15` if it is not known on which examples the networks differ.
 */
export function describeComparison({
  accuracyDifference,
  iterationDifference,
}: Pick<Comparison, 'accuracyDifference'> & Partial<Comparison>): string {
  const accuracy =
    `test accuracy ${signed(accuracyDifference.mean * 100, 2)} points` +
    describeInterval(accuracyDifference, 100, 2) +
    `${describeMargins(accuracyDifference, 'test set', 100, 2)} at the early stop`;
  if (!iterationDifference) return accuracy;
  const iterations = describeShift(iterationDifference.mean);
  return (
    `${accuracy}, which comes ${iterations}${describeInterval(iterationDifference, 1, 0)}` +
    describeMargins(iterationDifference, 'evaluation interval', 1, 0)
  );
}

function describeShift(iterations: number): string {
  const size = amount(Math.round(Math.abs(iterations)), 'iteration');
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

/** Which part of the interval comes from the replicates, and which from the measurement. */
function describeMargins(
  { margins }: PairedDifference,
  source: string,
  scale: number,
  decimals: number,
): string {
  if (!margins || margins.measurement === 0) return '';
  const text = (margin: number): string => `±${formatFixed(margin * scale, decimals)}`;
  const size = `${margins.isBound === true ? 'at most ' : ''}${text(margins.measurement)}`;
  return ` (seeds ${text(margins.seeds)}, ${source} ${size})`;
}

export function describeFindings(
  accuracy: Finding,
  speed: Finding,
  allowed: Allowed,
  replicates: number,
  hasCommonClock: boolean,
): string {
  const loss = `${(allowed.accuracyLoss * 100).toFixed(2)} points lower`;
  const delay = `${amount(Math.round(allowed.iterationsLater), 'iteration')} later`;
  const both = `${loss}, ${delay}`;
  if (accuracy === 'fails' && speed === 'fails') return `both beyond the tolerance (${both})`;
  if (accuracy === 'fails') return `the accuracy is beyond the tolerance (${loss})`;
  if (speed === 'fails') return `the early stop is beyond the tolerance (${delay})`;
  if (accuracy === 'holds' && speed === 'holds') return `both within the tolerance (${both})`;
  const undecided = `which ${replicates} replicates can’t decide`;
  if (accuracy === 'open') {
    return speed === 'holds'
      ? `the accuracy may be beyond the tolerance (${loss}), ${undecided}`
      : `both may be beyond the tolerance (${both}), ${undecided}`;
  }
  if (!hasCommonClock) {
    return (
      'the accuracy holds; speed has no verdict, because weights that were trained before are kept ' +
      'and the early stops have no common clock'
    );
  }
  return `the accuracy holds; the early stop may be beyond the tolerance (${delay}), ${undecided}`;
}

/** One sentence for each kind of network that had its early stop at the last evaluation. */
export function describeConvergence(
  replicates: readonly (OutcomePair | readonly [dense: TrainingOutcome])[],
): string[] {
  const of = `of ${replicates.length} ${replicates.length === 1 ? 'replicate' : 'replicates'}`;
  const dense = replicates.filter(([network]) => isCensored(network)).length;
  const subnetwork = replicates.filter(([, other]) => other && isCensored(other)).length;
  const sentences: string[] = [];
  if (dense > 0) {
    sentences.push(
      `in ${dense} ${of} the early stop of the dense network was its last evaluation: ` +
        'it had not converged, so its early stop is a lower bound',
    );
  }
  if (subnetwork > 0) sentences.push(`the subnetwork had not converged in ${subnetwork} ${of}`);
  if (sentences.length > 0) sentences.push('train longer to decide about speed');
  return sentences;
}

type Broken =
  | { readonly unimproved: number; readonly replicates: number }
  | { readonly accuracy: number; readonly least: number; readonly commonestClass: number };

/** Why a dense network is no baseline, and what to do. */
export function describeBroken(broken: Broken): string {
  const advice = 'try another learning rate, more iterations or other data';
  if ('unimproved' in broken) {
    const { unimproved, replicates } = broken;
    return (
      `the dense network did not learn: in ${unimproved} of ${amount(replicates, 'replicate')} its ` +
      `validation loss was lowest before the first step; ${advice}`
    );
  }
  return (
    `the dense network did not learn: its test accuracy of ${formatPercent(broken.accuracy)} is not ` +
    `clearly above the ${formatPercent(broken.commonestClass)} of always answering the commonest class; ` +
    advice
  );
}
