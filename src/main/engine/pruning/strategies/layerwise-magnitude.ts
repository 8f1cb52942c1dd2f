import { z } from 'zod';
import type { ParameterSpec } from '../../network.ts';
import { pruneFraction } from '../hparams.ts';
import { magnitudes } from '../magnitude.ts';
import { defineStrategy } from '../strategy.ts';
import { layerwiseAtDensity, nextLayerwise } from '../targets.ts';

/** Frankle & Carbin, section 2: the smallest weights of each layer, the output layer more slowly. */
export const layerwiseMagnitude = defineStrategy({
  id: 'layerwise-magnitude',
  label: 'Layerwise magnitude',
  description: 'The smallest trained weights of every layer go, the same fraction in each.',
  hparams: z.object({
    fraction: pruneFraction('Fraction', 'Of a layer’s survivors, pruned every round.', 0.2),
    outputFraction: pruneFraction(
      'Output fraction',
      'Of the output layer’s survivors, pruned every round; half the rate in the paper.',
      0.1,
    ),
  }),
  create({ fraction, outputFraction }) {
    const fractionOf = ({ isOutput }: ParameterSpec) => (isOutput ? outputFraction : fraction);
    return {
      nextTarget: (layout, from) => nextLayerwise(layout, from, fractionOf),
      targetAtDensity: (layout, density) => layerwiseAtDensity(layout, density, fractionOf),
      score: magnitudes,
    };
  },
});
