import { formatPercent } from '../../../shared/percent-text.ts';
import { NO_HPARAMS } from '../exporter.ts';
import { markdownTable, modelFacts, modelTable, modelTitle } from './describe-model.ts';
import { type ExportedModel, jsonFile, type Program, textFile } from './program.ts';
import { pytorchFileList } from './pytorch.ts';
import { pytorchFiles } from './pytorch-files.ts';

/**
 * A folder as a repository of models has it. Nothing is uploaded.
 *
 * @see https://huggingface.co/docs/hub/model-cards
 */
export const huggingface: Program<'model'> = {
  id: 'huggingface',
  label: 'Hugging Face folder',
  description:
    'A folder with a model card (README.md) that has the verdict and the metrics, config.json, safetensors and model.py. Nothing is uploaded.',
  hparams: NO_HPARAMS,
  needs: 'model',
  single: undefined,
  files: (model) => [
    textFile('README.md', modelCard(model)),
    jsonFile('config.json', { model_type: 'ticket-workbench', ...modelFacts(model) }),
    ...pytorchFiles(model),
  ],
};

function modelCard(model: ExportedModel): string {
  const title = modelTitle(model);
  const { final, density, isTrained, verdict } = model;
  const { dataset } = modelFacts(model);
  // YAML takes JSON's strings.
  const metadata = `---
library_name: pytorch
pipeline_tag: ${model.graph.inputShape.length === 3 ? 'image-classification' : 'tabular-classification'}
tags:
  - lottery-ticket-hypothesis
  - pruning
  - sparse
  - ticket-workbench
model-index:
  - name: ${JSON.stringify(title)}
    results:
      - task:
          type: ${model.graph.inputShape.length === 3 ? 'image-classification' : 'tabular-classification'}
        dataset:
          name: ${JSON.stringify(dataset)}
          type: ${JSON.stringify(dataset)}
        metrics:
          - type: accuracy
            name: ${isTrained ? 'Test accuracy after training' : 'Test accuracy without training'}
            value: ${final.testAccuracy}${isTrained ? earlyStopMetric(model) : ''}
---`;
  return `${metadata}

# ${title}

${verdict ? `**${verdict.kind}**: ${verdict.reason}.` : 'This level has no verdict yet.'}

A subnetwork of the lottery ticket hypothesis (Frankle & Carbin 2019), found and judged by Ticket Workbench: density is the fraction of prunable weights kept, here ${formatPercent(density)}, so its sparsity is ${formatPercent(1 - density)}.

${markdownTable(modelTable(model))}

## Files

${pytorchFileList(model)}
- \`config.json\`: what the network is, and how its input is normalised

## Use

    pip install torch safetensors
    python model.py

checks the weights on ${model.examples.count} test examples. In a program: \`from model import load_model, normalize\`.

## Limits

The verdict is about this search: its dataset, settings and replicates. A verdict on one level is not corrected for judging many.

This card names no license: that is up to you. Before you publish it, add \`license:\` to its head.
`;
}

function earlyStopMetric({ early }: ExportedModel): string {
  return `
          - type: accuracy
            name: Test accuracy at the early stop
            value: ${early.testAccuracy}`;
}
