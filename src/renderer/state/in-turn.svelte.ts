/**
 * Parts of a long page that come one after another, each once what is there has been painted, so that the
 * first ones are seen before the last ones are made.
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
    const next = (): void => {
      this.#count += 1;
      if (this.#count < parts) cancel = afterPaint(next);
    };
    let cancel = afterPaint(next);
    return () => {
      cancel();
    };
  }
}

/** For an effect: runs once what is there has been painted. Undone by the function that it returns. */
export function afterPaint(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What is set before the first of two frames is painted would be part of it.
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(() => {
      timer = setTimeout(run);
    });
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
