/** Optimizers: how a step changes the weights, on the kernels of each engine. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../../shared/domain/definition.ts';
import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { alignedFloats } from '../../kernels/memory.ts';
import type { SparseUpdate } from '../../sparse/kernels.ts';

/** One trainable tensor with its optimizer slots, all of the same shape. */
export interface OptimizedVariable {
  readonly variable: Tensor;
  readonly slots: readonly Tensor[];
}

/** An optimizer in use on TensorFlow's kernels. */
export interface DenseOptimizer {
  /** Called once before the updates of a step; `step` counts from 1. */
  beginStep(step: number, learningRate: number): void;
  apply(target: OptimizedVariable, gradient: Tensor): void;
  dispose(): void;
}

export interface Optimizer {
  /** The names of the values kept for every weight, zero at the start: `['m', 'v']`. */
  readonly slotNames: readonly string[];
  /** Before any schedule. */
  readonly learningRate: number;
  /** λ of an L2 penalty: the trainer adds λ w to the gradient, after any clipping. */
  readonly l2Penalty: number;
  onKernels(kernels: Kernels): DenseOptimizer;
  /**
   * The same update on the sparse engine's kernels, over all surviving weights. Undefined if there
   * is none; every training then runs on the dense engine.
   */
  readonly onSparseKernels: SparseUpdate | undefined;
}

/** @throws Error if the optimizer has no update on the sparse engine. */
export function sparseUpdateOf({ onSparseKernels }: Optimizer): SparseUpdate {
  if (onSparseKernels) return onSparseKernels;
  throw new Error('the optimizer has no update on the sparse engine');
}

export interface OptimizerDefinition extends Definition {
  create(choice: Choice): Optimizer;
}

export function defineOptimizer<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & { create(hparams: z.infer<Hparams>): Optimizer },
): OptimizerDefinition {
  return { ...definition, create: (choice) => definition.create(hparamsOf(definition, choice)) };
}

/**
 * The slots of an optimizer that keeps two numbers for every weight.
 *
 * @throws Error if there are not exactly two.
 */
export function pairOf<Slot>(slots: readonly Slot[]): readonly [Slot, Slot] {
  const [first, second, ...more] = slots;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new Error(`got ${slots.length} optimizer slots; expected 2`);
  }
  return [first, second];
}

/**
 * Numbers that kernels take as scalar tensors. They are views of one aligned memory, so writing to
 * `values` updates them, and no step creates a tensor.
 */
export interface Scalars<Tensors extends readonly Tensor[] = readonly Tensor[]> {
  readonly values: Float32Array;
  readonly tensors: Tensors;
  dispose(): void;
}

/** Each scalar starts its own 64-byte line, because shared memory must be aligned. */
const LINE = 16;

export function scalars<const Initial extends readonly number[]>(
  kernels: Kernels,
  initial: Initial,
): Scalars<{ readonly [Index in keyof Initial]: Tensor }> {
  const memory = alignedFloats(initial.length * LINE);
  const tensors = initial.map((value, index) => {
    memory[index * LINE] = value;
    return kernels.shareMemory(memory.subarray(index * LINE, index * LINE + 1), []);
  });
  return {
    values: memory,
    tensors: tensors as { readonly [Index in keyof Initial]: Tensor },
    dispose: () => {
      for (const tensor of tensors) kernels.delete(tensor);
    },
  };
}

export function setScalar(scalar: Scalars, index: number, value: number): void {
  scalar.values[index * LINE] = value;
}
