/** Fractions as percentages for people, in one form everywhere: with a space before the sign. */

const UNKNOWN = '–';

/** A fraction, 0..1, with fixed decimals: `97.43 %`; `–` if it is unknown. */
export function formatPercent(fraction: number | undefined, decimals = 2): string {
  if (fraction === undefined || Number.isNaN(fraction)) return UNKNOWN;
  return `${(fraction * 100).toFixed(decimals)} %`;
}

/** A fraction, 0..1, without needless zeros: `95 %`, `97.5 %`; `–` if it is unknown. */
export function formatShortPercent(fraction: number | undefined, digits = 4): string {
  if (fraction === undefined || Number.isNaN(fraction)) return UNKNOWN;
  const percent = Number((fraction * 100).toPrecision(digits));
  // What is not whole never looks whole: a density of 0.9996 is not that of the dense network.
  if (percent === 100 && fraction < 1) return formatShortPercent(fraction, digits + 1);
  return `${String(percent)} %`;
}

/** A density, 0..1, with three significant digits: `100 %`, `51.3 %`, `3.58 %`, `0.0123 %`. */
export function formatDensity(density: number | undefined): string {
  return formatShortPercent(density, 3);
}

/** A part of a whole with one decimal: `16.3 %`, `under 0.1 %`, `0 %` of nothing. */
export function formatShare(fraction: number): string {
  if (fraction === 0) return '0 %';
  return fraction < 0.001 ? 'under 0.1 %' : formatPercent(fraction, 1);
}

/** How far something is, rounded down: it is at 100 % only at its end. */
export function formatProgress(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`;
}
