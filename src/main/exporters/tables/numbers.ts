/** Numbers of tables in papers: the unit is in the heading, the interval in brackets. */
import { formatFixed } from '../../../shared/amount.ts';
import {
  pairedDifference,
  type PairedDifference,
  type Spread,
} from '../../../shared/domain/statistics.ts';
import { MISSING, type NumberLook } from '../../../shared/tables/difference-text.ts';

/** A density in percent with three significant digits: `100`, `51.3`, `3.58`. */
export function densityText(density: number): string {
  return String(Number((density * 100).toPrecision(3)));
}

/** The mean of replicates with the confidence interval of Student's t; without, if there is one. */
export function meanInterval(
  { values }: Spread,
  confidence: number,
): Pick<PairedDifference, 'mean' | 'lower' | 'upper'> {
  return pairedDifference(
    values.map(() => 0),
    values,
    confidence,
  );
}

/** `97.42 [97.30, 97.54]` */
export function meanText(
  spread: Spread | undefined,
  confidence: number,
  { scale = 1, decimals = 0 }: NumberLook = {},
): string {
  if (!spread) return MISSING;
  const { mean, lower, upper } = meanInterval(spread, confidence);
  const text = (value: number): string => formatFixed(value * scale, decimals);
  if (lower === undefined || upper === undefined) return text(mean);
  return `${text(mean)} [${text(lower)}, ${text(upper)}]`;
}
