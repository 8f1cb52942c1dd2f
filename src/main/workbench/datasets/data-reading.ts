/** What was read of a dataset, for the terminal, the window and the store. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { DataReading } from '../../../shared/domain/data-summary.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import {
  checkAgainstDataset,
  parseSettings,
  type WrittenSettings,
} from '../../../shared/domain/settings.ts';
import { readingOf } from '../../engine/data-summary/data-reading.ts';
import type { Dataset, OnReading } from '../../engine/datasets/dataset.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { productOf } from '../../engine/layers/spec.ts';
import { registries } from '../settings/registries.ts';

/**
 * Reads the dataset that these settings choose, and summarises it.
 *
 * @throws WorkbenchError `invalid-settings`, `invalid-data` or `not-found`.
 */
export async function readDataset(
  settings: WrittenSettings,
  onReading: OnReading = () => undefined,
): Promise<DataReading> {
  const dataset = await datasets.get(settings.dataset.id).load(settings.dataset, onReading);
  checkAgainstDataset(settings, sizeOf(dataset));
  return readingOf(settings, dataset, onReading);
}

/** The features of all examples together, from the headers of the files. */
export async function featureCount({ dataset }: WrittenSettings): Promise<number> {
  const { shape, trainExamples, testExamples } = await datasets.get(dataset.id).summarize(dataset);
  return productOf(shape) * (trainExamples + testExamples);
}

/**
 * As `readDataset`, for settings of a dataset alone. Without a number of validation examples it takes
 * the default, or a tenth of the training examples where the default leaves none.
 *
 * @throws WorkbenchError as `readDataset`.
 */
export async function showDataset(
  given: Choice,
  seed: number | undefined,
  onReading?: OnReading,
): Promise<DataReading> {
  const parse = (dataset: Choice): WrittenSettings =>
    parseSettings(registries, {
      dataset,
      training: { batchSize: 1 },
      ...(seed === undefined ? {} : { replicates: { seed } }),
    });
  const settings = parse(given);
  if (given['validation'] !== undefined) return readDataset(settings, onReading);
  const { trainExamples } = await datasets.get(given.id).summarize(settings.dataset);
  const most = settings.dataset.validation + (settings.dataset.subset ?? 1);
  if (trainExamples >= most) return readDataset(settings, onReading);
  const validation = Math.max(1, Math.floor(trainExamples / 10));
  return readDataset(parse({ ...given, validation }), onReading);
}

/** @throws WorkbenchError `invalid-data` if no search can train on the data. */
export function checkLearnable({ summary }: DataReading): void {
  const { dataset, refusal } = summary;
  if (!refusal) return;
  throw new WorkbenchError('invalid-data', `${dataset}: ${refusal.message}`, refusal.hint);
}

function sizeOf({ id, shape, train, test }: Dataset) {
  return { id, shape, trainExamples: train.count, testExamples: test.count };
}
