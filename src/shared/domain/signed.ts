/** `+0.42`, `−0.10`, `0.00`: with a real minus sign, and no sign if it rounds to zero. */
export function signed(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals);
  if (Number(digits) === 0) return digits;
  return `${value < 0 ? '−' : '+'}${digits}`;
}
