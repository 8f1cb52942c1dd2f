import { z } from 'zod';
import type { ParameterSpec } from '../../../../shared/domain/layout.ts';
import { globalHparams } from '../hparams.ts';
import { checkLayerNames, floorOf, isExcluded } from '../rates.ts';
import { defineStrategy } from '../strategy.ts';
import {
  keptAfterRound,
  proportionalTarget,
  type RawDensity,
  roundHalfToEven,
  totalKept,
} from '../targets.ts';
import { randomRanking } from './random.ts';

/** Mocanu et al. 2018: densities in proportion to (inputs + outputs) / (inputs · outputs). */
const erdosRenyiDensity: RawDensity = ({ shape }) => proportionOf(shape.slice(-2));

/** Evci et al. 2020: as above, with the height and width of convolutions on both sides. */
const erdosRenyiKernelDensity: RawDensity = ({ shape }) => proportionOf(shape);

function proportionOf(sizes: readonly number[]): number {
  const sum = sizes.reduce((total, size) => total + size, 0);
  return sum / sizes.reduce((product, size) => product * size, 1);
}

const define = (id: string, label: string, description: string, raw: RawDensity) =>
  defineStrategy({
    id,
    label,
    description,
    hparams: z.object(globalHparams),
    create(hparams) {
      const floor = (parameter: ParameterSpec): number => floorOf(parameter, hparams);
      return {
        ...randomRanking,
        nextTarget(layout, from) {
          checkLayerNames(layout, hparams);
          const fixed = layout.prunable
            .filter((parameter) => isExcluded(parameter, hparams))
            .reduce((sum, { size }) => sum + size, 0);
          const survivors = (from ? totalKept(from) : layout.prunableCount) - fixed;
          const count = fixed + keptAfterRound(survivors, hparams.fraction);
          return proportionalTarget(layout, count, raw, floor, from);
        },
        targetAtDensity(layout, density, from) {
          checkLayerNames(layout, hparams);
          const count = roundHalfToEven(density * layout.prunableCount);
          return proportionalTarget(layout, count, raw, floor, from);
        },
      };
    },
  });

export const erdosRenyiRandom = define(
  'erdos-renyi-random',
  'Erdős–Rényi random',
  'Prunes random weights, but fewer in layers with few inputs and outputs.',
  erdosRenyiDensity,
);

export const erdosRenyiKernelRandom = define(
  'erdos-renyi-kernel-random',
  'Erdős–Rényi kernel random',
  'Prunes random weights, but fewer in layers with few inputs, outputs and kernel elements.',
  erdosRenyiKernelDensity,
);
