import { z } from 'zod';
import { adamOnKernels } from './adam-moments.ts';
import { betas, epsilon, l2Penalty, learningRate } from './hparams.ts';
import { defineOptimizer } from './optimizer.ts';

export { adamCorrection } from './adam-moments.ts';

/** Kingma & Ba 2015; a weight decay is an L2 penalty that the moments see, as in PyTorch. */
export const adam = defineOptimizer({
  id: 'adam',
  label: 'Adam',
  description: 'Steps scaled by running estimates of the gradient’s mean and square.',
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
  }),
});
