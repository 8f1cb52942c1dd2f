/**
 * Runs TensorFlow operations eagerly on one thread, and owns what they make.
 *
 * Every result belongs to the innermost `scope` and is freed at its end, so that a training step
 * cannot leak; what must outlive it is made with `shareMemory` or `variable` and freed by `delete`.
 */
import {
  type Attribute,
  ATTRIBUTE_SHAPE,
  ATTRIBUTE_STRING,
  ATTRIBUTE_TYPE,
  type Binding,
  DOUBLE,
  FLOAT,
  INT32,
  loadBinding,
  type Tensor,
  UINT8,
} from './binding.ts';

export const attribute = (name: string, type: number, value: Attribute['value']): Attribute => ({
  name,
  type,
  value,
});

export const NONE: readonly Attribute[] = [];
const AS_DOUBLE = [attribute('type', ATTRIBUTE_TYPE, DOUBLE)];
const AS_INT32 = [attribute('type', ATTRIBUTE_TYPE, INT32)];
export const DTYPE_FLOAT = [attribute('dtype', ATTRIBUTE_TYPE, FLOAT)];

/** Variables of a thread share one table of names, whichever runner made them. */
let variableCount = 0;

export class TensorRunner {
  readonly #binding: Binding;
  #temporaries = new Set<Tensor>();

  /** @throws WorkbenchError `provisioning-failed` if TensorFlow is not there. */
  constructor(binding: Binding = loadBinding()) {
    this.#binding = binding;
  }

  get version(): string {
    return this.#binding.TF_Version;
  }

  /** Tensors that TensorFlow holds for this thread. */
  get tensorCount(): number {
    return this.#binding.getNumOfTensors();
  }

  /** Runs `body` and frees every tensor it made, also when it throws. */
  scope<Result>(body: () => Result): Result {
    const outer = this.#temporaries;
    this.#temporaries = new Set();
    try {
      return body();
    } finally {
      for (const tensor of this.#temporaries) this.#binding.deleteTensor(tensor);
      this.#temporaries = outer;
    }
  }

  /** As `scope`, but what `kept` names of the result goes to the scope around it. */
  scopeKeeping<Result>(
    body: () => Result,
    kept: (result: Result) => readonly (Tensor | undefined)[],
  ): Result {
    const outer = this.#temporaries;
    return this.scope(() => {
      const result = body();
      for (const tensor of kept(result)) {
        if (tensor !== undefined && this.#temporaries.delete(tensor)) outer.add(tensor);
      }
      return result;
    });
  }

  /**
   * A tensor over the caller's memory (see memory.ts), alive until `delete`. Writing to `values`
   * changes the tensor if they are aligned to 64 bytes, else it is a copy of this moment.
   */
  shareMemory(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): Tensor {
    const type =
      values instanceof Float32Array ? FLOAT : values instanceof Int32Array ? INT32 : UINT8;
    return this.#binding.createTensor(shape, type, values);
  }

  /** A tensor of this scope over the caller's memory, which must not change while it lives. */
  constant(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): Tensor {
    const tensor = this.shareMemory(values, shape);
    this.#temporaries.add(tensor);
    return tensor;
  }

  /**
   * As `constant` in float64, which the addon does not know: TensorFlow is handed the halves of
   * each value as two int32, and told to see them as one.
   */
  doubles(values: Float64Array, shape: readonly number[]): Tensor {
    const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    return this.one('Bitcast', AS_DOUBLE, [this.constant(halves, [...shape, 2])]);
  }

  readDoubles(tensor: Tensor): Float64Array {
    const halves = this.#binding.tensorDataSync(this.one('Bitcast', AS_INT32, [tensor]));
    return new Float64Array(halves.buffer, halves.byteOffset, halves.length / 2);
  }

  delete(tensor: Tensor): void {
    this.#binding.deleteTensor(tensor);
  }

  read(tensor: Tensor): Float32Array {
    const values = this.#binding.tensorDataSync(tensor);
    if (!(values instanceof Float32Array)) throw new TypeError('expected a tensor of float32');
    return values;
  }

  readBooleans(tensor: Tensor): Uint8Array {
    const values = this.#binding.tensorDataSync(tensor);
    if (!(values instanceof Uint8Array)) throw new TypeError('expected a tensor of booleans');
    return values;
  }

  /** A float32 variable that optimizers update in place, alive until `deleteVariable`. */
  variable(shape: readonly number[]): Tensor {
    variableCount += 1;
    const [handle] = this.#binding.executeOp(
      'VarHandleOp',
      [
        attribute('container', ATTRIBUTE_STRING, ''),
        attribute('shared_name', ATTRIBUTE_STRING, `variable-${variableCount}`),
        attribute('dtype', ATTRIBUTE_TYPE, FLOAT),
        attribute('shape', ATTRIBUTE_SHAPE, shape),
      ],
      [],
      1,
    );
    if (!handle) throw new Error('VarHandleOp gave no handle');
    return handle.id;
  }

  deleteVariable(variable: Tensor): void {
    this.run('DestroyResourceOp', NONE, [variable]);
    this.#binding.deleteTensor(variable);
  }

  assign(variable: Tensor, values: Float32Array, shape: readonly number[]): void {
    // A copy, because a variable may keep the very buffer it is given.
    const tensor = this.#binding.createTensor(shape, FLOAT, values.slice());
    this.run('AssignVariableOp', DTYPE_FLOAT, [variable, tensor]);
    this.#binding.deleteTensor(tensor);
  }

  /** Gives a variable a result of this scope as its value, without a copy. */
  assignResult(variable: Tensor, value: Tensor): void {
    this.run('AssignVariableOp', DTYPE_FLOAT, [variable, value]);
  }

  readVariable(variable: Tensor): Tensor {
    return this.one('ReadVariableOp', DTYPE_FLOAT, [variable]);
  }

  /**
   * Frees results of this scope early, those that are freed already left out. A variable whose value
   * is still held elsewhere is copied on update.
   */
  deleteTemporaries(tensors: readonly Tensor[]): void {
    for (const tensor of tensors) {
      if (this.#temporaries.delete(tensor)) this.#binding.deleteTensor(tensor);
    }
  }

  protected one(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor {
    return this.run(name, attributes, inputs, 1)[0]!;
  }

  protected run(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs = 0,
  ): Tensor[] {
    const results = this.#binding.executeOp(name, attributes, inputs, outputs);
    const tensors: Tensor[] = [];
    for (const result of results) {
      tensors.push(result.id);
      this.#temporaries.add(result.id);
    }
    return tensors;
  }
}
