/** Sentences and facts about an exported subnetwork, the same in every program's files. */
import { formatPercent } from '../../../shared/percent-text.ts';
import { normalizationIdOf } from '../../../shared/domain/settings.ts';
import { describeTraining } from '../../../shared/domain/training.ts';
import { largest } from '../../../shared/extremes.ts';
import { trainedWith } from '../../../shared/domain/transfer.ts';
import type { ExportedModel, ExportedNetwork } from './program.ts';

/** `lenet-5 on mnist, replicate 1, level 3, ticket: 21.00 % of the prunable weights kept`. */
export function modelTitle({ search, key, density }: ExportedNetwork): string {
  const { architecture, dataset } = trainedWith(search.settings, key.branch);
  return `${architecture.id} on ${dataset.id}, ${describeTraining(key)}: ${formatPercent(density)} of the prunable weights kept`;
}

/** For JSON beside the weights. */
export function modelFacts(model: ExportedNetwork): Record<string, unknown> {
  const { search, key, density, graph, final, early, isTrained, start, verdict } = model;
  const { architecture, dataset } = trainedWith(search.settings, key.branch);
  return {
    producer: 'ticket-workbench',
    search_id: search.id,
    search_name: search.name,
    settings_hash: search.settingsHash,
    architecture,
    dataset: dataset.id,
    dataset_fingerprint: search.targetFingerprints?.[key.branch] ?? search.datasetFingerprint,
    replicate: key.replicate + 1,
    level: key.level,
    branch: key.branch,
    density,
    sparsity: 1 - density,
    trained: isTrained,
    started_from: start,
    classes: graph.classes,
    input_shape: graph.inputShape,
    test_accuracy: final.testAccuracy,
    test_loss_nats: final.testLoss,
    early_stop_iteration: early.iteration,
    test_accuracy_at_early_stop: early.testAccuracy,
    verdict: verdict?.kind ?? null,
    verdict_reason: verdict?.reason ?? null,
    // A setting of the dataset; what it comes to for these data is null where they are not there.
    normalization: normalizationIdOf(dataset),
    input_normalization: normalizationFacts(model),
  };
}

function normalizationFacts({ normalization }: ExportedNetwork): unknown {
  switch (normalization?.kind) {
    case undefined:
      return null;
    case 'uniform':
      return normalization;
    case 'channels':
      return {
        kind: 'channels',
        centers: [...normalization.centers],
        divisors: [...normalization.divisors],
      };
    case 'examples':
      return normalization;
  }
}

/** What a table of a README says. */
export function modelTable(model: ExportedNetwork): readonly (readonly [string, string])[] {
  const { search, key, density, final, early, isTrained, start, verdict } = model;
  const { architecture, dataset } = trainedWith(search.settings, key.branch);
  return [
    ['Search', `${search.name} (${search.id})`],
    ['Architecture', architecture.id],
    ['Dataset', dataset.id],
    ['Replicate, level, branch', `${key.replicate + 1}, ${key.level}, ${key.branch}`],
    ['Density (fraction of prunable weights kept)', formatPercent(density)],
    ...(isTrained
      ? ([
          ['Test accuracy after training', formatPercent(final.testAccuracy)],
          [
            'Test accuracy at the early stop',
            `${formatPercent(early.testAccuracy)} (iteration ${early.iteration})`,
          ],
          ['Training started from', start],
        ] as const)
      : ([
          ['Test accuracy without training', formatPercent(final.testAccuracy)],
          ['Weights', start],
        ] as const)),
    ['Verdict of this level', verdict ? `${verdict.kind}; ${verdict.reason}` : 'none yet'],
  ];
}

/** The weights of `finalWeights`, as the beginning of a sentence. */
export function weightsTitle({ isTrained }: ExportedNetwork): string {
  return isTrained ? 'trained weights' : 'weights, which were not trained';
}

export function markdownTable(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([name, value]) => `| ${inCell(name)} | ${inCell(value)} |`);
  return ['|   |   |', '| - | - |', ...lines].join('\n');
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/** The fraction of the exported examples whose largest logit is that of their label. */
export function exampleAccuracy({ examples, graph }: ExportedModel): number {
  const { count, labels, logits } = examples;
  let correct = 0;
  for (let example = 0; example < count; example += 1) {
    const row = logits.subarray(example * graph.classes, (example + 1) * graph.classes);
    if (row.indexOf(largest(row)) === labels[example]) correct += 1;
  }
  return correct / count;
}
