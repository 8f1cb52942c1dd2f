/** Branches: what else, besides the ticket, is trained from a level's mask. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../../shared/domain/definition.ts';
import type { Rng } from '../../../../shared/rng.ts';
import type { FillKernel } from '../../initializers/initializer.ts';
import type { ParameterLayout } from '../../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../../layers/spec.ts';
import type { Mask } from '../../../../shared/domain/mask.ts';

/** What a branch starts from. */
export interface BranchContext {
  readonly network: NetworkSpec;
  readonly layout: ParameterLayout;
  /** The mask of the level. */
  readonly mask: Mask;
  /**
   * The weights that survivors are reset to: the initialisation, or the weights that the search's
   * rewind gives.
   */
  readonly rewindPoint: Float32Array;
  /** θ0 of the replicate. */
  readonly initial: Float32Array;
  /** The final weights of the previous level; only for branches with `needsTrainedWeights`. */
  readonly trained: Float32Array | undefined;
  /** Draws new weights from the search's initialiser. */
  initialize(random: Rng): Float32Array;
  readonly fill: FillKernel;
  readonly random: Rng;
  /** The network trained on the target, instead of the search's own; only for transfers. */
  readonly target?: BranchTarget | undefined;
}

export interface BranchTarget {
  /** The same layers under the same names; only shapes may differ. */
  readonly layout: ParameterLayout;
  /** θ0 of the replicate in that network. */
  readonly initial: Float32Array;
}

/**
 * The subnetwork that a branch trains, in the layout of its target if it has one. Weights whose
 * mask is 0 are ignored.
 */
export interface Subnetwork {
  readonly weights: Float32Array;
  readonly mask: Mask;
}

/** How a branch differs from the ticket. */
interface BranchTraits {
  /** Whether its mask always keeps as many weights as the ticket's. */
  readonly keepsDensity: boolean;
  /** Whether it is trained. Otherwise it is evaluated once, untrained. */
  readonly isTrained: boolean;
  /** Whether `prepare` needs the final weights of the previous level. Default: no. */
  readonly needsTrainedWeights?: boolean;
  /**
   * Its mask and weights are drawn anew, and depend on no more than how many weights each layer of the
   * ticket keeps, or all layers together. Default: it takes the ticket's mask or weights.
   */
  readonly drawsFrom?: 'layer-counts' | 'count';
  /** Whether every step uses the learning rate of the dense network's last step. Default: no. */
  readonly keepsFinalRate?: boolean;
  /** Whether it sees the training examples in its own order. Default: no. */
  readonly ordersDataAnew?: boolean;
}

/**
 * A control or ablation that starts from a level's mask. It trains on the search's data. It is
 * compared with the search's dense network and with the ticket of its level.
 *
 * A branch with a setting called `dataset` or `optimizer` is a transfer: it trains on that dataset
 * or with that optimizer. It is compared with a dense network trained there, which is its level 0
 * (see shared/domain/transfer.ts).
 */
export interface BranchDefinition extends Definition, BranchTraits {
  /** @param choice the branch's own settings, as chosen in the search. */
  prepare(context: BranchContext, choice: Choice): Subnetwork;
}

/** Types a branch's function by its own settings. */
export function defineBranch<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> &
    BranchTraits & { prepare(context: BranchContext, hparams: z.infer<Hparams>): Subnetwork },
): BranchDefinition {
  return {
    ...definition,
    // Read each time, because a transfer's settings depend on what is registered.
    get hparams() {
      return definition.hparams;
    },
    prepare: (context, choice) => definition.prepare(context, hparamsOf(definition, choice)),
  };
}
