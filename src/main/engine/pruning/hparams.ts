import { z } from 'zod';

/** The fraction of the survivors that a round prunes, in (0, 1). */
const pruneFraction = (title: string, description: string, defaultFraction: number) =>
  z.number().gt(0).lt(1).default(defaultFraction).meta({ title, description });

const optionalFraction = (title: string, description: string) =>
  z.number().gt(0).lt(1).optional().meta({ title, description });

/** Left out, they change nothing: searches of before they were there keep their settings. */
const protection = {
  excludedLayers: z.array(z.string()).optional().meta({
    title: 'Excluded layers',
    description: 'Names of layers that are never pruned.',
  }),
  layerFloor: optionalFraction(
    'Layer floor',
    'The density that no layer is pruned below; without it the last weight of a layer may go.',
  ),
};

/** The settings of strategies that prune every layer on its own. */
export const layerwiseHparams = {
  fraction: pruneFraction('Fraction', 'Of a layer’s survivors, pruned every round.', 0.2),
  outputFraction: pruneFraction(
    'Output fraction',
    'Of the output layer’s survivors, pruned every round; half the rate in the paper.',
    0.1,
  ),
  convFraction: optionalFraction(
    'Convolution fraction',
    'Of a convolution’s survivors, pruned every round; without it, the fraction of all layers.',
  ),
  layerFractions: z.record(z.string(), z.number().gt(0).lt(1)).optional().meta({
    title: 'Layer fractions',
    description: 'By layer name: a fraction of its own, before all others.',
  }),
  ...protection,
};

/** The settings of strategies in which all layers compete. */
export const globalHparams = {
  fraction: pruneFraction('Fraction', 'Of all survivors, pruned every round.', 0.2),
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

/** Training examples a score is taken on. */
export const examplesPerClass = z.int().min(1).max(1000).default(10).meta({
  title: 'Examples per class',
  description: 'Training examples of each class that the scores are taken on, drawn by seed.',
});

/** Steps within one level. */
export const steps = (defaultSteps: number) =>
  z.int().min(1).max(1000).default(defaultSteps).meta({
    title: 'Steps',
    description: 'Each level is pruned in this many steps, with new scores before each.',
  });
