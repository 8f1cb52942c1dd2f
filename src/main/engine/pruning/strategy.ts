/** Pruning strategies: what survives a level. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { ParameterLayout } from '../network.ts';

export type { Mask };

/** What a strategy may look at to choose the survivors. */
export interface PruningContext {
  readonly layout: ParameterLayout;
  /** The mask of the level that was just trained. */
  readonly mask: Mask;
  /** Flat parameter vectors: after this level's training, and at initialisation (iteration 0). */
  readonly trained: Float32Array;
  readonly initial: Float32Array;
  readonly random: Rng;
}

/**
 * How many weights each level keeps, from the shapes alone: either in each prunable tensor
 * (`layer`), or in all of them together (`global`).
 */
export type KeepTarget =
  | { readonly scope: 'layer'; readonly counts: readonly number[] }
  | { readonly scope: 'global'; readonly count: number };

/** Says how many weights go and how they rank; `nextMask` does the pruning, for every strategy. */
export interface PruningStrategy {
  /** What is kept after pruning `from` (undefined: everything) once more at the strategy's rates. */
  nextTarget(layout: ParameterLayout, from: KeepTarget | undefined): KeepTarget;
  /** What is kept at a density (0..1) of all prunable weights, at the same ratio of rates. */
  targetAtDensity(layout: ParameterLayout, density: number): KeepTarget;
  /**
   * One score for each prunable weight, in the mask's order; the smallest go first. Those of pruned
   * weights are not looked at.
   */
  score(context: PruningContext): Float32Array;
}

export interface StrategyDefinition extends Definition {
  create(choice: Choice): PruningStrategy;
}

/** Types a strategy's function by its own settings. */
export function defineStrategy<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & { create(hparams: z.infer<Hparams>): PruningStrategy },
): StrategyDefinition {
  return { ...definition, create: (choice) => definition.create(hparamsOf(definition, choice)) };
}
