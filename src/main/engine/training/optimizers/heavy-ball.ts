import { z } from 'zod';
import { decay, l2Penalty, learningRate } from './hparams.ts';
import { type Optimizer, scalars, setScalar } from './optimizer.ts';

/** The settings of both forms of momentum. */
export const momentumHparams = z.object({
  learningRate: learningRate(0.1),
  momentum: decay('Momentum', 'Fraction of the last direction kept in each step.', 0.9),
  weightDecay: l2Penalty,
});

export function heavyBall(
  hparams: z.infer<typeof momentumHparams>,
  isNesterov: boolean,
): Optimizer {
  return {
    slotNames: ['accumulator'],
    learningRate: hparams.learningRate,
    l2Penalty: hparams.weightDecay,
    onKernels(kernels) {
      const numbers = scalars(kernels, [hparams.learningRate, hparams.momentum]);
      const [rate, kept] = numbers.tensors;
      return {
        beginStep: (_step, learningRate) => {
          setScalar(numbers, 0, learningRate);
        },
        apply: ({ variable, slots }, gradient) => {
          kernels.applyMomentum(variable, slots[0]!, rate, gradient, kept, isNesterov);
        },
        dispose: numbers.dispose,
      };
    },
    onSparseKernels(kernels, { trainableBytes, weights, gradients, slots }, _step, learningRate) {
      const update = isNesterov ? kernels.nesterov : kernels.momentum;
      update(trainableBytes, weights, gradients, slots[0]!, learningRate, hparams.momentum);
    },
  };
}
