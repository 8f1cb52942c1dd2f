import { z } from 'zod';
import { adamCorrection, adamOnKernels, sharesOf } from './adam-moments.ts';
import { betas, epsilon, l2Penalty, learningRate } from './hparams.ts';
import { defineOptimizer, pairOf } from './optimizer.ts';

/** Kingma & Ba 2015. As in PyTorch, weight decay is an L2 penalty, which enters the moments. */
export const adam = defineOptimizer({
  id: 'adam',
  label: 'Adam',
  description: 'Steps scaled by running means of the gradient and its square.',
  hparams: z.object({
    learningRate: learningRate(0.0012),
    ...betas,
    epsilon,
    weightDecay: l2Penalty,
  }),
  create: (hparams) => ({
    slotNames: ['m', 'v'],
    learningRate: hparams.learningRate,
    l2Penalty: hparams.weightDecay,
    onKernels: (kernels) => adamOnKernels(kernels, hparams),
    onSparseKernels(kernels, { trainableBytes, weights, gradients, slots }, step, learningRate) {
      const { rate, epsilon } = adamCorrection({ ...hparams, learningRate }, step);
      const { added1, added2 } = sharesOf(hparams);
      const [m, v] = pairOf(slots);
      kernels.adam(trainableBytes, weights, gradients, m, v, rate, epsilon, added1, added2);
    },
  }),
});
