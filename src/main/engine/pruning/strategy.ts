/** Pruning strategies: which weights survive a level. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import type { Sensitivity } from './sensitivity/sensitivity.ts';

/** What a strategy can use to choose the survivors. */
export interface PruningContext {
  readonly network: NetworkSpec;
  readonly layout: ParameterLayout;
  /** The mask of the level that was just trained. */
  readonly mask: Mask;
  /** Flat parameter vectors: after this level's training, and at initialisation (iteration 0). */
  readonly trained: Float32Array;
  readonly initial: Float32Array;
  /** θ0 or θk, the whole vector that survivors are reset to. Scores before training use it. */
  readonly rewindPoint: Float32Array;
  /** Σ wₜ (wₜ₊ − wₜ) over the intervals between evaluations; only for strategies that follow it. */
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

/** How many weights are pruned, and their scores. `nextMask` does the pruning. */
export interface PruningStrategy {
  /**
   * Whether weights are scored before any training (then only `initial` and `rewindPoint` are used)
   * or after it.
   */
  readonly scoresWeights: 'before-training' | 'after-training';
  /** Steps within one level; weights are rescored before each. Default: 1. */
  readonly steps?: number;
  /** Whether it uses `sensitivity`, which is computed with TensorFlow. Default: no. */
  readonly usesSensitivity?: boolean;
  /** Whether `movement` is tracked in training. Default: no. */
  readonly followsMovement?: boolean;
  /**
   * The target after one more round at the strategy's rates. `from` undefined: nothing is pruned
   * yet.
   */
  nextTarget(layout: ParameterLayout, from: SparsityTarget | undefined): SparsityTarget;
  /**
   * The target at a density (0..1) of all prunable weights. The ratio of rates stays the same, and
   * no tensor keeps more than in `from` (undefined: everything).
   */
  targetAtDensity(
    layout: ParameterLayout,
    density: number,
    from: SparsityTarget | undefined,
  ): SparsityTarget;
  /**
   * One score for each prunable weight, in the mask's order; the lowest are pruned first. Scores of
   * pruned weights are ignored.
   */
  score(context: PruningContext): Float32Array;
  /**
   * For strategies with many steps: `score` for the masks of one level, each within the previous
   * one. What they share is computed once. A result is valid until the next call.
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
