/** Not by the language of the machine: the order decides what features and classes mean. */
export function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
