/** A network of layers as plain data, and how its parameters lie in one flat vector. */
import {
  layoutFrom,
  type ParameterLayout,
  type ParameterSpec,
} from '../../shared/domain/layout.ts';
import { smallest } from '../../shared/extremes.ts';
import { definitionOf } from './layers/kinds/index.ts';
import { reject, show } from './layers/shapes.ts';
import { type ExampleShape, type LayerSpec, type NetworkSpec, productOf } from './layers/spec.ts';

/** Every layer. A residual block is replaced by its layers, body before shortcut. */
export function flatLayers(layers: readonly LayerSpec[]): LayerSpec[] {
  return layers.flatMap((layer) => {
    const inner = definitionOf(layer).inner(layer);
    return inner.length === 0 ? [layer] : flatLayers(inner.flat());
  });
}

/** Whether the layer, or any layer inside it, has parameters. */
export const hasParameters = (layer: LayerSpec): boolean =>
  flatLayers([layer]).some((one) => definitionOf(one).parameters(one).length > 0);

/** Whether a weight of the layer itself can be pruned. */
export const hasKernel = (layer: LayerSpec): boolean =>
  definitionOf(layer)
    .parameters(layer)
    .some(({ kind }) => kind === 'kernel');

/**
 * Whether, in training, what the network computes for an example depends on the rest of its batch.
 */
export const usesBatchStatistics = ({ layers }: NetworkSpec): boolean =>
  flatLayers(layers).some((layer) => definitionOf(layer).batchStatistics(layer) !== undefined);

/**
 * Whether a path from input to output is left if the kernels of these layers let nothing through.
 * A layer made of sequences, such as a residual block, lets through what any of them does.
 */
export const isPassable = (layers: readonly LayerSpec[], closed: ReadonlySet<string>): boolean =>
  layers.every((layer) => {
    const inner = definitionOf(layer).inner(layer);
    if (inner.length === 0) return !closed.has(layer.name);
    return inner.some((sequence) => isPassable(sequence, closed));
  });

/** The number of kernels on the path from input to output that has the fewest. */
export function fewestKernels(layers: readonly LayerSpec[]): number {
  return layers.reduce((sum, layer) => {
    const inner = definitionOf(layer).inner(layer);
    return (
      sum + (inner.length === 0 ? Number(hasKernel(layer)) : smallest(inner.map(fewestKernels)))
    );
  }, 0);
}

export function layoutOf(network: NetworkSpec): ParameterLayout {
  const layers = flatLayers(network.layers);
  const output = layers.findLast(hasKernel);
  const parameters: ParameterSpec[] = [];
  let offset = 0;
  let maskOffset = 0;
  for (const layer of layers) {
    for (const { kind, shape, fanIn, fanOut } of definitionOf(layer).parameters(layer)) {
      const size = productOf(shape);
      const prunable = kind === 'kernel';
      parameters.push({
        name: `${layer.name}.${kind}`,
        layer: layer.name,
        layerKind: layer.kind,
        kind,
        shape,
        size,
        offset,
        fanIn,
        fanOut,
        prunable,
        trainable: kind !== 'running-mean' && kind !== 'running-variance',
        maskOffset: prunable ? maskOffset : -1,
        isOutput: prunable && layer === output,
      });
      offset += size;
      if (prunable) maskOffset += size;
    }
  }
  return layoutFrom(parameters);
}

/**
 * Checks that every layer fits its predecessor.
 *
 * @throws WorkbenchError `invalid-settings` naming the layer and both shapes where they don't fit,
 *   or a name that two layers share.
 */
export function checkShapes(network: NetworkSpec): void {
  const names = new Set<string>();
  for (const { name } of flatLayers(network.layers)) {
    if (names.has(name)) reject(`two layers are named ${name}; expected a unique name for each`);
    names.add(name);
  }
  const shape = shapeBehind(network.layers, network.inputShape);
  if (shape.length !== 1 || shape[0] !== network.classes) {
    reject(
      `the network ends in shape ${show(shape)}; expected one logit per class, [${network.classes}]`,
    );
  }
}

/**
 * The shape of a layer's output.
 *
 * @throws WorkbenchError `invalid-settings` naming the layer and both shapes where they don't fit.
 */
export function outputShape(layer: LayerSpec, input: ExampleShape): ExampleShape {
  return definitionOf(layer).outputShape(layer, input, shapeBehind);
}

function shapeBehind(layers: readonly LayerSpec[], input: ExampleShape): ExampleShape {
  return layers.reduce((shape, layer) => outputShape(layer, shape), input);
}

/**
 * Checks that batch normalisation has at least two values for each channel. The deviation of one
 * value is 0, so its output would not depend on its input.
 *
 * @throws WorkbenchError `invalid-settings` naming the layer and the setting.
 */
export function checkBatchStatistics(network: NetworkSpec, batchSize: number): void {
  const check = (layers: readonly LayerSpec[], inputShape: ExampleShape): void => {
    let shape = inputShape;
    for (const layer of layers) {
      const definition = definitionOf(layer);
      const values = batchSize * productOf(shape.slice(0, -1));
      if (definition.batchStatistics(layer) && values < 2) {
        reject(
          `training.batchSize is ${batchSize}; expected at least 2, because layer ${layer.name} normalises each channel by the statistics of a batch, which would be one value`,
          'Raise training.batchSize, or train a network without batch normalisation.',
        );
      }
      for (const inner of definition.inner(layer)) check(inner, shape);
      shape = outputShape(layer, shape);
    }
  };
  check(network.layers, network.inputShape);
}

/** How many values a forward pass of one example computes, including its features. */
export function activationCount(network: NetworkSpec): number {
  const count = (layers: readonly LayerSpec[], inputShape: ExampleShape): number => {
    let shape = inputShape;
    let total = 0;
    for (const layer of layers) {
      for (const inner of definitionOf(layer).inner(layer)) total += count(inner, shape);
      shape = outputShape(layer, shape);
      total += productOf(shape);
    }
    return total;
  };
  return productOf(network.inputShape) + count(network.layers, network.inputShape);
}
