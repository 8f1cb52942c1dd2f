/** Branches: what is trained from a level's mask beside the ticket. */
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
  /** The weights survivors return to: the initialisation, or as the search's rewind says. */
  readonly rewindPoint: Float32Array;
  /** θ0 of the replicate. */
  readonly initial: Float32Array;
  /** The final weights of the level before; only for branches with `needsTrainedWeights`. */
  readonly trained: Float32Array | undefined;
  /** Draws new weights from the search's initialiser. */
  initialize(random: Rng): Float32Array;
  readonly fill: FillKernel;
  readonly random: Rng;
  /** The network trained on the target, in place of the search's own; only for transfers. */
  readonly target?: BranchTarget | undefined;
}

export interface BranchTarget {
  /** The same layers under the same names; only shapes may differ. */
  readonly layout: ParameterLayout;
  /** θ0 of the replicate in that network. */
  readonly initial: Float32Array;
}

/** The subnetwork a branch trains, in its target's layout if it has one; weights whose mask is 0 are ignored. */
export interface Subnetwork {
  readonly weights: Float32Array;
  readonly mask: Mask;
}

/** How a branch differs from the ticket; everyone who needs to know asks here. */
interface BranchTraits {
  /** Whether its mask keeps as many weights as the ticket's, in every search. */
  readonly keepsDensity: boolean;
  /** Whether it is trained; otherwise it is evaluated once, as it starts. */
  readonly isTrained: boolean;
  /** Whether `prepare` needs the final weights of the level before. Default: no. */
  readonly needsTrainedWeights?: boolean;
  /** Whether every step has the learning rate of the dense network's last step. Default: no. */
  readonly keepsFinalRate?: boolean;
  /** Whether it sees the training examples in an order of its own. Default: no. */
  readonly ordersDataAnew?: boolean;
}

/**
 * A control or ablation that starts from a level's mask. It trains on the search's data and is
 * compared with the search's dense network and with the ticket of its level.
 *
 * A branch with a setting called `dataset` or `optimizer` is a transfer: it trains on that dataset or
 * with that optimizer. It is compared with a dense network that is trained there, as its level 0
 * (see shared/domain/transfer.ts).
 */
export interface BranchDefinition extends Definition, BranchTraits {
  /** @param choice the branch's own settings, as the search has them. */
  prepare(context: BranchContext, choice: Choice): Subnetwork;
}

/** Types a branch's function by its own settings. */
export function defineBranch<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> &
    BranchTraits & { prepare(context: BranchContext, hparams: z.infer<Hparams>): Subnetwork },
): BranchDefinition {
  return {
    ...definition,
    // Read anew each time: the settings of transfers follow from what is registered.
    get hparams() {
      return definition.hparams;
    },
    prepare: (context, choice) => definition.prepare(context, hparamsOf(definition, choice)),
  };
}
