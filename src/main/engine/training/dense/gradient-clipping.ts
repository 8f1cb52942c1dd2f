import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { OwnedTensors } from '../../kernels/owned-tensors.ts';
import type { ParameterIndex } from '../../layers/layer.ts';

/** PyTorch's guard against dividing by a norm of zero (torch.nn.utils.clip_grad_norm_). */
const CLIP_EPSILON = 1e-6;

/** Pascanu et al. 2013, algorithm 1, over the gradients of all parameters together. */
export class GradientClipping {
  readonly #kernels: Kernels;
  readonly #owned: OwnedTensors;
  readonly #norm: Tensor;
  readonly #epsilon: Tensor;
  readonly #one: Tensor;
  readonly #two: Tensor;

  /** @param norm the largest Euclidean norm that a gradient may have. */
  constructor(kernels: Kernels, norm: number) {
    this.#kernels = kernels;
    this.#owned = new OwnedTensors(kernels);
    this.#norm = this.#owned.scalar(norm);
    this.#epsilon = this.#owned.scalar(CLIP_EPSILON);
    this.#one = this.#owned.scalar(1);
    this.#two = this.#owned.scalar(2);
  }

  /**
   * Multiplies all gradients by min(1, norm / ‖gradients‖), hands each to `update`, and frees the
   * unclipped ones.
   *
   * @param gradients by parameter; undefined for those that are not trainable.
   */
  clip(
    gradients: readonly (Tensor | undefined)[],
    update: (parameter: ParameterIndex, gradient: Tensor) => void,
  ): void {
    const kernels = this.#kernels;
    const factor = this.#factorFor(gradients.filter((gradient) => gradient !== undefined));
    for (const [parameter, gradient] of gradients.entries()) {
      if (gradient === undefined) continue;
      const clipped = kernels.multiply(gradient, factor);
      kernels.deleteTemporaries([gradient]);
      update(parameter, clipped);
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #factorFor(gradients: readonly Tensor[]): Tensor {
    const kernels = this.#kernels;
    const halves = gradients.map((gradient) => kernels.halfSquaredNorm(gradient));
    const sum = halves.reduce((total, half) => kernels.add(total, half));
    const norm = kernels.squareRoot(kernels.multiply(sum, this.#two));
    const ratio = kernels.divide(this.#norm, kernels.add(norm, this.#epsilon));
    return kernels.minimum(ratio, this.#one);
  }
}
