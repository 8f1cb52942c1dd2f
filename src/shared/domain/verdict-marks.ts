/** A verdict at a glance: what holds, what fails, what is open, each with its number. */
import { amount } from '../amount.ts';
import { formatPercent } from '../percent-text.ts';
import type { Finding } from './comparison.ts';
import type { BranchSummary, SearchResult } from './search.ts';
import { signed } from './signed.ts';
import type { PairedDifference } from './statistics.ts';
import { TICKET_BRANCH } from './training.ts';

export interface Mark {
  readonly condition: 'accuracy' | 'speed' | 'control';
  readonly finding: Finding;
  /** The number that it rests on; undefined if there is none. */
  readonly difference: PairedDifference | undefined;
  /** What the number is: `points`, `iterations`. */
  readonly unit: 'points' | 'iterations';
  /** The control, for its mark. */
  readonly branch?: string;
}

/** The control that tells a winning ticket from a good mask: the same mask, other initial weights. */
export const CONTROL = 'random-reinit';

/**
 * The marks of a level's ticket. It passes the control if the control is clearly less accurate, and
 * fails it if the control is clearly at least as accurate.
 *
 * @returns nothing where the ticket was not judged: without a baseline or with too few replicates.
 */
export function marksOf(branches: Readonly<Record<string, BranchSummary>>): readonly Mark[] {
  const ticket = branches[TICKET_BRANCH]?.verdict;
  if (ticket?.accuracy === undefined || ticket.speed === undefined) return [];
  if (ticket.kind === 'effect size') return [];
  const control = branches[CONTROL]?.comparedWithTicket?.accuracyDifference;
  return [
    {
      condition: 'accuracy',
      finding: ticket.accuracy,
      difference: scaled(ticket.accuracyDifference, 100),
      unit: 'points',
    },
    {
      condition: 'speed',
      finding: ticket.speed,
      difference: ticket.iterationDifference,
      unit: 'iterations',
    },
    {
      condition: 'control',
      finding: controlFinding(control),
      difference: scaled(control, -100),
      unit: 'points',
      branch: CONTROL,
    },
  ];
}

/** @param control minus the ticket. */
function controlFinding(control: PairedDifference | undefined): Finding {
  if (control?.lower === undefined || control.upper === undefined) return 'open';
  if (control.upper < 0) return 'holds';
  return control.lower >= 0 ? 'fails' : 'open';
}

function scaled(
  difference: PairedDifference | undefined,
  factor: number,
): PairedDifference | undefined {
  if (!difference) return undefined;
  const { mean, lower, upper } = difference;
  if (lower === undefined || upper === undefined) return { mean: mean * factor, lower, upper };
  const [one, other] = [lower * factor, upper * factor];
  return { mean: mean * factor, lower: Math.min(one, other), upper: Math.max(one, other) };
}

/** `accuracy holds (+0.61 points [+0.14, +1.08])`, `control open (random-reinit not trained)` */
export function describeMark({ condition, finding, difference, unit, branch }: Mark): string {
  return `${condition} ${finding} (${difference ? describeDifference(difference, unit) : nothing(branch)})`;
}

function nothing(branch: string | undefined): string {
  return branch === undefined ? 'not comparable' : `no ${branch} to compare with`;
}

function describeDifference({ mean, lower, upper }: PairedDifference, unit: Mark['unit']): string {
  const decimals = unit === 'points' ? 2 : 0;
  const interval =
    lower === undefined || upper === undefined
      ? ''
      : ` [${signed(lower, decimals)}, ${signed(upper, decimals)}]`;
  return `${signed(mean, decimals)} ${unit}${interval}`;
}

/**
 * What remains of a search's winning tickets if the many levels that were judged are corrected for.
 *
 * @returns undefined where no ticket wins or only one was judged.
 */
export function describeCorrection({ holm, levels }: SearchResult): string | undefined {
  const wins = levels.some(({ branches }) => branches[TICKET_BRANCH]?.verdict.kind === 'winning');
  if (!wins || holm.verdicts < 2) return undefined;
  const kept = levels.find(({ level }) => level === holm.winning.at(-1));
  const found = kept
    ? `the smallest winning ticket is level ${kept.level}, density ${formatPercent(kept.density)}`
    : 'none wins';
  return `Corrected for ${amount(holm.verdicts, 'level')} (${CONTROLLED}), ${found}.`;
}

/** What remains of the winning tickets of a sweep, corrected for all levels of all its searches. */
export interface SweepCorrection {
  /** How many tickets were judged. */
  readonly verdicts: number;
  /** How many searches they belong to. */
  readonly searches: number;
  /** How many searches still have a winning ticket. */
  readonly winning: number;
}

export function describeSweepCorrection({ verdicts, searches, winning }: SweepCorrection): string {
  const found = winning === 0 ? 'none wins' : `${winning} of ${searches} have a winning ticket`;
  return `Corrected for ${amount(verdicts, 'level')} of ${amount(searches, 'search', 'searches')} (${CONTROLLED}), ${found}.`;
}

const CONTROLLED = 'Holm: the chance of even one false winning ticket among them is kept';
