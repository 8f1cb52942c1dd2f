import { z } from 'zod';
import { decay, epsilon, l2Penalty, learningRate } from './hparams.ts';
import { defineOptimizer, scalars, setScalar, pairOf } from './optimizer.ts';

/**
 * Tieleman & Hinton 2012 as PyTorch writes it: v ← α v + (1 − α) g²; a ← μ a + g / (√v + ε);
 * w ← w − η a. TensorFlow's own kernel has ε under the root and η inside a, so it is not used.
 */
export const rmsprop = defineOptimizer({
  id: 'rmsprop',
  label: 'RMSprop',
  description: 'Steps scaled by a running root mean square of the gradient.',
  hparams: z.object({
    learningRate: learningRate(0.001),
    alpha: decay('α', 'Decay of the running square per step.', 0.99),
    momentum: decay('Momentum', 'Fraction of the previous direction kept in each step.', 0),
    epsilon,
    weightDecay: l2Penalty,
  }),
  create: (hparams) => ({
    slotNames: ['square', 'accumulator'],
    learningRate: hparams.learningRate,
    l2Penalty: hparams.weightDecay,
    onKernels(kernels) {
      const { alpha, momentum } = hparams;
      const numbers = scalars(kernels, [0, alpha, 1 - alpha, hparams.epsilon, momentum]);
      const [rate, kept, added, stability, inertia] = numbers.tensors;
      return {
        beginStep: (_step, learningRate) => {
          setScalar(numbers, 0, learningRate);
        },
        apply({ variable, slots }, gradient) {
          const square = slots[0]!;
          const accumulator = slots[1]!;
          const mean = kernels.add(
            kernels.multiply(kernels.readVariable(square), kept),
            kernels.multiply(kernels.square(gradient), added),
          );
          kernels.assignResult(square, mean);
          const root = kernels.add(kernels.squareRoot(mean), stability);
          const direction = kernels.divide(gradient, root);
          kernels.applyMomentum(variable, accumulator, rate, direction, inertia, false);
        },
        dispose: numbers.dispose,
      };
    },
    onSparseKernels(kernels, { trainableBytes, weights, gradients, slots }, _step, learningRate) {
      const { alpha, momentum } = hparams;
      const [square, accumulator] = pairOf(slots);
      kernels.rmsprop(
        trainableBytes,
        weights,
        gradients,
        square,
        accumulator,
        learningRate,
        hparams.epsilon,
        alpha,
        1 - alpha,
        momentum,
      );
    },
  }),
});
