import { z } from 'zod';

export const learningRate = (defaultRate: number) =>
  z.number().gt(0).max(1000).default(defaultRate).meta({
    title: 'Learning rate',
    description: 'Step size, multiplied by the schedule.',
  });

/** Still below 1 when it is rounded to float32, which the engines compute in. */
const LARGEST_DECAY = 0.999999;

/** A decay per step. */
export const decay = (title: string, description: string, defaultDecay: number) =>
  z.number().min(0).max(LARGEST_DECAY).default(defaultDecay).meta({ title, description });

export const weightDecay = (description: string, defaultDecay: number) =>
  z.number().min(0).max(1).default(defaultDecay).meta({ title: 'Weight decay', description });

/** λ of an L2 penalty λ/2 ‖w‖², whose gradient λ w is added to the loss's. */
export const l2Penalty = weightDecay(
  'This factor times the weight is added to the gradient (L2 penalty).',
  0,
);

export const epsilon = z.number().gt(0).max(1).default(1e-8).meta({
  title: 'ε',
  description: 'Added to the square root of the running square.',
});

export const betas = {
  beta1: decay('β1', 'Decay of the running mean per step.', 0.9),
  beta2: decay('β2', 'Decay of the running square per step.', 0.999),
};
