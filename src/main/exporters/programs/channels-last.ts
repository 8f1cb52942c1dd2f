/** What Keras and TensorFlow.js call the parameters of a layer, in the order in which they take them. */
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { ModelNode } from '../../../shared/ticket/model-graph.ts';
import type { Tensor } from '../tensors.ts';

/** `kernel`, `bias`, `gamma`, … by the names of the layout. Layouts of kernels are the workbench's. */
function parametersOf(node: ModelNode): readonly (readonly [name: string, parameter: string])[] {
  switch (node.op) {
    case 'dense':
      return [
        ['kernel', node.kernel],
        ['bias', node.bias],
      ];
    case 'conv2d':
      return node.bias === undefined
        ? [['kernel', node.kernel]]
        : [
            ['kernel', node.kernel],
            ['bias', node.bias],
          ];
    case 'batch-norm':
      return [
        ['gamma', node.gamma],
        ['beta', node.beta],
        ['moving_mean', node.mean],
        ['moving_variance', node.variance],
      ];
    default:
      return [];
  }
}

/** The parameters of a node, with the values that they have in a flat vector. */
export function channelsLastTensors(
  node: ModelNode,
  { parameters }: ParameterLayout,
  all: Float32Array,
): Tensor[] {
  return parametersOf(node).map(([name, id]) => {
    const parameter = parameters.find((each) => each.name === id);
    if (!parameter) throw new Error(`the layout has no parameter ${id}`);
    const { shape, offset, size } = parameter;
    return { name, shape, values: all.subarray(offset, offset + size) };
  });
}
