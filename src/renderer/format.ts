/** Formats numbers for people, always with their unit. */
import { signed } from '../shared/domain/signed.ts';
import type { Spread } from '../shared/domain/statistics.ts';

export { amount as formatAmount, formatCount } from '../shared/amount.ts';
export { formatDuration, formatEstimate, formatShortDuration } from '../shared/duration-text.ts';
export {
  formatDensity,
  formatPercent,
  formatProgress,
  formatShare,
  formatShortPercent,
} from '../shared/percent-text.ts';

const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** `0 (dense)`, `3`: level 0 is the dense network. */
export function formatLevel(level: number): string {
  return level === 0 ? '0 (dense)' : String(level);
}

/** A difference of two fractions in percentage points: `+0.42 points`. */
export function formatPoints(difference: number): string {
  return `${signed(difference * 100, 2)} points`;
}

/** The mean; if replicates differ, also the lowest and the highest: `2 (1 to 3)`. */
export function formatSpread(
  { mean, min, max, values }: Spread,
  format: (value: number) => string,
): string {
  return values.length === 1 || min === max
    ? format(mean)
    : `${format(mean)} (${format(min)} to ${format(max)})`;
}

/** Three significant digits: `0.194`, `1.25`, `185`. */
export function formatSignificant(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `512 B`, `34.1 kB`, `170 MB`, in decimal units as is usual for downloads. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${String(Number((bytes / 1000 ** power).toPrecision(3)))} ${units[power]!}`;
}

export function formatDateTime(milliseconds: number): string {
  return DATE_TIME.format(milliseconds);
}

export function formatTime(milliseconds: number): string {
  return TIME.format(milliseconds);
}

/** `just now`, `5 min ago`, `3 h ago`, then the date. */
export function formatAge(milliseconds: number, now: number): string {
  const seconds = (now - milliseconds) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return DATE.format(milliseconds);
}

/** A tensor's shape: `784 × 300`. */
export function formatShape(shape: readonly number[]): string {
  return shape.join(' × ');
}

/** The last part of a path, of any system. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** A name as it is written. Quotes make spaces at its ends visible. */
export function formatName(name: string): string {
  return name === name.trim() ? name : JSON.stringify(name);
}
