import { INPUT, type ModelNode, type ModelWindow } from '../../../shared/ticket/model-graph.ts';
import { NO_HPARAMS } from '../exporter.ts';
import {
  channelsFirst,
  type ChannelsFirstModel,
  weightsOf,
} from '../../../shared/ticket/channels-first.ts';
import { modelFacts, modelTitle } from './describe-model.ts';
import { type OnnxNode, onnxBytes, type OnnxTensor } from './onnx-format.ts';
import type { ExportedNetwork, Program } from './program.ts';
import { channelsFirstShape } from './pytorch-network.ts';

/** Every runtime since 2021 reads it, and it has all operations that a network needs. */
const OPSET = 15;
/** The version of the file format that came with this opset. */
const IR_VERSION = 8;

/** @see https://onnx.ai/onnx/operators/ */
export const onnx: Program<'network'> = {
  id: 'onnx',
  label: 'ONNX',
  description: `The trained network with zeros for pruned weights, for ONNX Runtime and others (opset ${OPSET}). Images are [batch, channels, height, width].`,
  hparams: NO_HPARAMS,
  needs: 'network',
  single: { fileEnding: 'onnx', mediaType: 'application/octet-stream' },
  files: (model) => [{ path: 'model.onnx', bytes: onnxFile(model) }],
};

function onnxFile(model: ExportedNetwork): Uint8Array {
  const { graph, layout, finalWeights } = model;
  const first = channelsFirst(graph, layout);
  const constants: OnnxTensor[] = [];
  /** By node of the graph: what its output is called in the file. */
  const outputs = new Map([[INPUT, 'input']]);
  const nodes: OnnxNode[] = [];
  for (const node of graph.nodes) {
    const made = onnxNodes(
      node,
      node.inputs.map((name) => outputs.get(name)!),
      first,
      constants,
    );
    for (const each of made) nodes.push(each);
    // What does nothing outside of training has no node.
    outputs.set(node.name, made.at(-1)?.output ?? outputs.get(node.inputs[0]!)!);
  }
  const logits = outputs.get(graph.output)!;
  return onnxBytes({
    irVersion: IR_VERSION,
    opset: OPSET,
    producer: 'ticket-workbench',
    description: modelTitle(model),
    metadata: Object.fromEntries(
      Object.entries(modelFacts(model)).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    graphName: 'network',
    nodes: nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === logits ? 'logits' : name)),
      output: node.output === logits ? 'logits' : node.output,
    })),
    initializers: [
      ...first.tensors.map((tensor) => ({
        name: tensor.name,
        shape: tensor.shape,
        values: weightsOf(tensor, finalWeights),
      })),
      ...constants,
    ],
    input: { name: 'input', shape: ['batch', ...channelsFirstShape(graph.inputShape)] },
    output: { name: 'logits', shape: ['batch', graph.classes] },
  });
}

/** The last one's output is that of the node. */
function onnxNodes(
  node: ModelNode,
  inputs: readonly string[],
  { modules, channelFlattens }: ChannelsFirstModel,
  constants: OnnxTensor[],
): OnnxNode[] {
  const name = modules.get(node.name)!;
  const make = (
    type: string,
    attributes: NonNullable<OnnxNode['attributes']> = {},
    parameters: readonly string[] = [],
    from = inputs,
    output = name,
  ): OnnxNode => ({ name: output, type, inputs: [...from, ...parameters], output, attributes });
  switch (node.op) {
    case 'dense':
      return [make('Gemm', { transB: 1 }, [`${name}.weight`, `${name}.bias`])];
    case 'conv2d': {
      const bias = node.bias === undefined ? [] : [`${name}.bias`];
      return [make('Conv', windowOf(node.window), [`${name}.weight`, ...bias])];
    }
    case 'batch-norm':
      return [
        make(
          'BatchNormalization',
          { epsilon: { float: node.epsilon } },
          ['weight', 'bias', 'running_mean', 'running_var'].map((each) => `${name}.${each}`),
        ),
      ];
    case 'relu':
      return [make('Relu')];
    case 'max-pool':
      return [make('MaxPool', windowOf(node.window))];
    case 'average-pool':
      return [make('AveragePool', { ...windowOf(node.window), count_include_pad: 0 })];
    case 'global-average-pool': {
      const pooled = make('GlobalAveragePool', {}, [], inputs, `${name}.images`);
      return [pooled, make('Flatten', { axis: 1 }, [], [pooled.output])];
    }
    case 'flatten': {
      if (node.inputShape.length !== 3 || channelFlattens.has(node.name)) {
        return [make('Flatten', { axis: 1 })];
      }
      const last = make('Transpose', { perm: [0, 2, 3, 1] }, [], inputs, `${name}.channels_last`);
      return [last, make('Flatten', { axis: 1 }, [], [last.output])];
    }
    case 'dropout':
      return [];
    case 'subsample':
      // The maximum of windows of one pixel takes every stride-th pixel.
      return [make('MaxPool', { kernel_shape: [1, 1], strides: [node.stride, node.stride] })];
    case 'pad-channels': {
      const pads = [0, node.before, 0, 0, 0, node.after, 0, 0].map(BigInt);
      constants.push({ name: `${name}.pads`, shape: [8], values: BigInt64Array.from(pads) });
      return [make('Pad', {}, [`${name}.pads`])];
    }
    case 'add':
      return [make('Add')];
  }
}

function windowOf({ size, stride, sides }: ModelWindow) {
  return {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: [sides.top, sides.left, sides.bottom, sides.right],
  };
}
