import { INPUT, type ModelGraph, type ModelNode } from '../../shared/ticket/model-graph.ts';
import { definitionOf } from './layers/kinds/index.ts';
import type { ExampleShape, LayerSpec, NetworkSpec } from './layers/spec.ts';
import { outputShape } from './network.ts';

/** The network as a graph of operations, each in the words that other programs have for it. */
export function modelGraph(network: NetworkSpec): ModelGraph {
  const nodes: ModelNode[] = [];
  const appendSequence = (
    layers: readonly LayerSpec[],
    first: string,
    shape: ExampleShape,
  ): string => {
    let input = first;
    let inputShape = shape;
    for (const layer of layers) {
      const place = { input, inputShape, outputShape: outputShape(layer, inputShape) };
      input = definitionOf(layer).operations(layer, {
        ...place,
        add(node) {
          nodes.push({ inputs: [place.input], ...place, ...node });
          return node.name;
        },
        sequence: (inner) => appendSequence(inner, place.input, place.inputShape),
      });
      inputShape = place.outputShape;
    }
    return input;
  };
  const output = appendSequence(network.layers, INPUT, network.inputShape);
  return { inputShape: network.inputShape, classes: network.classes, nodes, output };
}
