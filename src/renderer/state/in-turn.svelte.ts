/**
 * Parts of a long page that come one after another, each after a frame, so that the first ones are painted
 * before the last ones are made.
 */
export class InTurn {
  #count = $state(0);

  /** @param first how many parts there are from the beginning. */
  constructor(first: number) {
    this.#count = first;
  }

  /** Whether the part at this place has come. */
  has(place: number): boolean {
    return place < this.#count;
  }

  /** All parts come at once, for who looks for one of them. */
  all(): void {
    this.#count = Infinity;
  }

  /** For an effect: lets the parts come. Undone by the function that it returns. */
  begin(parts: number): () => void {
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = (): void => {
      // What is set before a frame is painted would be part of it.
      frame = requestAnimationFrame(() => {
        timer = setTimeout(() => {
          this.#count += 1;
          if (this.#count < parts) next();
        });
      });
    };
    next();
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }
}
