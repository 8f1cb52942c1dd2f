/** The table of claims as text: for terminals, reports and the window. */
import { amount, formatCount } from '../amount.ts';
import { signed } from '../domain/signed.ts';
import { formatDensity, formatShortPercent } from '../percent-text.ts';
import {
  CLAIM_OUTCOMES,
  type ClaimOutcome,
  type JudgedClaim,
  type JudgedDensity,
} from './claims.ts';

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

/** `4 claims: 1 reproduced, 1 not reproduced, 2 open; 9 rows, one per density: 5 reproduced, …` */
export function describeOutcomes(claims: readonly JudgedClaim[]): string {
  const ofClaims = `${amount(claims.length, 'claim')}: ${countOutcomes(claims)}`;
  const rows = claims.flatMap(({ at }) => at);
  if (rows.length === claims.length) return ofClaims;
  return `${ofClaims}; ${amount(rows.length, 'row')}, one per density: ${countOutcomes(rows)}`;
}

function countOutcomes(judged: readonly { readonly outcome: ClaimOutcome }[]): string {
  return CLAIM_OUTCOMES.map(
    (wanted) => `${judged.filter(({ outcome }) => outcome === wanted).length} ${wanted}`,
  ).join(', ');
}

export const CLAIM_NOTE =
  'Times earlier: the geometric mean over replicates of the ratio of early stops. Points: the difference of test accuracies. In brackets the interval over replicates, which decides; in parentheses both means. Open: the interval includes both, or replicates are missing. A claim at several densities is reproduced if each of its rows is, and not reproduced if one is not.';

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
