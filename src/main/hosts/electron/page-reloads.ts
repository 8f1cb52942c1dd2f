/**
 * When a page whose process has died is loaded again: after a growing delay, and not for ever. A page
 * that dies while it loads would otherwise keep the machine busy and never say why.
 */

const FIRST_DELAY_MILLISECONDS = 250;
const MOST_RELOADS = 5;
/** A page that lived this long did not die of loading, so the count begins anew. */
const HEALTHY_MILLISECONDS = 30_000;

export class PageReloads {
  readonly #now: () => number;
  #loadedAt: number;
  #reloads = 0;

  /** @param now milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#loadedAt = now();
  }

  /** The page's process has died. @returns milliseconds until it is loaded again; undefined to ask. */
  delayAfterDeath(): number | undefined {
    if (this.#now() - this.#loadedAt >= HEALTHY_MILLISECONDS) this.#reloads = 0;
    if (this.#reloads >= MOST_RELOADS) return undefined;
    const delay = FIRST_DELAY_MILLISECONDS * 2 ** this.#reloads;
    this.#reloads += 1;
    return delay;
  }

  /** The page is being loaded. */
  isLoading(): void {
    this.#loadedAt = this.#now();
  }

  /** The user wants it tried again. */
  reset(): void {
    this.#reloads = 0;
  }
}
