/** The optimizers of the registry on the sparse engine's kernels. */
import { type Choice, hparamsOf } from '../../../shared/domain/definition.ts';
import { adam, adamCorrection } from '../training/optimizers/adam.ts';
import { adamw } from '../training/optimizers/adamw.ts';
import { momentum } from '../training/optimizers/momentum.ts';
import { nesterov } from '../training/optimizers/nesterov.ts';
import { rmsprop } from '../training/optimizers/rmsprop.ts';
import { sgd } from '../training/optimizers/sgd.ts';
import type { Pointer, SparseKernels } from './kernels.ts';

/** All trainable parameters, packed; see assembly/optimizers.ts. */
export interface PackedVectors {
  readonly trainableBytes: number;
  readonly weights: Pointer;
  readonly gradients: Pointer;
  readonly slots: readonly Pointer[];
}

/** An optimizer at work on the sparse engine's kernels; `step` counts from 1. */
export type SparseOptimizer = (
  kernels: SparseKernels,
  packed: PackedVectors,
  step: number,
  learningRate: number,
) => void;

/** @throws Error if no optimizer of the registry has the choice's id. */
export function sparseOptimizer(choice: Choice): SparseOptimizer {
  const create = CREATORS[choice.id];
  if (create === undefined) throw new Error(`no optimizer "${choice.id}" on the sparse engine`);
  return create(choice);
}

const CREATORS: Readonly<Partial<Record<string, (choice: Choice) => SparseOptimizer>>> = {
  sgd(choice) {
    hparamsOf(sgd, choice);
    return (kernels, { trainableBytes, weights, gradients }, _step, learningRate) => {
      kernels.sgd(trainableBytes, weights, gradients, learningRate);
    };
  },
  momentum(choice) {
    const kept = hparamsOf(momentum, choice)['momentum'] as number;
    return (kernels, { trainableBytes, weights, gradients, slots }, _step, learningRate) => {
      kernels.momentum(trainableBytes, weights, gradients, slots[0]!, learningRate, kept);
    };
  },
};
