import type { LeftOut } from '../dataset.ts';

type Kind = Omit<LeftOut, 'count'>;

/** Counts what a reader leaves out, by kind. */
export class LeftOutCounts {
  readonly #counts = new Map<Kind, number>();

  add(kind: Kind, count: number): void {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  entries(): LeftOut[] {
    return Array.from(this.#counts, ([kind, count]) => ({ ...kind, count }));
  }
}
