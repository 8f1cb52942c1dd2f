import { z } from 'zod';
import { adamCorrection, adamOnKernels, sharesOf } from './adam-moments.ts';
import { betas, epsilon, learningRate, weightDecay } from './hparams.ts';
import { defineOptimizer, scalars, setScalar, pairOf } from './optimizer.ts';

/** Loshchilov & Hutter 2019, algorithm 2: w ← (1 − η λ) w, then Adam's step on the loss alone. */
export const adamw = defineOptimizer({
  id: 'adamw',
  label: 'AdamW',
  description: 'Adam with weight decay decoupled from the gradient.',
  hparams: z.object({
    learningRate: learningRate(0.001),
    ...betas,
    epsilon,
    weightDecay: weightDecay(
      'Fraction of each weight subtracted per step, times the learning rate.',
      0.01,
    ),
  }),
  create: (hparams) => ({
    slotNames: ['m', 'v'],
    learningRate: hparams.learningRate,
    l2Penalty: 0,
    onKernels(kernels) {
      const adam = adamOnKernels(kernels, hparams);
      const shrinkage = scalars(kernels, [0]);
      return {
        beginStep(step, learningRate) {
          adam.beginStep(step, learningRate);
          setScalar(shrinkage, 0, learningRate * hparams.weightDecay);
        },
        apply(target, gradient) {
          const weights = kernels.readVariable(target.variable);
          const loss = kernels.multiply(weights, shrinkage.tensors[0]);
          kernels.deleteTemporaries([weights]);
          kernels.subtractFrom(target.variable, loss);
          adam.apply(target, gradient);
        },
        dispose() {
          adam.dispose();
          shrinkage.dispose();
        },
      };
    },
    onSparseKernels(kernels, { trainableBytes, weights, gradients, slots }, step, learningRate) {
      const { rate, epsilon } = adamCorrection({ ...hparams, learningRate }, step);
      const { added1, added2 } = sharesOf(hparams);
      const [m, v] = pairOf(slots);
      kernels.adamw(
        trainableBytes,
        weights,
        gradients,
        m,
        v,
        rate,
        epsilon,
        added1,
        added2,
        learningRate * hparams.weightDecay,
      );
    },
  }),
});
