/** Numbers of things, for people. */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const EXACT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 });

/** `266,200` */
export function formatCount(value: number): string {
  return WHOLE.format(value);
}

/** `12,000`, `97.42`: with fixed decimals. */
export function formatFixed(value: number, decimals: number): string {
  const [whole, ...rest] = value.toFixed(decimals).split('.');
  return [formatCount(Number(whole)), ...rest].join('.');
}

/** `1 level`, `3 levels`, `12,000 trainings`: a number with its noun. */
export function amount(count: number, singular: string, plural = `${singular}s`): string {
  return `${EXACT.format(count)} ${count === 1 ? singular : plural}`;
}
