/** It reads all trainings of a search, and so takes longer with every one of them. */
const MILLISECONDS = 1000;

/**
 * Sums up a running search after its trainings, though not after each of many short ones. A summary
 * that a crash has left behind is made again when the workbench starts.
 */
export class ThrottledSummary {
  readonly #summarize: () => void;
  #last = -Infinity;
  #isDue = false;

  constructor(summarize: () => void) {
    this.#summarize = summarize;
  }

  request(): void {
    this.#isDue = true;
    if (performance.now() - this.#last >= MILLISECONDS) this.finish();
  }

  /** After the last request. */
  finish(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#summarize();
    this.#last = performance.now();
  }
}
