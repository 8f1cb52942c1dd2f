/** Estimates the time left from the pace of the last half minute. */
export class Pace {
  readonly #windowMilliseconds: number;
  readonly #samples: { readonly at: number; readonly done: number }[] = [];

  constructor(windowMilliseconds = 30_000) {
    this.#windowMilliseconds = windowMilliseconds;
  }

  record(now: number, done: number): void {
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - this.#samples[0]!.at > this.#windowMilliseconds) {
      this.#samples.shift();
    }
  }

  /** Seconds until `total` is done; undefined until the pace is known. */
  secondsLeft(total: number): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 1000 || last.done <= first.done) return undefined;
    const perSecond = ((last.done - first.done) / (last.at - first.at)) * 1000;
    return (total - last.done) / perSecond;
  }
}
