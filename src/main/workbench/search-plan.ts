import type { ParameterLayout } from '../../shared/domain/layout.ts';
import {
  checkAgainstDataset,
  resolveEpochs,
  trainedExamples,
  type Settings,
} from '../../shared/domain/settings.ts';
import { architectures } from '../engine/architectures/index.ts';
import { datasets } from '../engine/datasets/index.ts';
import { layoutOf, type NetworkSpec } from '../engine/network.ts';
import { plannedTargets } from '../engine/pruning/levels.ts';
import type { KeepTarget } from '../engine/pruning/strategy.ts';
import { schedules } from '../engine/training/schedules/index.ts';
import { unitsOf } from './analysis-plan.ts';

/** What is known of a search before its first step. */
export interface SearchPlan {
  /** As given, with epochs as iterations. */
  readonly settings: Settings;
  readonly network: NetworkSpec;
  readonly layout: ParameterLayout;
  /** What levels 1, 2, … keep. */
  readonly targets: readonly KeepTarget[];
}

/**
 * Checks everything that can be known before the first step. Only the dataset's headers are read.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed; `invalid-data` or
 *   `not-found` if the dataset can't be read.
 */
export async function planSearch(given: Settings): Promise<SearchPlan> {
  const dataset = datasets.get(given.dataset.id);
  const { shape, classes, trainExamples, testExamples } = await dataset.summarize(given.dataset);
  const size = { id: dataset.id, trainExamples, testExamples, shape };
  checkAgainstDataset(given, size);
  const settings = resolveEpochs(given, size);
  const network = architectures
    .get(settings.architecture.id)
    .build(settings.architecture, shape, classes);
  const { schedule, iterations, batchSize } = settings.training;
  const iterationsPerEpoch = trainedExamples(settings, size) / batchSize;
  schedules.get(schedule.id).create(schedule, { iterations, iterationsPerEpoch });
  const layout = layoutOf(network);
  const targets = plannedTargets(settings.pruning, layout);
  for (const choice of settings.analyses ?? []) unitsOf(choice, { settings, layout, targets });
  return { settings, network, layout, targets };
}
