/**
 * Loads a page whose process has died again: after a growing delay, and not for ever. A page that dies
 * while it loads would otherwise keep the machine busy and never say why.
 */

const FIRST_DELAY_MILLISECONDS = 250;
const MOST_RELOADS = 5;
/** A page that lived this long did not die of loading, so the count begins anew. */
const HEALTHY_MILLISECONDS = 30_000;

export interface PageReloadOptions {
  reload(): void;
  /** Tells the user what happened. @returns whether it is to be tried again. */
  ask(reason: string): Promise<boolean>;
  /** Milliseconds. */
  readonly now?: () => number;
  readonly wait?: (milliseconds: number, then: () => void) => void;
}

export class PageReloads {
  readonly #options: PageReloadOptions;
  readonly #now: () => number;
  readonly #wait: (milliseconds: number, then: () => void) => void;
  #loadedAt: number;
  #reloads = 0;

  constructor(options: PageReloadOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#wait = options.wait ?? ((milliseconds, then) => void setTimeout(then, milliseconds));
    this.#loadedAt = this.#now();
  }

  /** @param reason Electron's word for how the page's process ended: `crashed`, `oom`. */
  async died(reason: string): Promise<void> {
    if (this.#now() - this.#loadedAt >= HEALTHY_MILLISECONDS) this.#reloads = 0;
    if (this.#reloads >= MOST_RELOADS) {
      if (!(await this.#options.ask(reason))) return;
      this.#reloads = 0;
    }
    const delay = FIRST_DELAY_MILLISECONDS * 2 ** this.#reloads;
    this.#reloads += 1;
    this.#wait(delay, () => {
      this.#loadedAt = this.#now();
      this.#options.reload();
    });
  }
}
