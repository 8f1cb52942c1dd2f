/** Differences with their intervals, as tables and the window write them. */
import { signed } from '../domain/signed.ts';
import type { PairedDifference } from '../domain/statistics.ts';
import { formatShortPercent } from '../percent-text.ts';

export const MISSING = '–';

export interface NumberLook {
  readonly scale?: number;
  readonly decimals?: number;
}

/** Fractions as percent or points with two decimals. */
export const IN_PERCENT: NumberLook = { scale: 100, decimals: 2 };

/** `+0.42 [+0.10, +0.74]` */
export function differenceText(
  difference: PairedDifference | undefined,
  { scale = 1, decimals = 0 }: NumberLook = {},
): string {
  if (!difference) return MISSING;
  const { mean, lower, upper } = difference;
  const text = (value: number): string => signed(value * scale, decimals);
  if (lower === undefined || upper === undefined) return text(mean);
  return `${text(mean)} [${text(lower)}, ${text(upper)}]`;
}

/** How differences between searches are taken (`differencesFrom`), for the notes of tables. */
export function differenceWords(confidence: number): string {
  return (
    'over the replicates that both searches have finished, with the ' +
    `${formatShortPercent(confidence)} confidence interval, where both have the same replicate seed; ` +
    'otherwise between the means, without one'
  );
}
