import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import type { ParameterIndex } from '../../layers/layer.ts';
import type { ParameterLayout, ParameterSpec } from '../../../../shared/domain/layout.ts';
import type { OptimizedVariable } from '../optimizers/optimizer.ts';
import type { StateVisitor } from '../trainer.ts';

interface DenseParameter extends OptimizedVariable {
  readonly spec: ParameterSpec;
}

/**
 * A network's parameters and optimizer slots as TensorFlow variables, which a step updates in
 * place.
 */
export class DenseParameters {
  readonly #kernels: Kernels;
  readonly #layout: ParameterLayout;
  readonly #slotCount: number;
  readonly #parameters: readonly DenseParameter[];

  /** @param slotCount how many values the optimizer keeps for each trainable weight. */
  constructor(kernels: Kernels, layout: ParameterLayout, slotCount: number) {
    this.#kernels = kernels;
    this.#layout = layout;
    this.#slotCount = slotCount;
    this.#parameters = layout.parameters.map((spec) => ({
      spec,
      variable: kernels.variable(spec.shape),
      slots: Array.from({ length: spec.trainable ? slotCount : 0 }, () =>
        kernels.variable(spec.shape),
      ),
    }));
  }

  /**
   * Assigns all parameters and slots from flat vectors in the layout's order. Slots without a vector
   * become zero.
   */
  load(vector: Float32Array, slotVectors: readonly Float32Array[] = []): void {
    for (const { spec, variable, slots } of this.#parameters) {
      const { offset, size, shape } = spec;
      const own = (of: Float32Array): Float32Array => of.subarray(offset, offset + size);
      this.#kernels.assign(variable, own(vector), shape);
      for (const [index, slot] of slots.entries()) {
        const values = slotVectors[index];
        this.#kernels.assign(slot, values ? own(values) : new Float32Array(size), shape);
      }
    }
  }

  /**
   * Reads all parameters into the current scope, without a copy. Returns a lookup of their values.
   */
  values(): (parameter: ParameterIndex) => Tensor {
    const values = this.#parameters.map(({ variable }) => this.#kernels.readVariable(variable));
    return (parameter) => values[parameter] ?? unknownParameter(parameter);
  }

  /** What an optimizer updates. */
  variable(parameter: ParameterIndex): OptimizedVariable {
    return this.#at(parameter);
  }

  assign(parameter: ParameterIndex, values: Float32Array): void {
    const { spec, variable } = this.#at(parameter);
    this.#kernels.assign(variable, values, spec.shape);
  }

  /** Makes a result of the current scope the parameter's value, without a copy. */
  assignResult(parameter: ParameterIndex, value: Tensor): void {
    this.#kernels.assignResult(this.#at(parameter).variable, value);
  }

  /** A copy of all parameters as a flat vector in the layout's order. */
  vector(): Float32Array {
    const vector = new Float32Array(this.#layout.parameterCount);
    for (const { spec, variable } of this.#parameters)
      vector.set(this.#read(variable), spec.offset);
    return vector;
  }

  /** A copy of every slot, each as a flat vector with zeros for parameters that are not trained. */
  slotVectors(): Float32Array[] {
    return Array.from({ length: this.#slotCount }, (_, index) => {
      const vector = new Float32Array(this.#layout.parameterCount);
      for (const { spec, slots } of this.#parameters) {
        const slot = slots[index];
        if (slot !== undefined) vector.set(this.#read(slot), spec.offset);
      }
      return vector;
    });
  }

  /** Visits each parameter and then its optimizer slots. */
  visit(visit: StateVisitor): void {
    for (const { spec, variable, slots } of this.#parameters) {
      visit(spec, undefined, this.#read(variable));
      for (const [slot, values] of slots.entries()) visit(spec, slot, this.#read(values));
    }
  }

  dispose(): void {
    for (const { variable, slots } of this.#parameters) {
      for (const each of [variable, ...slots]) this.#kernels.deleteVariable(each);
    }
  }

  #at(parameter: ParameterIndex): DenseParameter {
    return this.#parameters[parameter] ?? unknownParameter(parameter);
  }

  #read(variable: Tensor): Float32Array {
    return this.#kernels.scope(() => this.#kernels.read(this.#kernels.readVariable(variable)));
  }
}

function unknownParameter(parameter: ParameterIndex): never {
  throw new RangeError(`there is no parameter ${parameter} in this network`);
}
