/** The optimizers of the registry on the sparse engine's kernels. */
import { type Choice, hparamsOf } from '../../../shared/domain/definition.ts';
import { adamCorrection } from '../training/optimizers/adam.ts';
import { optimizers } from '../training/optimizers/index.ts';
import type { Pointer, SparseKernels } from './kernels.ts';

/** All trainable parameters, packed; see assembly/optimizers.ts. */
export interface PackedVectors {
  readonly trainableBytes: number;
  readonly weights: Pointer;
  readonly gradients: Pointer;
  readonly slots: readonly Pointer[];
}

/** One step of an optimizer over all trainable parameters; `step` counts from 1. */
export type SparseUpdate = (
  kernels: SparseKernels,
  packed: PackedVectors,
  step: number,
  learningRate: number,
) => void;

/** A setting of the chosen optimizer. */
type Setting = (name: string) => number;

/** @throws Error if the choice is of no optimizer that has kernels here. */
export function sparseUpdate(choice: Choice): SparseUpdate {
  const create = UPDATES[choice.id];
  if (create === undefined) throw new Error(`no sparse kernel for optimizer "${choice.id}"`);
  const hparams = hparamsOf(optimizers.get(choice.id), choice);
  return create((name) => {
    const value = hparams[name];
    if (typeof value !== 'number') throw new Error(`optimizer "${choice.id}" has no ${name}`);
    return value;
  });
}

const UPDATES: Readonly<Partial<Record<string, (setting: Setting) => SparseUpdate>>> = {
  sgd:
    () =>
    (kernels, { trainableBytes, weights, gradients }, _step, learningRate) => {
      kernels.sgd(trainableBytes, weights, gradients, learningRate);
    },

  momentum(setting) {
    const kept = setting('momentum');
    return (kernels, { trainableBytes, weights, gradients, slots }, _step, learningRate) => {
      kernels.momentum(trainableBytes, weights, gradients, slots[0]!, learningRate, kept);
    };
  },

  nesterov(setting) {
    const kept = setting('momentum');
    return (kernels, { trainableBytes, weights, gradients, slots }, _step, learningRate) => {
      kernels.nesterov(trainableBytes, weights, gradients, slots[0]!, learningRate, kept);
    };
  },

  adam(setting) {
    const moments = adamNumbers(setting);
    return (kernels, { trainableBytes, weights, gradients, slots }, step, learningRate) => {
      const { rate, epsilon } = adamCorrection({ ...moments, learningRate }, step);
      const [m, v] = slots as readonly [Pointer, Pointer];
      const { added1, added2 } = moments;
      kernels.adam(trainableBytes, weights, gradients, m, v, rate, epsilon, added1, added2);
    };
  },

  adamw(setting) {
    const moments = adamNumbers(setting);
    const decay = setting('weightDecay');
    return (kernels, { trainableBytes, weights, gradients, slots }, step, learningRate) => {
      const { rate, epsilon } = adamCorrection({ ...moments, learningRate }, step);
      const [m, v] = slots as readonly [Pointer, Pointer];
      kernels.adamw(
        trainableBytes,
        weights,
        gradients,
        m,
        v,
        rate,
        epsilon,
        moments.added1,
        moments.added2,
        learningRate * decay,
      );
    };
  },

  rmsprop(setting) {
    const kept = setting('alpha');
    const epsilon = setting('epsilon');
    const inertia = setting('momentum');
    return (kernels, { trainableBytes, weights, gradients, slots }, _step, learningRate) => {
      const [square, accumulator] = slots as readonly [Pointer, Pointer];
      kernels.rmsprop(
        trainableBytes,
        weights,
        gradients,
        square,
        accumulator,
        learningRate,
        epsilon,
        kept,
        1 - kept,
        inertia,
      );
    };
  },
};

/** As in training/optimizers/adam-moments.ts: the moments decay by β in float32. */
function adamNumbers(setting: Setting) {
  const beta1 = Math.fround(setting('beta1'));
  const beta2 = Math.fround(setting('beta2'));
  return { beta1, beta2, epsilon: setting('epsilon'), added1: 1 - beta1, added2: 1 - beta2 };
}
