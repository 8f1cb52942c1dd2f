import type { ModelNode, ModelWindow } from '../../../shared/ticket/model-graph.ts';
import { NO_HPARAMS } from '../exporter.ts';
import { npzBytes } from '../npz.ts';
import type { Tensor } from '../tensors.ts';
import { channelsLastTensors } from './channels-last.ts';
import {
  exampleAccuracy,
  markdownTable,
  modelFacts,
  modelTable,
  modelTitle,
  weightsTitle,
} from './describe-model.ts';
import { forwardSteps } from './forward-steps.ts';
import { moduleNames } from '../../../shared/ticket/module-names.ts';
import {
  type ExportedModel,
  jsonFile,
  type Program,
  type ProgramFile,
  textFile,
} from './program.ts';
import { pythonText } from './pytorch-files.ts';

/**
 * Keras's own file holds HDF5, which Keras writes itself when the code runs.
 *
 * @see https://keras.io/api/models/model/
 */
export const keras: Program<'model'> = {
  id: 'keras',
  label: 'Keras',
  description:
    'A folder with model_keras.py, the network for Keras 3, weights and masks as npz, and test examples to check it. Running it also saves model.keras.',
  hparams: NO_HPARAMS,
  needs: 'model',
  single: undefined,
  files: kerasFiles,
};

function kerasFiles(model: ExportedModel): readonly ProgramFile[] {
  const { graph, layout, examples, mask } = model;
  const names = moduleNames(graph);
  const arrays = (path: string, tensors: readonly Tensor[]): ProgramFile => ({
    path,
    bytes: npzBytes({ tensors, metadata: { producer: 'ticket-workbench', contents: path } }),
  });
  const weights = (all: Float32Array): Tensor[] =>
    graph.nodes.flatMap((node) =>
      channelsLastTensors(node, layout, all).map((tensor) => ({
        ...tensor,
        name: `${names.get(node.name)!}.${tensor.name}`,
      })),
    );
  const masks = graph.nodes.flatMap((node): Tensor[] => {
    const kernel = layout.prunable.find(({ name }) => 'kernel' in node && name === node.kernel);
    if (!kernel) return [];
    const { shape, maskOffset, size } = kernel;
    const values = mask.subarray(maskOffset, maskOffset + size);
    return [{ name: `${names.get(node.name)!}.kernel`, shape, values }];
  });
  return [
    textFile('model_keras.py', kerasCode(model, names)),
    arrays('weights.npz', weights(model.finalWeights)),
    arrays('ticket.npz', weights(model.startWeights)),
    arrays('masks.npz', masks),
    arrays('examples.npz', [
      { name: 'inputs', shape: [examples.count, ...graph.inputShape], values: examples.inputs },
      { name: 'labels', shape: [examples.count], values: examples.labels },
      { name: 'logits', shape: [examples.count, graph.classes], values: examples.logits },
    ]),
    jsonFile('config.json', modelFacts(model)),
    textFile('README.md', readme(model)),
  ];
}

function kerasCode(model: ExportedModel, names: ReadonlyMap<string, string>): string {
  const steps = forwardSteps(model.graph, names, (node, read) =>
    expressionOf(node, read, names.get(node.name)!),
  );
  const lines = steps.map((step) =>
    step.replace(/^return (.*)$/, 'return keras.Model(inputs, $1, name="network")'),
  );
  return `"""${pythonText(modelTitle(model))}.

Written by Ticket Workbench for Keras 3. \`python model_keras.py\` checks the weights on test examples
and saves model.keras.
"""

import pathlib
import sys

import keras
import numpy
from keras import layers

FOLDER = pathlib.Path(__file__).parent

# The accuracy that the workbench has on the examples in examples.npz.
EXPECTED_ACCURACY = ${exampleAccuracy(model)}


def build():
    """From normalised inputs [batch, ${model.graph.inputShape.join(', ')}] to logits [batch, ${model.graph.classes}]."""
    x = inputs = keras.Input((${model.graph.inputShape.join(', ')},), name="input")
${lines.map((line) => `    ${line}`).join('\n')}


def read(file):
    """The arrays of a file beside this one."""
    path = FOLDER / file
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing; model_keras.py needs the whole folder that was exported"
        )
    with numpy.load(path) as arrays:
        return dict(arrays)


def load_model(file="weights.npz"):
    """Weights with zeros where they are pruned, or of ticket.npz: weights before training, whole."""
    model = build()
    weights = read(file)
    for layer in model.layers:
        layer.set_weights([weights[f"{layer.name}.{each.name}"] for each in layer.weights])
    return model


def main():
    model = load_model()
    examples = read("examples.npz")
    inputs, labels, expected = examples["inputs"], examples["labels"], examples["logits"]
    logits = model.predict(inputs, verbose=0)
    accuracy = (logits.argmax(axis=1) == labels).mean()
    # A network whose logits are all 0 has no largest one.
    difference = numpy.abs(logits - expected).max() / (numpy.abs(expected).max() or 1)
    print(
        f"accuracy {accuracy:.4f} on {len(labels)} test examples "
        f"(workbench: {EXPECTED_ACCURACY:.4f}), "
        f"largest difference of logits {difference:.1e} of the largest logit"
    )
    if not difference < 1e-4:
        sys.exit("The logits differ by more than float32 rounding.")
    model.save(FOLDER / "model.keras")
    print("Saved model.keras")


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(str(error))
`;
}

