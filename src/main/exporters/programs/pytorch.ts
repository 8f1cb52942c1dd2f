import { NO_HPARAMS } from '../exporter.ts';
import { markdownTable, modelTable, modelTitle, weightsTitle } from './describe-model.ts';
import { type ExportedModel, type Program, textFile } from './program.ts';
import { pytorchFiles } from './pytorch-files.ts';

/** @see https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.prune.custom_from_mask.html */
export const pytorch: Program<'model'> = {
  id: 'pytorch',
  label: 'PyTorch',
  description:
    'A folder with the weights as safetensors in PyTorch’s names and layouts, model.py with the network, and test examples to check it.',
  hparams: NO_HPARAMS,
  needs: 'model',
  single: undefined,
  files: (model) => [...pytorchFiles(model), textFile('README.md', readme(model))],
};

function readme(model: ExportedModel): string {
  return `# ${modelTitle(model)}

Written by Ticket Workbench for PyTorch. It needs \`torch\` and \`safetensors\`.

    python model.py

loads the weights both ways, classifies ${model.examples.count} test examples, and compares accuracy and logits with those of the workbench.

${markdownTable(modelTable(model))}

${pytorchFileList(model)}

To train the ticket, load it with \`load_ticket()\` and give its parameters to an optimizer: \`weight_mask\` keeps pruned weights at zero. \`prune.remove(module, 'weight')\` makes a plain weight of it again.

Linear weights are \`[outputs, inputs]\`, convolutions \`[outputs, inputs, height, width]\`, images \`[batch, channels, height, width]\`. A linear layer behind \`torch.flatten\` has its inputs in the order channel, row, column. Density is the fraction of prunable weights kept; sparsity is 1 minus this.
`;
}

export function pytorchFileList(model: ExportedModel): string {
  return [
    '- `model.py`: the network as an `nn.Module`, and functions that load the files',
    `- \`model.safetensors\`: ${weightsTitle(model)}, with zeros where they are pruned`,
    '- `pruned.safetensors`: the same as `weight_orig` and `weight_mask` of `torch.nn.utils.prune`',
    `- \`ticket.safetensors\`: the subnetwork before its training: ${model.start}, whole, as \`weight_orig\`, with \`weight_mask\``,
    '- `initial.safetensors`: initial weights of the dense network (θ0), nothing pruned',
    '- `examples.safetensors`: normalised test examples (`inputs`), `labels`, and the `logits` of `model.safetensors`',
  ].join('\n');
}
