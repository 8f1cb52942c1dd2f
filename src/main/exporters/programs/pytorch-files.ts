/** The tensors and the code of a subnetwork for PyTorch. */
import { safetensorsBytes } from '../safetensors.ts';
import { sorted, type Tensor } from '../tensors.ts';
import {
  channelsFirst,
  channelsFirstInputs,
  type ChannelsFirstModel,
  weightsOf,
} from '../../../shared/ticket/channels-first.ts';
import { WEIGHTS_ORIGIN, type WeightsOrigin } from '../../../shared/ticket/weights-origin.ts';
import { exampleAccuracy, modelFacts, modelTitle, weightsTitle } from './describe-model.ts';
import type { ExportedModel, InputNormalization, ProgramFile } from './program.ts';
import { textFile } from './program.ts';
import { networkClass, networkHelpers } from './pytorch-network.ts';

/** The weights, the examples, and `model.py`, which reads them. */
export function pytorchFiles(model: ExportedModel): readonly ProgramFile[] {
  const first = channelsFirst(model.graph, model.layout);
  const { finalWeights, startWeights, initialWeights } = model;
  const tensorFile = (
    path: string,
    contents: string,
    tensors: readonly Tensor[],
    weights?: WeightsOrigin,
  ): ProgramFile => {
    const facts = Object.entries(modelFacts(model)).map(
      ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    );
    const origin = weights === undefined ? {} : { [WEIGHTS_ORIGIN]: weights };
    const metadata = { format: 'pt', contents, ...origin, ...Object.fromEntries(facts) };
    return { path, bytes: safetensorsBytes({ tensors: sorted(tensors), metadata }) };
  };
  return [
    textFile('model.py', modelCode(model, first)),
    tensorFile(
      'model.safetensors',
      `${weightsTitle(model)}, zeros where pruned`,
      plain(first, finalWeights),
      'after training',
    ),
    tensorFile(
      'pruned.safetensors',
      `${weightsTitle(model)}, as weight_orig and weight_mask`,
      pruned(first, finalWeights, model),
      'after training',
    ),
    tensorFile(
      'ticket.safetensors',
      'weights before training, whole, as weight_orig and weight_mask',
      pruned(first, startWeights, model),
      'before training',
    ),
    tensorFile(
      'initial.safetensors',
      'initial weights of the dense network (θ0), nothing pruned',
      plain(first, initialWeights),
      'before training',
    ),
    tensorFile('examples.safetensors', 'test examples with labels and expected logits', [
      {
        name: 'inputs',
        ...channelsFirstInputs(model.examples.inputs, model.examples.count, model.graph.inputShape),
      },
      { name: 'labels', shape: [model.examples.count], values: model.examples.labels },
      {
        name: 'logits',
        shape: [model.examples.count, model.graph.classes],
        values: model.examples.logits,
      },
    ]),
  ];
}

function plain({ tensors }: ChannelsFirstModel, weights: Float32Array): Tensor[] {
  return tensors.map((tensor) => ({
    name: tensor.name,
    shape: tensor.shape,
    values: weightsOf(tensor, weights),
  }));
}

/** As `torch.nn.utils.prune` names them. */
function pruned(
  { tensors }: ChannelsFirstModel,
  weights: Float32Array,
  { mask }: ExportedModel,
): Tensor[] {
  return tensors.flatMap((tensor): Tensor[] => {
    const { name, shape, parameter } = tensor;
    const values = weightsOf(tensor, weights);
    if (!parameter.prunable) return [{ name, shape, values }];
    const { maskOffset, size } = parameter;
    return [
      { name: `${name}_orig`, shape, values },
      {
        name: `${name}_mask`,
        shape,
        values: tensor.arrange(mask.subarray(maskOffset, maskOffset + size)),
      },
    ];
  });
}

