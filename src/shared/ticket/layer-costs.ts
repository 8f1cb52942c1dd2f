/** What the weights of each layer cost: multiply-adds and bytes, dense and kept. */
import { gridShape } from './mask-grid.ts';

/** What decides the cost of a layer's kernel. */
export interface CostedLayer {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly weights: number;
  /**
   * How often a forward pass of one example uses each weight: once, or at every output position of a
   * convolution. Undefined if the network is not known.
   */
  readonly uses: number | undefined;
  /** Whether its input is the example itself, which needs no gradient. */
  readonly readsExamples: boolean;
}

export interface LayerCost {
  readonly tensor: string;
  readonly weights: number;
  readonly kept: number;
  /** Multiply-adds of a forward pass of one example. */
  readonly forward: DenseAndKept;
  /** Multiply-adds of a training step on one example: forward pass and gradients. */
  readonly step: DenseAndKept;
  /** Bytes of the kernel: all values as float32. */
  readonly denseBytes: number;
  /** CSR with a row for each output unit: values, 32-bit column indices, 32-bit row pointers. */
  readonly csrBytes: number;
  /** A bit for each weight, and the kept values. */
  readonly bitmapBytes: number;
}

/** Undefined if the network is not known. */
export interface DenseAndKept {
  readonly dense: number | undefined;
  readonly kept: number | undefined;
}

const FLOAT_BYTES = 4;
const INDEX_BYTES = 4;

/** @param keptCounts `[layers]`: the weights that each kernel keeps. */
export function layerCosts(
  layers: readonly CostedLayer[],
  keptCounts: ArrayLike<number>,
): LayerCost[] {
  return layers.map((layer, index) => {
    const { tensor, shape, weights } = layer;
    const kept = keptCounts[index]!;
    const { columns: units } = gridShape(shape);
    return {
      tensor,
      weights,
      kept,
      forward: { dense: forwardOf(layer, weights), kept: forwardOf(layer, kept) },
      step: { dense: stepOf(layer, weights), kept: stepOf(layer, kept) },
      denseBytes: weights * FLOAT_BYTES,
      csrBytes: kept * (FLOAT_BYTES + INDEX_BYTES) + (units + 1) * INDEX_BYTES,
      bitmapBytes: Math.ceil(weights / 8) + kept * FLOAT_BYTES,
    };
  });
}

function forwardOf({ uses }: CostedLayer, weights: number): number | undefined {
  return uses === undefined ? undefined : weights * uses;
}

/** Forward pass, gradient of the weights, and gradient of the input, each with as many multiply-adds. */
function stepOf(layer: CostedLayer, weights: number): number | undefined {
  const forward = forwardOf(layer, weights);
  return forward === undefined ? undefined : forward * (layer.readsExamples ? 2 : 3);
}

/** The sum over all layers. */
export function totalCost(costs: readonly LayerCost[]): Omit<LayerCost, 'tensor'> {
  const sum = (pick: (cost: LayerCost) => number): number =>
    costs.reduce((total, cost) => total + pick(cost), 0);
  const sumKnown = (pick: (cost: LayerCost) => number | undefined): number | undefined =>
    costs.every((cost) => pick(cost) !== undefined) ? sum((cost) => pick(cost) ?? 0) : undefined;
  return {
    weights: sum(({ weights }) => weights),
    kept: sum(({ kept }) => kept),
    forward: {
      dense: sumKnown(({ forward }) => forward.dense),
      kept: sumKnown(({ forward }) => forward.kept),
    },
    step: {
      dense: sumKnown(({ step }) => step.dense),
      kept: sumKnown(({ step }) => step.kept),
    },
    denseBytes: sum(({ denseBytes }) => denseBytes),
    csrBytes: sum(({ csrBytes }) => csrBytes),
    bitmapBytes: sum(({ bitmapBytes }) => bitmapBytes),
  };
}
