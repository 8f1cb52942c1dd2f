/** Pruning strategies: what survives a level. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { ParameterLayout } from '../network.ts';
import type { Sensitivity } from './sensitivity/sensitivity.ts';

export type { Mask };

/** What a strategy may look at to choose the survivors. */
export interface PruningContext {
  readonly layout: ParameterLayout;
  /** The mask of the level that was just trained. */
  readonly mask: Mask;
  /** Flat parameter vectors: after this level's training, and at initialisation (iteration 0). */
  readonly trained: Float32Array;
  readonly initial: Float32Array;
  /** θ0 or θk: what survivors are reset to, whole. Scores from before training are taken here. */
  readonly rewindPoint: Float32Array;
  /** Of strategies that ask for it: Σ wₜ (wₜ₊ − wₜ) over the intervals between evaluations. */
  readonly movement: Float64Array | undefined;
  readonly sensitivity: Sensitivity;
  readonly random: Rng;
}

/**
 * How many weights each level keeps, from the shapes alone: either in each prunable tensor
 * (`layer`), or in all of them together (`global`) with at least `floors` in each.
 */
export type SparsityTarget =
  | { readonly scope: 'layer'; readonly counts: readonly number[] }
  | {
      readonly scope: 'global';
      readonly count: number;
      readonly floors?: readonly number[] | undefined;
    };

/** Says how many weights go and how they rank; `nextMask` does the pruning, for every strategy. */
export interface PruningStrategy {
  /**
   * Whether scores are those of the weights before any training (then they look at `initial` and
   * `rewindPoint` only), or of what training has made of them.
   */
  readonly scoresWeights: 'before-training' | 'after-training';
  /** Steps within one level, weights being scored anew before each; 1 if left out. */
  readonly steps?: number;
  /** Whether `movement` is to be followed in training. */
  readonly followsMovement?: boolean;
  /** What is kept after pruning `from` (undefined: everything) once more at the strategy's rates. */
  nextTarget(layout: ParameterLayout, from: SparsityTarget | undefined): SparsityTarget;
  /**
   * What is kept at a density (0..1) of all prunable weights, at the same ratio of rates, and
   * nowhere more than `from` (undefined: everything).
   */
  targetAtDensity(
    layout: ParameterLayout,
    density: number,
    from: SparsityTarget | undefined,
  ): SparsityTarget;
  /**
   * One score for each prunable weight, in the mask's order; the smallest go first. Those of pruned
   * weights are not looked at.
   */
  score(context: PruningContext): Float32Array;
  /**
   * Of strategies with many steps: `score` for one mask of a level after the other, each within the
   * one before, where what stays equal is worked out once. A result lasts until the next call.
   */
  scorer?(context: PruningContext): (mask: Mask) => Float32Array;
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
