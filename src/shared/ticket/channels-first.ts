/**
 * Parameters in PyTorch's names and layouts, which ONNX shares: linear weights `[outputs, inputs]`,
 * convolutions `[outputs, inputs, height, width]`, images `[batch, channels, height, width]`.
 */
import type { ParameterLayout, ParameterSpec } from '../domain/layout.ts';
import { consumersOf, type ModelGraph, type ModelNode } from './model-graph.ts';
import { moduleNames } from './module-names.ts';

type Values = Float32Array | Int32Array | Uint8Array;

/** A parameter, and how its values are laid out. */
export interface ChannelsFirstTensor {
  /** `conv1.weight`, `norm1.running_mean`. */
  readonly name: string;
  /** `conv1`. */
  readonly module: string;
  readonly parameter: ParameterSpec;
  readonly shape: readonly number[];
  /** A copy of this parameter's values, or of its part of a mask, in the layout. */
  arrange<Kind extends Values>(values: Kind): Kind;
}

export interface ChannelsFirstModel {
  /** Identifiers for nodes, as Python takes them. */
  readonly modules: ReadonlyMap<string, string>;
  readonly tensors: readonly ChannelsFirstTensor[];
  /**
   * Flattens whose features come out channel by channel. Weights that read them are permuted. Other
   * flattens keep the order of the workbench: height, width, channels.
   */
  readonly channelFlattens: ReadonlySet<string>;
}

export function channelsFirst(graph: ModelGraph, layout: ParameterLayout): ChannelsFirstModel {
  const modules = moduleNames(graph);
  const parameters = new Map(layout.parameters.map((each) => [each.name, each]));
  const channelFlattens = new Set<string>();
  /** By node: which of the workbench's features each feature of its output is. Missing: the same. */
  const orders = new Map<string, Int32Array>();
  const tensors: ChannelsFirstTensor[] = [];
  for (const node of graph.nodes) {
    const order = orders.get(node.inputs[0] ?? '');
    const module = modules.get(node.name)!;
    const add = (name: string, id: string, shape: readonly number[], gather: Gather): void => {
      const parameter = parameters.get(id);
      if (!parameter) throw new Error(`the layout has no parameter ${id}`);
      tensors.push({
        name: `${module}.${name}`,
        module,
        parameter,
        shape,
        arrange: (values) => arranged(values, gather),
      });
    };
    switch (node.op) {
      case 'dense': {
        const [inputs, outputs] = [node.inputShape[0]!, node.outputShape[0]!];
        add('weight', node.kernel, [outputs, inputs], (visit) => {
          for (let output = 0; output < outputs; output += 1) {
            for (let input = 0; input < inputs; input += 1) {
              visit((order?.[input] ?? input) * outputs + output);
            }
          }
        });
        add('bias', node.bias, [outputs], inOrder(outputs));
        break;
      }
      case 'conv2d': {
        const [inputs, outputs] = [node.inputShape[2]!, node.outputShape[2]!];
        const { size } = node.window;
        const field = size * size;
        add('weight', node.kernel, [outputs, inputs, size, size], (visit) => {
          for (let output = 0; output < outputs; output += 1) {
            for (let input = 0; input < inputs; input += 1) {
              for (let tap = 0; tap < field; tap += 1) {
                visit((tap * inputs + input) * outputs + output);
              }
            }
          }
        });
        if (node.bias !== undefined) add('bias', node.bias, [outputs], inOrder(outputs));
        break;
      }
      case 'batch-norm': {
        const channels = node.outputShape.at(-1)!;
        const gather = inOrder(channels, order);
        add('weight', node.gamma, [channels], gather);
        add('bias', node.beta, [channels], gather);
        add('running_mean', node.mean, [channels], gather);
        add('running_var', node.variance, [channels], gather);
        if (order) orders.set(node.name, order);
        break;
      }
      case 'relu':
      case 'dropout':
        if (order) orders.set(node.name, order);
        break;
      case 'flatten':
        if (node.inputShape.length === 3 && feedsDenseOnly(graph, node)) {
          channelFlattens.add(node.name);
          orders.set(node.name, channelOrder(node.inputShape));
        }
        break;
      case 'max-pool':
      case 'average-pool':
      case 'global-average-pool':
      case 'subsample':
      case 'pad-channels':
      case 'add':
        break;
    }
  }
  return { modules, tensors, channelFlattens };
}

/** The values of a tensor of the layout, from the flat parameter vector. */
export function weightsOf({ parameter, arrange }: ChannelsFirstTensor, all: Float32Array) {
  return arrange(all.subarray(parameter.offset, parameter.offset + parameter.size));
}

/** Visits the index of each value in the workbench's layout, in the order of the new one. */
type Gather = (visit: (index: number) => void) => void;

function inOrder(count: number, order?: Int32Array): Gather {
  return (visit) => {
    for (let index = 0; index < count; index += 1) visit(order?.[index] ?? index);
  };
}

function arranged<Kind extends Values>(values: Kind, gather: Gather): Kind {
  const copy = values.slice() as Kind;
  let next = 0;
  gather((index) => {
    copy[next] = values[index]!;
    next += 1;
  });
  return copy;
}

/** Whether everything that reads these features, one by one, ends in a dense layer. */
function feedsDenseOnly(graph: ModelGraph, { name }: ModelNode): boolean {
  if (name === graph.output) return false;
  return consumersOf(graph, name).every((node) => {
    if (node.op === 'dense') return true;
    const keepsFeatures = node.op === 'relu' || node.op === 'dropout' || node.op === 'batch-norm';
    return keepsFeatures && feedsDenseOnly(graph, node);
  });
}

/** Feature (channel, row, column) of an image, counted in this order, as an index by row, column, channel. */
function channelOrder(shape: readonly number[]): Int32Array {
  const [height = 1, width = 1, channels = 1] = shape;
  const pixels = height * width;
  return Int32Array.from(
    { length: pixels * channels },
    (_, index) => (index % pixels) * channels + Math.floor(index / pixels),
  );
}

/** Images `[count, height, width, channels]` as `[count, channels, height, width]`; others as they are. */
export function channelsFirstInputs(
  inputs: Float32Array,
  count: number,
  shape: readonly number[],
): { readonly shape: readonly number[]; readonly values: Float32Array } {
  if (shape.length !== 3) return { shape: [count, ...shape], values: inputs };
  const [height, width, channels] = shape as [number, number, number];
  const order = channelOrder(shape);
  const values = new Float32Array(inputs.length);
  for (let example = 0; example < count; example += 1) {
    const start = example * order.length;
    for (let index = 0; index < order.length; index += 1) {
      values[start + index] = inputs[start + order[index]!]!;
    }
  }
  return { shape: [count, channels, height, width], values };
}
