/** The table of claims as text: for terminals, reports and the window. */
import { formatCount } from '../amount.ts';
import { signed } from '../domain/signed.ts';
import { formatDensity, formatShortPercent } from '../percent-text.ts';
import type { ClaimOutcome, JudgedClaim, JudgedDensity } from './claims.ts';

export interface ClaimRow {
  readonly claim: string;
  /** `21.1 %` */
  readonly density: string;
  readonly published: string;
  /** `2.55 times [2.31, 2.81] (2,900, 7,400)` */
  readonly here: string;
  readonly outcome: ClaimOutcome;
}

/** One row for each density of each claim. */
export function claimRows(claims: readonly JudgedClaim[]): ClaimRow[] {
  return claims.flatMap((claim) =>
    claim.at.map((judged): ClaimRow => ({
      claim: claim.statement,
      density: formatDensity(judged.density),
      published: claim.published,
      here: describeHere(claim, judged),
      outcome: judged.outcome,
    })),
  );
}

/** `5 reproduced, 1 not reproduced, 4 open` */
export function describeOutcomes(claims: readonly JudgedClaim[]): string {
  const count = (wanted: ClaimOutcome): number =>
    claims.filter(({ outcome }) => outcome === wanted).length;
  return (['reproduced', 'not reproduced', 'open'] as const)
    .map((outcome) => `${count(outcome)} ${outcome}`)
    .join(', ');
}

export const CLAIM_NOTE =
  'Times earlier: the geometric mean over replicates of the ratio of early stops. Points: the difference of test accuracies. In brackets the interval over replicates, which decides; in parentheses both means. Open: the interval includes both, or replicates are missing.';

/** What it means that an experiment is run with fewer replicates than its preset has. */
export const FEWER_REPLICATES =
  'There are fewer replicates than in the preset: intervals are wider, and claims are open where fewer than three replicates have trained.';

function describeHere({ compare }: JudgedClaim, judged: JudgedDensity): string {
  const { value, lower, upper, means, remark } = judged;
  if (value === undefined || !means) return remark;
  const isRatio = compare === 'early-stop';
  const text = (each: number): string => (isRatio ? each.toFixed(2) : signed(each * 100, 2));
  const interval =
    lower === undefined || upper === undefined ? '' : ` [${text(lower)}, ${text(upper)}]`;
  const both = means.map((mean) => (isRatio ? formatCount(mean) : formatShortPercent(mean)));
  const remarks = remark === '' ? '' : `; ${remark}`;
  const unit = isRatio ? 'times' : 'points';
  return `${text(value)} ${unit}${interval} (${both.join(', ')})${remarks}`;
}
