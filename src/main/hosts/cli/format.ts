import type { Spread } from '../../../shared/domain/search.ts';

export { percent, percentSpread } from '../../../shared/domain/analysis-report.ts';

/** The longest name of a search or sweep in a table, in characters. */
const LONGEST_NAME = 48;

export function countSpread(spread: Spread): string {
  const mean = spread.mean.toFixed(0);
  return spread.values.length < 2 ? mean : `${mean} [${spread.min}, ${spread.max}]`;
}

/** `1 h 05 min`, `3 min 20 s`, `12 s` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  if (minutes > 0) return `${minutes} min ${String(rest).padStart(2, '0')} s`;
  return `${rest} s`;
}

/** `under 0.1 s`, `0.4 s`, `12 s`, `3 min 20 s` */
export function shortDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.1) return 'under 0.1 s';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
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

/** `8.3 MB`, `170 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** `[███████···············]` */
export function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `[${'█'.repeat(filled)}${'·'.repeat(width - filled)}]`;
}

/** `2026-03-01 14:05` in local time. */
export function moment(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
