/** Σ wₜ (wₜ₊ − wₜ) of every parameter, where wₜ and wₜ₊ are the weights at successive calls. */
export class Movement {
  readonly sum: Float64Array;
  #last: Float32Array;

  constructor(start: Float32Array) {
    this.#last = start;
    this.sum = new Float64Array(start.length);
  }

  advance(weights: Float32Array): void {
    for (let index = 0; index < weights.length; index += 1) {
      const last = this.#last[index]!;
      this.sum[index]! += last * (weights[index]! - last);
    }
    this.#last = weights;
  }
}
