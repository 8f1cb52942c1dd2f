import type { Definition } from '../../../../shared/domain/definition.ts';
import type { Rng } from '../../../../shared/rng.ts';
import type { ParameterLayout } from '../../network.ts';
import type { Mask } from '../../pruning/strategy.ts';

/** What a branch starts from. */
export interface BranchContext {
  readonly layout: ParameterLayout;
  /** The mask of the level. */
  readonly mask: Mask;
  /** The weights survivors return to: the initialisation, or those of the rewind iteration. */
  readonly rewindPoint: Float32Array;
  /** A new draw from the initialiser, of this branch's own. */
  initialize(random: Rng): Float32Array;
  readonly random: Rng;
}

/** The subnetwork a branch trains; weights whose mask is 0 are ignored. */
export interface Subnetwork {
  readonly weights: Float32Array;
  readonly mask: Mask;
}

/** The search's own line, or a control or ablation that starts from a level's mask. */
export interface BranchDefinition extends Definition {
  prepare(context: BranchContext): Subnetwork;
}
