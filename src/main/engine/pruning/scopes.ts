/** Makes pruning strategies from a criterion, which ranks weights. */
import { z } from 'zod';
import {
  globalHparams,
  type LayerwiseRates,
  layerwiseHparams,
  type Protection,
} from './hparams.ts';
import { checkLayerNames, floorOf, fractionOf, isExcluded } from './rates.ts';
import { defineStrategy, type PruningStrategy, type StrategyDefinition } from './strategy.ts';
import { globalAtDensity, layerwiseAtDensity, nextGlobal, nextLayerwise } from './targets.ts';

type Ranking = Omit<PruningStrategy, 'nextTarget' | 'targetAtDensity'>;
type Targets = Pick<PruningStrategy, 'nextTarget' | 'targetAtDensity'>;

/** How weights are ranked, whether within each layer or over all layers. */
export interface Criterion<Shape extends z.ZodRawShape> {
  /** `magnitude` gives the strategies `layerwise-magnitude` and `global-magnitude`. */
  readonly id: string;
  readonly label: string;
  /** What is pruned, without saying where: `the trained weights with the smallest magnitude`. */
  readonly pruned: string;
  readonly hparams: z.ZodObject<Shape>;
  rank(hparams: z.infer<z.ZodObject<Shape>>): Ranking;
}

/** Types a criterion's functions by its own settings. */
export function defineCriterion<Shape extends z.ZodRawShape>(
  criterion: Criterion<Shape>,
): Criterion<Shape> {
  return criterion;
}

export function layerwise<Shape extends z.ZodRawShape>(
  criterion: Criterion<Shape>,
): StrategyDefinition {
  return defineStrategy({
    id: `layerwise-${criterion.id}`,
    label: `Layerwise ${criterion.label}`,
    description: `Prunes ${criterion.pruned}, the same fraction in every layer.`,
    hparams: z.object({ ...layerwiseHparams, ...criterion.hparams.shape }),
    create: (hparams) => ({
      ...layerwiseTargets(z.object(layerwiseHparams).parse(hparams)),
      ...criterion.rank(criterion.hparams.parse(hparams)),
    }),
  });
}

export function global<Shape extends z.ZodRawShape>(
  criterion: Criterion<Shape>,
): StrategyDefinition {
  return defineStrategy({
    id: `global-${criterion.id}`,
    label: `Global ${criterion.label}`,
    description: `Prunes ${criterion.pruned}, over all layers together.`,
    hparams: z.object({ ...globalHparams, ...criterion.hparams.shape }),
    create: (hparams) => ({
      ...globalTargets(z.object(globalHparams).parse(hparams)),
      ...criterion.rank(criterion.hparams.parse(hparams)),
    }),
  });
}

function layerwiseTargets(rates: LayerwiseRates): Targets {
  return {
    nextTarget(layout, from) {
      checkLayerNames(layout, rates);
      return nextLayerwise(
        layout,
        from,
        (parameter) => fractionOf(parameter, rates),
        (parameter) => floorOf(parameter, rates),
      );
    },
    targetAtDensity(layout, density, from) {
      checkLayerNames(layout, rates);
      return layerwiseAtDensity(
        layout,
        density,
        (parameter) => fractionOf(parameter, rates),
        (parameter) => floorOf(parameter, rates),
        from,
      );
    },
  };
}

function globalTargets(hparams: Protection & { readonly fraction: number }): Targets {
  const floors = (layout: Parameters<Targets['nextTarget']>[0]): readonly number[] => {
    checkLayerNames(layout, hparams);
    return layout.prunable.map((parameter) => floorOf(parameter, hparams));
  };
  return {
    nextTarget(layout, from) {
      const fixed = layout.prunable
        .filter((parameter) => isExcluded(parameter, hparams))
        .reduce((sum, { size }) => sum + size, 0);
      return nextGlobal(layout, from, hparams.fraction, floors(layout), fixed);
    },
    targetAtDensity: (layout, density) => globalAtDensity(layout, density, floors(layout)),
  };
}
