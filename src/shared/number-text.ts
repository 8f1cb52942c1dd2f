/** Numbers as people type them. */

const PLAIN = /^[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const WITH_THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const WITH_DECIMAL_COMMA = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i;
/** `01`: more likely the end of `0,01` than a number. */
const WITH_LEADING_ZERO = /^[+-]?0\d/;

/**
 * `0.01`, `1e-8`, `50_000`, `50,000` (thousands) or `0,01` (a decimal comma). Undefined for anything
 * else: a comma is never just dropped.
 */
export function numberIn(text: string): number | undefined {
  if (WITH_THOUSANDS.test(text)) return Number(text.replaceAll(',', ''));
  return plainNumberIn(WITH_DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text);
}

/** Like `numberIn`, for a text in which commas separate values. */
export function plainNumberIn(text: string): number | undefined {
  if (!PLAIN.test(text) || WITH_LEADING_ZERO.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}
