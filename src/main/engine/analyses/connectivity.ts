import { z } from 'zod';
import {
  type LayerConnectivity,
  trainingAt,
  type TrainingPlace,
} from '../../../shared/domain/analysis.ts';
import { countKept } from '../../../shared/domain/mask.ts';
import { defineAnalysis } from './analysis.ts';
import {
  branchesHparam,
  chosenLevels,
  levelsHparam,
  placeName,
  replicatesOf,
  trainingPlaces,
} from './hparams.ts';
import { findLivePaths } from './live-paths.ts';
import type { LayerPaths } from './paths.ts';

/** Optimizer steps that a unit takes about as long as: one pass over the weights of one example. */
const STEPS = 10;

/** Masks as graphs: densities by layer, the effective density, and units that do nothing. */
export const connectivity = defineAnalysis({
  id: 'connectivity',
  label: 'Connectivity',
  description:
    'Densities by layer, effective density (weights on a live path from input to output), dead units.',
  hparams: z.object({ levels: levelsHparam, branches: branchesHparam }),
  plan({ levels, branches }, { settings }) {
    const chosen = chosenLevels('connectivity', levels, settings);
    const places = trainingPlaces('connectivity', branches, chosen, settings);
    return replicatesOf(settings).flatMap((replicate) =>
      places.map((each) => {
        const place: TrainingPlace = { replicate, ...each };
        const needs = [{ array: 'mask', key: trainingAt(place) } as const];
        return { name: placeName(place), place, needs, steps: STEPS };
      }),
    );
  },
  run(_hparams, place, { network, layout, mask }) {
    const kept = mask('mask', trainingAt(place));
    const paths = findLivePaths(network, layout, kept);
    const byLayer = new Map(paths.layers.map((layer) => [layer.layer, layer]));
    const layers = layout.prunable.map(({ layer, maskOffset, size }): LayerConnectivity => {
      const end = maskOffset + size;
      return {
        layer,
        weights: size,
        kept: countKept(kept.subarray(maskOffset, end)),
        effective: countKept(paths.effective.subarray(maskOffset, end)),
        ...countDead(byLayer.get(layer)!),
      };
    });
    return {
      kind: 'connectivity',
      ...place,
      density: countKept(kept) / layout.prunableCount,
      effectiveDensity: countKept(paths.effective) / layout.prunableCount,
      inputs: paths.inputs.length,
      deadInputs: paths.inputs.length - countKept(paths.inputs),
      layers,
    };
  },
});

function countDead({ units, reached, read, live }: LayerPaths) {
  return {
    units,
    deadUnits: units - countKept(live),
    unreachedUnits: units - countKept(reached),
    unreadUnits: units - countKept(read),
  };
}
