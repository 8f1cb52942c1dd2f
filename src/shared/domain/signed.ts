import { formatFixed } from '../amount.ts';

/** `+0.42`, `−1,200`, `0.00`: with a real minus sign, and no sign if it rounds to zero. */
export function signed(value: number, decimals: number): string {
  const size = formatFixed(Math.abs(value), decimals);
  if (!/[1-9]/.test(size)) return size;
  return `${value < 0 ? '−' : '+'}${size}`;
}
