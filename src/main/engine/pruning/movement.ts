/** What a `Movement` needs to continue. */
export interface MovementState {
  readonly sum: Float64Array;
  /** The weights at the last call. */
  readonly last: Float32Array;
}

/** Σ wₜ (wₜ₊ − wₜ) of every parameter, where wₜ and wₜ₊ are the weights at successive calls. */
export class Movement implements MovementState {
  readonly sum: Float64Array;
  #last: Float32Array;

  /** @param start the weights before the first call, or where it continues. */
  constructor(start: Float32Array | MovementState) {
    const { sum, last } =
      start instanceof Float32Array ? { sum: new Float64Array(start.length), last: start } : start;
    this.sum = sum;
    this.#last = last;
  }

  get last(): Float32Array {
    return this.#last;
  }

  advance(weights: Float32Array): void {
    for (let index = 0; index < weights.length; index += 1) {
      const last = this.#last[index]!;
      this.sum[index]! += last * (weights[index]! - last);
    }
    this.#last = weights;
  }
}
