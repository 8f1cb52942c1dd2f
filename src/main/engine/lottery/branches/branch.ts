import type { Definition } from '../../../../shared/domain/definition.ts';
import type { Rng } from '../../../../shared/rng.ts';
import type { FillKernel } from '../../initializers/initializer.ts';
import type { NetworkSpec, ParameterLayout } from '../../network.ts';
import type { Mask } from '../../pruning/strategy.ts';

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
  /** What the ticket of the level before ended with, of branches that ask for it. */
  readonly trained: Float32Array | undefined;
  /** A new draw from the initialiser, of this branch's own. */
  initialize(random: Rng): Float32Array;
  readonly fill: FillKernel;
  readonly random: Rng;
  /** Of transfers: the network that the branch trains in place of the search's own. */
  readonly target?: BranchTarget | undefined;
}

export interface BranchTarget {
  /** The same layers under the same names; only shapes may be others. */
  readonly layout: ParameterLayout;
  /** θ0 of the replicate in that network. */
  readonly initial: Float32Array;
}

/** The subnetwork a branch trains, in its target's layout if it has one; weights whose mask is 0 are ignored. */
export interface Subnetwork {
  readonly weights: Float32Array;
  readonly mask: Mask;
}

/** The search's own line, or a control or ablation that starts from a level's mask. */
export interface BranchDefinition extends Definition {
  /** Whether `prepare` needs what the ticket of the level before ended with. */
  readonly needsTrainedWeights?: boolean;
  /** Every step has the learning rate of the dense network's last one. */
  readonly keepsFinalRate?: boolean;
  /** The same examples in an order of its own. */
  readonly ordersDataAnew?: boolean;
  prepare(context: BranchContext): Subnetwork;
}
