import type { Kernels } from '../../kernels/kernels.ts';
import { type DenseOptimizer, scalars, setScalar } from './optimizer.ts';

export interface AdamHparams {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * Kingma & Ba 2015, algorithm 1: w ← w − η m̂ / (√v̂ + ε), as in PyTorch.
 *
 * TensorFlow's kernel is the rearranged form of their section 2, η √(1−β2ᵗ)/(1−β1ᵗ) · m/(√v + ε̂),
 * which is the same with ε̂ = ε √(1−β2ᵗ). Both factors are computed here in double precision. The
 * kernel gets them as its rate and ε̂, with its own bias correction switched off (powers of zero).
 */
export function adamOnKernels(kernels: Kernels, hparams: AdamHparams): DenseOptimizer {
  const numbers = scalars(kernels, [0, 0, hparams.beta1, hparams.beta2, 0, 0]);
  const [rate, epsilon, beta1, beta2, beta1Power, beta2Power] = numbers.tensors;
  const named = { rate, epsilon, beta1, beta2, beta1Power, beta2Power };
  return {
    beginStep(step, learningRate) {
      const correction = adamCorrection({ ...hparams, learningRate }, step);
      setScalar(numbers, 0, correction.rate);
      setScalar(numbers, 1, correction.epsilon);
    },
    apply: ({ variable, slots }, gradient) => {
      kernels.applyAdam(variable, { m: slots[0]!, v: slots[1]! }, named, gradient);
    },
    dispose: numbers.dispose,
  };
}

/** 1 − β: the factor on a gradient when it is added to the moments, which decay by β in float32. */
export const sharesOf = ({ beta1, beta2 }: AdamHparams): { added1: number; added2: number } => ({
  added1: 1 - Math.fround(beta1),
  added2: 1 - Math.fround(beta2),
});

/**
 * The rate and ε̂ of one step, counted from 1, with the bias corrections folded in.
 *
 * The moments decay by β rounded to float32, where 1 − 0.999 is off by 1.3e-5. The corrections must
 * use the same β, or that error enters every step.
 */
export function adamCorrection(
  hparams: AdamHparams & { readonly learningRate: number },
  step: number,
): { rate: number; epsilon: number } {
  const correction2 = Math.sqrt(1 - Math.fround(hparams.beta2) ** step);
  return {
    rate: (hparams.learningRate * correction2) / (1 - Math.fround(hparams.beta1) ** step),
    epsilon: hparams.epsilon * correction2,
  };
}
