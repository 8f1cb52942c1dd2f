/** Variables, which optimizers update in place, and the kernels that update them. */
import { ATTRIBUTE_BOOL, ATTRIBUTE_SHAPE, ATTRIBUTE_STRING, type Tensor } from './binding.ts';
import { attribute, DTYPE_FLOAT, NONE, TensorRunner } from './tensor-runner.ts';

const NESTEROV = [attribute('use_nesterov', ATTRIBUTE_BOOL, true)];

/** All runners of a thread share one table of variable names. */
let variableCount = 0;

export class VariableKernels extends TensorRunner {
  /** A float32 variable that optimizers update in place, alive until `deleteVariable`. */
  variable(shape: readonly number[]): Tensor {
    variableCount += 1;
    const attributes = [
      attribute('container', ATTRIBUTE_STRING, ''),
      attribute('shared_name', ATTRIBUTE_STRING, `variable-${variableCount}`),
      ...DTYPE_FLOAT,
      attribute('shape', ATTRIBUTE_SHAPE, shape),
    ];
    return this.outlivingScope(this.one('VarHandleOp', attributes, []));
  }

  deleteVariable(variable: Tensor): void {
    this.run('DestroyResourceOp', NONE, [variable], 0);
    this.delete(variable);
  }

  assign(variable: Tensor, values: Float32Array, shape: readonly number[]): void {
    // A copy, because a variable may keep the buffer that it is given.
    const tensor = this.shareMemory(values.slice(), shape);
    this.run('AssignVariableOp', DTYPE_FLOAT, [variable, tensor], 0);
    this.delete(tensor);
  }

  /** Makes a result of this scope the variable's value, without a copy. */
  assignResult(variable: Tensor, value: Tensor): void {
    this.run('AssignVariableOp', DTYPE_FLOAT, [variable, value], 0);
  }

  /**
   * The variable's value, without a copy. Free it before the variable is updated: an update copies
   * a variable while its value is still in use.
   */
  readVariable(variable: Tensor): Tensor {
    return this.one('ReadVariableOp', DTYPE_FLOAT, [variable]);
  }

  /** w ← w − difference. */
  subtractFrom(variable: Tensor, difference: Tensor): void {
    this.run('AssignSubVariableOp', DTYPE_FLOAT, [variable, difference], 0);
  }

  /** w ← w − rate · gradient. */
  applyGradientDescent(variable: Tensor, rate: Tensor, gradient: Tensor): void {
    this.run('ResourceApplyGradientDescent', NONE, [variable, rate, gradient], 0);
  }

  /** a ← momentum · a + gradient; w ← w − rate · a, or its Nesterov form. */
  applyMomentum(
    variable: Tensor,
    accumulator: Tensor,
    rate: Tensor,
    gradient: Tensor,
    momentum: Tensor,
    nesterov: boolean,
  ): void {
    const inputs = [variable, accumulator, rate, gradient, momentum];
    this.run('ResourceApplyMomentum', nesterov ? NESTEROV : NONE, inputs, 0);
  }

  /**
   * m ← m + (g − m)(1 − β1); v ← v + (g² − v)(1 − β2);
   * w ← w − rate · √(1 − β2Power) / (1 − β1Power) · m / (√v + ε).
   */
  applyAdam(
    variable: Tensor,
    slots: { readonly m: Tensor; readonly v: Tensor },
    scalars: {
      readonly beta1Power: Tensor;
      readonly beta2Power: Tensor;
      readonly rate: Tensor;
      readonly beta1: Tensor;
      readonly beta2: Tensor;
      readonly epsilon: Tensor;
    },
    gradient: Tensor,
  ): void {
    const inputs = [
      variable,
      slots.m,
      slots.v,
      scalars.beta1Power,
      scalars.beta2Power,
      scalars.rate,
      scalars.beta1,
      scalars.beta2,
      scalars.epsilon,
      gradient,
    ];
    this.run('ResourceApplyAdam', NONE, inputs, 0);
  }
}