function expressionOf(node: ModelNode, read: readonly string[], name: string): string {
  const [x = 'x'] = read;
  const channels = node.outputShape.at(-1)!;
  const layer = (kind: string, ...settings: readonly (string | number)[]): string =>
    `layers.${kind}(${[...settings, `name="${name}"`].join(', ')})(${x})`;
  switch (node.op) {
    case 'dense':
      return layer('Dense', channels);
    case 'conv2d': {
      const { size, stride, padding } = node.window;
      return layer(
        'Conv2D',
        channels,
        size,
        ...(stride === 1 ? [] : [`strides=${stride}`]),
        `padding="${padding}"`,
        ...(node.bias === undefined ? ['use_bias=False'] : []),
      );
    }
    case 'batch-norm':
      // Keras counts how much of the running statistic stays.
      return layer(
        'BatchNormalization',
        `momentum=${1 - node.momentum}`,
        `epsilon=${node.epsilon}`,
      );
    case 'relu':
      return layer('ReLU');
    case 'max-pool':
      return layer('MaxPooling2D', ...poolSettings(node.window));
    case 'average-pool':
      return layer('AveragePooling2D', ...poolSettings(node.window));
    case 'global-average-pool':
      return layer('GlobalAveragePooling2D');
    case 'flatten':
      return layer('Flatten');
    case 'dropout':
      return layer('Dropout', node.rate);
    case 'subsample':
      // The maximum of windows of one pixel takes every stride-th pixel.
      return layer('MaxPooling2D', 1, `strides=${node.stride}`);
    case 'pad-channels':
      // With the channels called columns, as they are the last axis.
      return layer(
        'ZeroPadding2D',
        `((0, 0), (${node.before}, ${node.after}))`,
        'data_format="channels_first"',
      );
    case 'add':
      return `layers.Add(name="${name}")([${read.join(', ')}])`;
  }
}

function poolSettings({ size, stride, padding }: ModelWindow): readonly (string | number)[] {
  return [size, `strides=${stride}`, `padding="${padding}"`];
}

function readme(model: ExportedModel): string {
  return `# ${modelTitle(model)}

Written by Ticket Workbench for Keras 3. It needs \`keras\` with any of its backends, and \`numpy\`.

    python model_keras.py

builds the network, loads the weights, classifies ${model.examples.count} test examples, compares accuracy and logits with those of the workbench, and saves \`model.keras\`.

${markdownTable(modelTable(model))}

- \`model_keras.py\`: the network, and a function that loads the weights
- \`weights.npz\`: ${weightsTitle(model)}, with zeros where they are pruned
- \`ticket.npz\`: weights before training, whole: ${model.start}
- \`masks.npz\`: true where a kernel's weight is kept; the ticket is \`ticket.npz\` with zeros elsewhere
- \`examples.npz\`: normalised test examples (\`inputs\`), \`labels\`, and the \`logits\` of \`weights.npz\`
- \`config.json\`: what the network is, and how its input is normalised

Dense kernels are \`[inputs, outputs]\`, convolutions \`[height, width, inputs, outputs]\`, images \`[batch, height, width, channels]\`.
`;
}
