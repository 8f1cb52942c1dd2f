/**
 * Numbers with a derivative along one direction of the parameters: value + ε · tangent. Running the
 * backward pass on them gives gradients with *their* derivative, which is the Hessian times the
 * direction, exactly (Pearlmutter 1994, "Fast Exact Multiplication by the Hessian").
 */
export interface Dual {
  readonly value: Float64Array;
  /** Undefined where nothing depends on the direction, and in passes that have none. */
  readonly tangent: Float64Array | undefined;
}

/** A map without parameters that is linear once its input is known. */
type Linear = (values: Float64Array) => Float64Array;

export function mapLinear({ value, tangent }: Dual, linear: Linear): Dual {
  return { value: linear(value), tangent: tangent && linear(tangent) };
}

export function addDuals(one: Dual, other: Dual): Dual {
  const tangent =
    one.tangent && other.tangent
      ? addArrays(one.tangent, other.tangent)
      : (one.tangent ?? other.tangent);
  return { value: addArrays(one.value, other.value), tangent };
}

function addArrays(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, index) => value + other[index]!);
}