function modelCode(model: ExportedModel, first: ChannelsFirstModel): string {
  const prunable = first.tensors.flatMap(({ parameter, module }) =>
    parameter.prunable ? [module] : [],
  );
  return `"""${pythonText(modelTitle(model))}.

Written by Ticket Workbench. \`python model.py\` checks the weights on test examples.
"""

import pathlib
import sys

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import prune

FOLDER = pathlib.Path(__file__).parent

# Modules whose weight is pruned.
PRUNED = ${pythonList(prunable.map((name) => JSON.stringify(name)))}

# The accuracy that the workbench has on the examples in examples.safetensors.
EXPECTED_ACCURACY = ${exampleAccuracy(model)}


${networkHelpers(model.graph)}${networkClass(model.graph, first)}


${normalizeFunction(model)}


def read(file):
    """The tensors of a file beside this one."""
    path = FOLDER / file
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; model.py needs the whole folder that was exported")
    return load_file(path)


def load_model(file="model.safetensors"):
    """Plain weights, with zeros where they are pruned."""
    model = Network()
    model.load_state_dict(read(file))
    return model.eval()


def load_pruned(file="pruned.safetensors"):
    """weight_orig and weight_mask, so that pruned weights stay zero in training."""
    tensors = read(file)
    masks = {name: tensors.pop(f"{name}.weight_mask") for name in PRUNED}
    model = Network()
    model.load_state_dict(
        {name.replace("weight_orig", "weight"): tensor for name, tensor in tensors.items()}
    )
    for name, mask in masks.items():
        prune.custom_from_mask(model.get_submodule(name), "weight", mask.to(torch.float32))
    return model.eval()


def load_ticket():
    """The ticket before its training: the mask, over the weights that it starts from."""
    return load_pruned("ticket.safetensors").train()


def main():
    examples = read("examples.safetensors")
    expected = examples["logits"]
    is_equal = True
    for title, model in [("weights with zeros", load_model()), ("weights with masks", load_pruned())]:
        with torch.no_grad():
            logits = model(examples["inputs"])
        correct = logits.argmax(dim=1) == examples["labels"]
        accuracy = correct.sum().item() / len(correct)
        largest = expected.abs().max().item()
        # A network whose logits are all 0 has no largest one.
        difference = (logits - expected).abs().max().item() / (largest or 1)
        is_equal = is_equal and difference < 1e-4
        print(
            f"{title}: accuracy {accuracy:.4f} on {len(correct)} test examples "
            f"(workbench: {EXPECTED_ACCURACY:.4f}), "
            f"largest difference of logits {difference:.1e} of the largest logit"
        )
    if not is_equal:
        sys.exit("The logits differ by more than float32 rounding.")


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(str(error))
`;
}

/** The text inside a docstring or a comment of one line. */
export function pythonText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', "'").replaceAll(/\s+/g, ' ');
}

/** Items a line, as many as fit. */
function pythonList(items: readonly string[]): string {
  const line = `[${items.join(', ')}]`;
  if (line.length <= 80) return line;
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length < 88)
      lines[lines.length - 1] = `${last} ${item},`;
    else lines.push(`    ${item},`);
  }
  return `[\n${lines.join('\n')}\n]`;
}

function normalizeFunction({ normalization, graph, arePixels }: ExportedModel): string {
  const isImage = graph.inputShape.length === 3;
  const raw = `${isImage ? 'Images [batch, channels, height, width]' : 'Features [batch, features]'}${arePixels ? ' with pixels of 0 to 255' : ''}`;
  return [
    ...constantsOf(normalization, isImage),
    'def normalize(features):',
    `    """${raw}, as the network takes them."""`,
    ...normalizeLines(normalization),
  ].join('\n');
}

function constantsOf(normalization: InputNormalization, isImage: boolean): string[] {
  if (normalization.kind !== 'channels') return [];
  const list = (values: Float32Array): string => pythonList([...values].map(String));
  const view = isImage ? '.view(-1, 1, 1)' : '';
  return [
    `CENTERS = torch.tensor(${list(normalization.centers)})${view}`,
    `DIVISORS = torch.tensor(${list(normalization.divisors)})${view}`,
    '',
    '',
  ];
}

function normalizeLines(normalization: InputNormalization): string[] {
  switch (normalization.kind) {
    case 'uniform':
      return [
        normalization.divisor === 1
          ? '    return features.to(torch.float32)'
          : `    return features.to(torch.float32) / ${normalization.divisor}`,
      ];
    case 'channels':
      return ['    return (features.to(torch.float32) - CENTERS) / DIVISORS'];
    case 'examples':
      return [
        '    flat = features.to(torch.float32).flatten(1)',
        '    deviation = flat.std(dim=1, correction=0).clamp(min=flat.shape[1] ** -0.5)',
        '    return ((flat - flat.mean(dim=1, keepdim=True)) / deviation[:, None]).view_as(features)',
      ];
  }
}
