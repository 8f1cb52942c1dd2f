import { formatCount } from '../../../shared/amount.ts';
import type { Spread } from '../../../shared/domain/search.ts';

export { percentSpread } from '../../../shared/domain/analysis-report.ts';
export { formatDensity, formatPercent, formatProgress } from '../../../shared/percent-text.ts';
export { bar, duration, megabytes, shortDuration } from '../../../../provision/terminal-line.mjs';

/** The longest name of a search or sweep in a table, in characters. */
const LONGEST_NAME = 48;

export function countSpread(spread: Spread): string {
  const mean = formatCount(spread.mean);
  if (spread.values.length < 2) return mean;
  return `${mean} [${formatCount(spread.min)}, ${formatCount(spread.max)}]`;
}

/** `0.194`, `1.32`, `185`: three significant digits. */
export function significant(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** A name cut to the length that a table has room for; a cut name ends in `…`. */
export function shortName(name: string): string {
  const characters = Array.from(name);
  return characters.length <= LONGEST_NAME
    ? name
    : `${characters.slice(0, LONGEST_NAME - 1).join('')}…`;
}

/** `2026-03-01 14:05` in local time. */
export function moment(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
