import { z } from 'zod';
import { maskInPlace } from '../../../../shared/domain/mask.ts';
import { examplesPerClass, steps } from '../hparams.ts';
import { maskedWeights, scaledProducts } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Wang et al. 2020, "GraSP", equation 8: removing θ changes the gradient's norm by −θ ⊙ Hg, to
 * first order. The weights with the largest value are pruned, which preserves the gradient flow. H
 * and g cover only the kernels, as in the authors' code.
 */
const grasp = defineCriterion({
  id: 'grasp',
  label: 'GraSP',
  pruned: 'the weights whose removal at initialisation reduces the norm of the gradient least',
  hparams: z.object({
    examplesPerClass,
    temperature: z.number().gt(0).max(10_000).default(200).meta({
      title: 'Temperature',
      description:
        'Divisor of the logits, which keeps every class uncertain; 200 in the authors’ code.',
    }),
    steps: steps(1),
  }),
  rank: (hparams) => ({
    scoresWeights: 'before-training',
    usesSensitivity: true,
    steps: hparams.steps,
    score({ layout, mask, rewindPoint, sensitivity, random }) {
      const { temperature } = hparams;
      const weights = maskedWeights(layout, rewindPoint, mask);
      const examples = sensitivity.drawExamples(hparams.examplesPerClass, random);
      const question = { weights, examples, temperature };
      const gradient = sensitivity.lossGradient(question);
      const ofKernels = new Float64Array(gradient.length);
      for (const { offset, size } of layout.prunable) {
        ofKernels.set(gradient.subarray(offset, offset + size), offset);
      }
      maskInPlace(layout, ofKernels, mask);
      const product = sensitivity.hessianVector(question, ofKernels);
      return scaledProducts(layout, product, weights);
    },
  }),
});

export const globalGrasp = global(grasp);
export const layerwiseGrasp = layerwise(grasp);
