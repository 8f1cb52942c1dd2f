/** What survived: masks and weights of the trainings of a search, as the Ticket tab shows them. */
import type { TrainingKey } from '../../domain/training.ts';
import type { CostedLayer } from '../../ticket/layer-costs.ts';
import type { MaskComparison } from '../../ticket/mask-comparison.ts';
import type { PictureShape } from '../../ticket/picture-tiles.ts';
import type { MaskOrigin } from '../../ticket/search-costs.ts';
import type { WeightFate } from '../../ticket/weight-fate.ts';

/** A prunable tensor, as the layers of a network are shown and costed. */
export interface TicketLayer extends CostedLayer {
  /** One of the engine's kinds of layer: `dense`, `conv2d`… */
  readonly kind: string;
}

/** A finished training. */
export interface TicketTraining {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** `[layers]`: weights that each prunable tensor keeps. */
  readonly keptCounts: Uint32Array;
  /** Whether its weights are stored, not its mask alone. */
  readonly hasWeights: boolean;
  /** False for branches that are evaluated untrained. */
  readonly isTrained: boolean;
  /** 0..1 */
  readonly testAccuracyAtEarlyStop: number;
  /** Training and evaluation. */
  readonly seconds: number;
  /** Multiply-adds of its kept weights in all of its steps; undefined if the network is not known. */
  readonly multiplyAdds: number | undefined;
  /** The search that ran the training, if this search reuses it. */
  readonly adoptedFrom?: string | undefined;
}

export interface TicketOverview {
  /** The search's own network, and those of transfers to data with another number of classes. */
  readonly layers: Readonly<Record<string, readonly TicketLayer[]>>;
  /** Whether the layers' place in the network is known: not if its plug-in is missing. */
  readonly isNetworkKnown: boolean;
  /** What the inputs of the first layer are a picture of: `[height, width, channels]`. */
  readonly picture: PictureShape | undefined;
  /** Biases and normalisation parameters, which are not pruned. */
  readonly otherParameters: number;
  /** By replicate and level, the ticket before its branches. */
  readonly trainings: readonly TicketTraining[];
  readonly maskOrigin: MaskOrigin;
  /** When weights were dropped to save space, Unix milliseconds; undefined if they were not. */
  readonly weightsDroppedAt: number | undefined;
}

/** The mask of one tensor. */
export interface TicketMask {
  readonly tensor: string;
  readonly shape: readonly number[];
  /** One bit per weight, row-major, as `packMask` packs them. */
  readonly bits: Uint8Array;
}

export interface TicketFate extends WeightFate {
  /**
   * Whether pruned weights are shown: with the values of the training at whose end they were pruned. Only
   * tickets have such trainings.
   */
  readonly hasPruned: boolean;
}

/** Weights on live paths: paths of kept weights from an input to a logit. */
export interface TicketPaths {
  /** `[layers]`: kept weights on a live path; undefined if the network is not known. */
  readonly effective: Uint32Array | undefined;
}

export interface TicketComparison extends MaskComparison {
  readonly tensorNames: readonly string[];
}
