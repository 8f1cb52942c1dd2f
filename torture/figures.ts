/** What the attacks counted, and what they found. */

export interface Violation {
  readonly attack: string;
  /** What happened, in one sentence. */
  readonly what: string;
  /** Runs the same again. */
  readonly command: string;
}

export class Figures {
  readonly #counts = new Map<string, number>();
  readonly #notes: string[] = [];
  readonly violations: Violation[] = [];

  /** @param name what is counted, as it is printed: `kills of search`. */
  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** Keeps the largest of these numbers. */
  largest(name: string, value: number): void {
    this.#counts.set(name, Math.max(value, this.of(name)));
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** The sum of all counts whose names begin like this. */
  total(beginning: string): number {
    let sum = 0;
    for (const [name, count] of this.#counts) if (name.startsWith(beginning)) sum += count;
    return sum;
  }

  /** What could not be done here, and why. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** A table in Markdown, so that it can be pasted into docs/reliability.md. */
  table(): string {
    const rows = [...this.#counts].map(([name, count]): [string, string] => [
      name,
      count.toLocaleString('en'),
    ]);
    const widths = [0, 1].map((column) =>
      rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 5),
    );
    const line = (left: string, right: string): string =>
      `| ${left.padEnd(widths[0] ?? 0)} | ${right.padStart(widths[1] ?? 0)} |`;
    return [
      line('what', 'count'),
      `| ${'-'.repeat(widths[0] ?? 0)} | ${'-'.repeat((widths[1] ?? 1) - 1)}: |`,
      ...rows.map(([name, count]) => line(name, count)),
    ].join('\n');
  }

  notes(): readonly string[] {
    return this.#notes;
  }
}
