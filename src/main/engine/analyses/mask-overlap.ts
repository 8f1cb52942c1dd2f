import { z } from 'zod';
import type { AnalysisUnit, MaskPair, MaskPlace } from '../../../shared/domain/analysis.ts';
import { maskOverlap } from '../../../shared/domain/mask-overlap.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { defineAnalysis } from './analysis.ts';
import { chosenLevels, levelsHparam, replicatesOf } from './hparams.ts';

interface Place {
  readonly between: 'replicates' | 'levels';
  readonly masks: readonly MaskPlace[];
}

const keyOf = (place: MaskPlace): TrainingKey => ({ ...place, branch: TICKET_BRANCH });

/** A unit costs about as much as this many optimizer steps for each pair of masks. */
const STEPS_A_PAIR = 2;

const unitOf = (
  name: string,
  between: Place['between'],
  masks: readonly MaskPlace[],
): AnalysisUnit<Place> => ({
  name,
  place: { between, masks },
  needs: masks.map((mask) => ({ array: 'mask', key: keyOf(mask) })),
  steps: (STEPS_A_PAIR * masks.length * (masks.length - 1)) / 2,
});

/**
 * Jaccard overlap of tickets' masks. Between replicates it says whether the same connections win from
 * other initialisations; between the levels of one replicate, whose masks are nested, it is the ratio
 * of their densities.
 */
export const maskOverlapAnalysis = defineAnalysis({
  id: 'mask-overlap',
  label: 'Mask overlap',
  description:
    'How many weights the tickets of replicates and levels share (Jaccard), against chance.',
  hparams: z.object({ levels: levelsHparam }),
  plan({ levels }, { settings }) {
    const chosen = chosenLevels('mask-overlap', levels, settings, 1);
    const replicates = replicatesOf(settings);
    const betweenReplicates = chosen.map((level) =>
      unitOf(
        `replicates at level ${level}`,
        'replicates',
        replicates.map((replicate) => ({ replicate, level })),
      ),
    );
    const betweenLevels = replicates.map((replicate) =>
      unitOf(
        `levels of replicate ${replicate + 1}`,
        'levels',
        chosen.map((level) => ({ replicate, level })),
      ),
    );
    return [...betweenReplicates, ...betweenLevels].filter(({ place }) => place.masks.length > 1);
  },
  run(_hparams, { between, masks }, { layout, targets, mask, advance }) {
    const pairs: MaskPair[] = [];
    for (const [index, one] of masks.entries()) {
      const first = mask('mask', keyOf(one));
      for (const other of masks.slice(index + 1)) {
        const second = mask('mask', keyOf(other));
        pairs.push({ one, other, ...maskOverlap(first, second, layout.prunable) });
        advance(STEPS_A_PAIR);
      }
    }
    return {
      kind: 'mask-overlap',
      between,
      tensors: layout.prunable.map(({ name }) => name),
      scope: targets.some(({ scope }) => scope === 'global') ? 'global' : 'layer',
      pairs,
    };
  },
});
