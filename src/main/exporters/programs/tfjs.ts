import {
  INPUT,
  type ModelGraph,
  type ModelNode,
  type ModelWindow,
} from '../../../shared/ticket/model-graph.ts';
import { NO_HPARAMS } from '../exporter.ts';
import { bytesOf } from '../npz.ts';
import { channelsLastTensors } from './channels-last.ts';
import { modelFacts, modelTitle } from './describe-model.ts';
import { moduleNames } from '../../../shared/ticket/module-names.ts';
import { type ExportedNetwork, jsonFile, type Program } from './program.ts';

/** @see https://www.tensorflow.org/js/guide/save_load */
export const tfjs: Program<'network'> = {
  id: 'tfjs',
  label: 'TensorFlow.js',
  description:
    'A folder with model.json and weights.bin, for tf.loadLayersModel: the trained network with zeros for pruned weights.',
  hparams: NO_HPARAMS,
  needs: 'network',
  single: undefined,
  files: tfjsFiles,
};

function tfjsFiles(model: ExportedNetwork) {
  const { graph, layout, finalWeights } = model;
  const names = moduleNames(graph);
  const weights = graph.nodes.flatMap((node) =>
    channelsLastTensors(node, layout, finalWeights).map((tensor) => ({
      ...tensor,
      name: `${names.get(node.name)!}/${tensor.name}`,
    })),
  );
  const bytes = new Uint8Array(weights.reduce((sum, { values }) => sum + values.byteLength, 0));
  let offset = 0;
  for (const { values } of weights) {
    bytes.set(bytesOf(values), offset);
    offset += values.byteLength;
  }
  return [
    jsonFile('model.json', {
      format: 'layers-model',
      generatedBy: 'ticket-workbench',
      convertedBy: null,
      userDefinedMetadata: { title: modelTitle(model), ...modelFacts(model) },
      modelTopology: {
        keras_version: '2.15.0',
        backend: 'tensorflow',
        model_config: { class_name: 'Functional', config: topologyOf(graph, names) },
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
        },
      ],
    }),
    { path: 'weights.bin', bytes },
  ];
}

function topologyOf(graph: ModelGraph, names: ReadonlyMap<string, string>): unknown {
  const nameOf = (node: string): string => (node === INPUT ? 'input' : names.get(node)!);
  const input = {
    class_name: 'InputLayer',
    name: 'input',
    config: { name: 'input', batch_input_shape: [null, ...graph.inputShape], dtype: 'float32' },
    inbound_nodes: [],
  };
  const layers = graph.nodes.map((node) => {
    const name = nameOf(node.name);
    const { kind, config } = kerasLayer(node);
    return {
      class_name: kind,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: [node.inputs.map((each) => [nameOf(each), 0, 0, {}])],
    };
  });
  return {
    name: 'network',
    layers: [input, ...layers],
    input_layers: [['input', 0, 0]],
    output_layers: [[nameOf(graph.output), 0, 0]],
  };
}

interface KerasLayer {
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A layer of Keras 2, whose configurations TensorFlow.js reads. */
function kerasLayer(node: ModelNode): KerasLayer {
  const channels = node.outputShape.at(-1)!;
  switch (node.op) {
    case 'dense':
      return { kind: 'Dense', config: { units: channels, activation: 'linear', use_bias: true } };
    case 'conv2d':
      return {
        kind: 'Conv2D',
        config: {
          filters: channels,
          kernel_size: [node.window.size, node.window.size],
          strides: [node.window.stride, node.window.stride],
          padding: node.window.padding,
          data_format: 'channels_last',
          activation: 'linear',
          use_bias: node.bias !== undefined,
        },
      };
    case 'batch-norm':
      return {
        kind: 'BatchNormalization',
        config: {
          axis: node.inputShape.length,
          // Keras counts how much of the running statistic stays.
          momentum: 1 - node.momentum,
          epsilon: node.epsilon,
          center: true,
          scale: true,
        },
      };
    case 'relu':
      return { kind: 'Activation', config: { activation: 'relu' } };
    case 'max-pool':
      return { kind: 'MaxPooling2D', config: poolOf(node.window) };
    case 'average-pool':
      return { kind: 'AveragePooling2D', config: poolOf(node.window) };
    case 'global-average-pool':
      return { kind: 'GlobalAveragePooling2D', config: { data_format: 'channels_last' } };
    case 'flatten':
      return { kind: 'Flatten', config: { data_format: 'channels_last' } };
    case 'dropout':
      return { kind: 'Dropout', config: { rate: node.rate } };
    case 'subsample': {
      // The maximum of windows of one pixel takes every stride-th pixel.
      const strides = [node.stride, node.stride];
      return {
        kind: 'MaxPooling2D',
        config: { pool_size: [1, 1], strides, padding: 'valid', data_format: 'channels_last' },
      };
    }
    case 'pad-channels':
      // With the channels called columns, as they are the last axis.
      return {
        kind: 'ZeroPadding2D',
        config: {
          padding: [
            [0, 0],
            [node.before, node.after],
          ],
          data_format: 'channels_first',
        },
      };
    case 'add':
      return { kind: 'Add', config: {} };
  }
}

function poolOf({ size, stride, padding }: ModelWindow): Readonly<Record<string, unknown>> {
  return {
    pool_size: [size, size],
    strides: [stride, stride],
    padding,
    data_format: 'channels_last',
  };
}
