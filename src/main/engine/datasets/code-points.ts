/** The order decides which index a class or feature gets, so it must not depend on the locale. */
export function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
