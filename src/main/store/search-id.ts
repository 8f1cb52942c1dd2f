import { randomBytes } from 'node:crypto';

/** Crockford's base 32, without i, l, o and u, which are easily misread. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const RANDOM_DIGITS = 4;

/**
 * `20250314-153045-k7qm`: the second of creation, in UTC, and four random digits. Ids sort by age.
 *
 * @param now Unix time, milliseconds.
 */
export function newSearchId(now: number): string {
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => DIGITS[byte % DIGITS.length]);
  return `${secondOf(now)}-${random.join('')}`;
}

/** `20250314-153045`: a second in UTC, for names that sort by age. */
export function secondOf(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}

/** An id that is not taken. Two ids of the same second may draw the same digits. */
export function newFreeId(now: number, isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = newSearchId(now);
    if (!isTaken(id)) return id;
  }
}
