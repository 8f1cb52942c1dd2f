import { z } from 'zod';

/** The fraction of the survivors that a round prunes, in (0, 1). */
const pruneFraction = (title: string, description: string, defaultFraction: number) =>
  z.number().gt(0).lt(1).default(defaultFraction).meta({ title, description });

const optionalFraction = (title: string, description: string) =>
  z.number().gt(0).lt(1).optional().meta({ title, description });

/** Optional, so that the settings of older searches stay unchanged. */
const protection = {
  excludedLayers: z.array(z.string()).optional().meta({
    title: 'Excluded layers',
    description: 'Names of layers that are never pruned.',
  }),
  layerFloor: optionalFraction(
    'Layer floor',
    'The lowest density that a layer is pruned to; without it a layer can lose its last weight.',
  ),
};

/** Settings of strategies that prune every layer by itself. */
export const layerwiseHparams = {
  fraction: pruneFraction(
    'Fraction',
    'Fraction of each layer’s survivors to prune per round.',
    0.2,
  ),
  outputFraction: pruneFraction(
    'Output fraction',
    'Fraction of the output layer’s survivors to prune per round; half the rate in the paper.',
    0.1,
  ),
  convFraction: optionalFraction(
    'Convolution fraction',
    'Fraction of a convolution’s survivors to prune per round. By default the same as for other layers.',
  ),
  layerFractions: z.record(z.string(), z.number().gt(0).lt(1)).optional().meta({
    title: 'Layer fractions',
    description: 'Fractions for single layers, by name. They override the others.',
  }),
  ...protection,
};

/** Settings of strategies that let all layers compete. */
export const globalHparams = {
  fraction: pruneFraction('Fraction', 'Fraction of all survivors to prune per round.', 0.2),
  ...protection,
};

export interface Protection {
  readonly excludedLayers?: readonly string[] | undefined;
  readonly layerFloor?: number | undefined;
}

export interface LayerwiseRates extends Protection {
  readonly fraction: number;
  readonly outputFraction: number;
  readonly convFraction?: number | undefined;
  readonly layerFractions?: Readonly<Record<string, number>> | undefined;
}

/** The number of training examples from which scores are computed. */
export const examplesPerClass = z.int().min(1).max(1000).default(10).meta({
  title: 'Examples per class',
  description: 'Training examples of each class from which scores are computed, drawn by seed.',
});

/** Steps within one level. */
export const steps = (defaultSteps: number) =>
  z.int().min(1).max(1000).default(defaultSteps).meta({
    title: 'Steps',
    description: 'Each level is pruned in this many steps, with new scores before each.',
  });
