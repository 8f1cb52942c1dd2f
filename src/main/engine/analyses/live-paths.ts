/**
 * Finds which weights of a masked network lie on a live path: a path of kept weights from an input
 * feature to a logit. Paths are followed position by position, so a convolution weight that only
 * ever meets padding is on no path. Only the mask decides; biases and the values of weights do not
 * count (the effective sparsity of Vysogorets & Kempe 2023).
 */
import { definitionOf } from '../layers/kinds/index.ts';
import { type ExampleShape, type LayerSpec, type NetworkSpec, productOf } from '../layers/spec.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { flatLayers, outputShape } from '../network.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { Flags, FollowedLayer, LayerPaths } from './paths.ts';

export interface LivePaths {
  /** Like the mask, but 1 only for weights on a live path. */
  readonly effective: Mask;
  /** `[...inputShape]`: 1 for input features that a live path starts from. */
  readonly inputs: Flags;
  /** One for each layer with a kernel, in the network's order. */
  readonly layers: readonly LayerPaths[];
}

export function findLivePaths(
  network: NetworkSpec,
  layout: ParameterLayout,
  mask: Mask,
): LivePaths {
  const effective = new Uint8Array(mask.length);
  const found = new Map<string, LayerPaths>();
  const everyLogit = new Uint8Array(network.classes).fill(1);
  const inputs = followNetwork(network, layout, mask, effective, found).trace(everyLogit);
  return {
    effective,
    inputs,
    layers: flatLayers(network.layers).flatMap(({ name }) => found.get(name) ?? []),
  };
}

/** Whether a mask leaves a live path: without one, the logits do not depend on the input. */
export function hasLivePath(network: NetworkSpec, layout: ParameterLayout, mask: Mask): boolean {
  return followNetwork(network, layout, mask, new Uint8Array(0), new Map()).output.includes(1);
}

/**
 * Follows the paths of a whole network from every feature of an example.
 *
 * @param effective receives the weights on live paths when the layers are traced.
 * @param found receives the units of layers with a kernel when they are traced.
 */
function followNetwork(
  network: NetworkSpec,
  layout: ParameterLayout,
  mask: Mask,
  effective: Mask,
  found: Map<string, LayerPaths>,
): FollowedLayer {
  const kernelOffsets = new Map(
    layout.prunable.map(({ layer, maskOffset }) => [layer, maskOffset]),
  );

  const follow = (
    layers: readonly LayerSpec[],
    sequenceShape: ExampleShape,
    sequenceInput: Flags,
  ): FollowedLayer => {
    const followed: FollowedLayer[] = [];
    let shape = sequenceShape;
    let reached = sequenceInput;
    for (const layer of layers) {
      const [inputShape, input] = [shape, reached];
      shape = outputShape(layer, inputShape);
      const step = definitionOf(layer).followPaths(layer, {
        inputShape,
        outputShape: shape,
        input,
        mask,
        effective,
        kernelOffset() {
          const offset = kernelOffsets.get(layer.name);
          if (offset === undefined) throw new Error(`layer ${layer.name} has no kernel`);
          return offset;
        },
        report: (paths) => found.set(paths.layer, paths),
        sequence: (inner) => follow(inner, inputShape, input),
      });
      followed.push(step);
      reached = step.output;
    }
    return {
      output: reached,
      trace: (read) => followed.reduceRight<Flags>((flags, step) => step.trace(flags), read),
    };
  };

  const everyInput = new Uint8Array(productOf(network.inputShape)).fill(1);
  return follow(network.layers, network.inputShape, everyInput);
}
