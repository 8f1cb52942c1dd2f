import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no i, l, o or u, which are misread or misspelt. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const RANDOM_DIGITS = 4;

/**
 * `20250314-153045-k7qm`: the second it was made, in UTC, and four random digits. Ids sort by age.
 *
 * @param now Unix time, milliseconds.
 */
export function newSearchId(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => DIGITS[byte % DIGITS.length]);
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${random.join('')}`;
}

/** One that is not taken: within a second, the same may be drawn twice. */
export function newFreeId(now: number, isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = newSearchId(now);
    if (!isTaken(id)) return id;
  }
}
