import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';

/**
 * A tensor with its derivative along one direction of the parameters: value + ε · tangent. A
 * backward pass on duals gives each gradient with its own derivative along the direction, which is
 * exactly the Hessian times the direction (Pearlmutter 1994, "Fast Exact Multiplication by the
 * Hessian").
 */
export interface Dual {
  readonly value: Tensor;
  /**
   * Has the value's shape. Undefined without a direction, or if the value does not depend on it.
   */
  readonly tangent: Tensor | undefined;
}

export function tensorsOf({ value, tangent }: Dual): Tensor[] {
  return tangent === undefined ? [value] : [value, tangent];
}

type Linear = (value: Tensor) => Tensor;
/** Linear in each of its two arguments. */
type Bilinear = (one: Tensor, other: Tensor) => Tensor;

/**
 * Kernels on duals of float64. A second argument with fewer axes is broadcast over the leading axes of
 * the first; it may have a tangent only if the first has one.
 */
export class DualKernels {
  readonly #kernels: Kernels;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  linear({ value, tangent }: Dual, map: Linear): Dual {
    return { value: map(value), tangent: tangent === undefined ? undefined : map(tangent) };
  }

  /** The product rule. */
  bilinear(one: Dual, other: Dual, map: Bilinear): Dual {
    const value = map(one.value, other.value);
    const alongOne = one.tangent && map(one.tangent, other.value);
    const alongOther = other.tangent && map(one.value, other.tangent);
    const tangent = this.#sum(alongOne, alongOther);
    if (alongOne !== undefined && alongOther !== undefined) {
      this.#kernels.deleteTemporaries([alongOne, alongOther]);
    }
    return { value, tangent };
  }

  multiply(one: Dual, other: Dual): Dual {
    return this.bilinear(one, other, (a, b) => this.#kernels.multiply(a, b));
  }

  add(one: Dual, other: Dual): Dual {
    return {
      value: this.#kernels.add(one.value, other.value),
      tangent: this.#sum(one.tangent, other.tangent),
    };
  }

  subtract(one: Dual, other: Dual): Dual {
    return this.add(
      one,
      this.linear(other, (value) => this.#kernels.negate(value)),
    );
  }

  /** 1 / √x; its derivative is −½ x^(−3/2). */
  reciprocalSquareRoot({ value, tangent }: Dual): Dual {
    const kernels = this.#kernels;
    const root = kernels.reciprocalSquareRoot(value);
    if (tangent === undefined) return { value: root, tangent };
    const slope = kernels.divide(root, kernels.add(value, value));
    return { value: root, tangent: kernels.negate(kernels.multiply(slope, tangent)) };
  }

  /** Over the last axis; the tangent is p ⊙ (ẋ − Σ p ẋ). */
  softmax({ value, tangent }: Dual): Dual {
    const kernels = this.#kernels;
    const lastAxis = kernels.constant(Int32Array.of(-1), [1]);
    const probabilities = kernels.softmax(value);
    if (tangent === undefined) return { value: probabilities, tangent };
    const weighted = kernels.multiply(probabilities, tangent);
    const means = kernels.multiply(probabilities, kernels.sumKeepingAxes(weighted, lastAxis));
    return { value: probabilities, tangent: kernels.subtract(weighted, means) };
  }

  #sum(one: Tensor | undefined, other: Tensor | undefined): Tensor | undefined {
    if (one === undefined || other === undefined) return one ?? other;
    return this.#kernels.add(one, other);
  }
}
