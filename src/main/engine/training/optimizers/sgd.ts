import { z } from 'zod';
import { l2Penalty, learningRate } from './hparams.ts';
import { defineOptimizer, scalars, setScalar } from './optimizer.ts';

/** w ← w − η g. */
export const sgd = defineOptimizer({
  id: 'sgd',
  label: 'SGD',
  description: 'Plain stochastic gradient descent.',
  hparams: z.object({ learningRate: learningRate(0.1), weightDecay: l2Penalty }),
  create: (hparams) => ({
    slotNames: [],
    learningRate: hparams.learningRate,
    l2Penalty: hparams.weightDecay,
    onKernels(kernels) {
      const rate = scalars(kernels, [hparams.learningRate]);
      return {
        beginStep: (_step, learningRate) => {
          setScalar(rate, 0, learningRate);
        },
        apply: ({ variable }, gradient) => {
          kernels.applyGradientDescent(variable, rate.tensors[0], gradient);
        },
        dispose: rate.dispose,
      };
    },
    onSparseKernels(kernels, { trainableBytes, weights, gradients }, _step, learningRate) {
      kernels.sgd(trainableBytes, weights, gradients, learningRate);
    },
  }),
});
