/**
 * Runs TensorFlow operations eagerly on one thread, and owns the tensors they make.
 *
 * Every result belongs to the innermost `scope` and is freed when it ends, so a training step
 * cannot leak. Tensors that outlive a step are made with `shareMemory` or `variable` and freed with
 * `delete` or `deleteVariable`.
 */
import {
  type Attribute,
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

/** A tuple of `Count` tensors. */
type Tensors<Count extends number, Made extends Tensor[] = []> = Made['length'] extends Count
  ? Made
  : Tensors<Count, [...Made, Tensor]>;

/** Runs one operation, whose results belong to the current scope. */
export type RunOperation = <const Count extends number>(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
  outputs: Count,
) => Tensors<Count>;

export class TensorRunner {
  readonly #binding: Binding;
  #temporaries = new Set<Tensor>();

  /** @throws WorkbenchError `provisioning-failed` if TensorFlow is missing. */
  constructor(binding: Binding = loadBinding()) {
    this.#binding = binding;
  }

  get version(): string {
    return this.#binding.TF_Version;
  }

  /** The number of tensors that TensorFlow holds for this thread. */
  get tensorCount(): number {
    return this.#binding.getNumOfTensors();
  }

  /** Runs `body` and frees every tensor that it made, even if it throws. */
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

  /** Like `scope`, but the tensors that `kept` names move to the outer scope. */
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
   * A tensor over the caller's memory (see memory.ts), alive until `delete`. If the memory is aligned
   * to 64 bytes, writing to `values` changes the tensor. Otherwise the tensor is a copy.
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
   * Like `constant`, in float64. The addon does not know that type, so each value is passed as two
   * int32, whose bits TensorFlow reinterprets.
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

  /** Frees results of this scope early. Tensors that are already freed are skipped. */
  deleteTemporaries(tensors: readonly Tensor[]): void {
    for (const tensor of tensors) {
      if (this.#temporaries.delete(tensor)) this.#binding.deleteTensor(tensor);
    }
  }

  /** Takes a result out of its scope: it lives until `delete`. */
  protected outlivingScope(tensor: Tensor): Tensor {
    this.#temporaries.delete(tensor);
    return tensor;
  }

  protected one(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor {
    return this.run(name, attributes, inputs, 1)[0];
  }

  /** @throws Error if the operation fails or returns another number of results. */
  protected run<const Count extends number>(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: Count,
  ): Tensors<Count> {
    const results = this.#binding.executeOp(name, attributes, inputs, outputs);
    const tensors: Tensor[] = [];
    for (const { id } of results) {
      tensors.push(id);
      this.#temporaries.add(id);
    }
    if (!hasLength(tensors, outputs)) {
      throw new Error(`${name} gave ${tensors.length} results; expected ${outputs}`);
    }
    return tensors;
  }
}

function hasLength<Count extends number>(
  tensors: readonly Tensor[],
  count: Count,
): tensors is Tensors<Count> {
  return tensors.length === count;
}
