import type { Tensor } from './binding.ts';
import type { TensorRunner } from './tensor-runner.ts';

/** Tensors over shared memory that live and are freed together. */
export class OwnedTensors {
  readonly #runner: TensorRunner;
  readonly #tensors: Tensor[] = [];

  constructor(runner: TensorRunner) {
    this.#runner = runner;
  }

  /** Like `TensorRunner.shareMemory`, alive until `dispose`. */
  share(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): Tensor {
    const tensor = this.#runner.shareMemory(values, shape);
    this.#tensors.push(tensor);
    return tensor;
  }

  scalar(value: number): Tensor {
    return this.share(Float32Array.of(value), []);
  }

  dispose(): void {
    for (const tensor of this.#tensors) this.#runner.delete(tensor);
    this.#tensors.length = 0;
  }
}
