/** The checks that need the size of the dataset. */
import { SettingsError } from '../../contract/errors.ts';
import {
  augmentationOf,
  type DatasetSize,
  drawnForValidation,
  trainedExamples,
} from './dataset-settings.ts';
import type { WrittenSettings } from './schema.ts';

/**
 * @param at the path of the dataset in the settings.
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed.
 */
export function checkAgainstDataset(
  { dataset, training }: WrittenSettings,
  size: DatasetSize,
  at = 'dataset',
): void {
  const { subset, testSubset } = dataset;
  const validation = drawnForValidation(dataset, size);
  const hint = `The dataset ${size.id} has ${size.trainExamples} training and ${size.testExamples} test examples.`;
  const refuse = (path: string, value: number, expected: string): never => {
    const message = `${path} is ${value}; expected ${expected}`;
    throw new SettingsError([{ path, message }], hint);
  };
  if (validation >= size.trainExamples) {
    const expected = `below ${size.trainExamples}, so that some examples are left to train on`;
    refuse(`${at}.validation`, validation, expected);
  }
  const rest = size.trainExamples - validation;
  if (subset !== undefined && subset > rest) {
    const expected = `at most ${rest}, the training examples outside the validation split`;
    refuse(`${at}.subset`, subset, expected);
  }
  if (testSubset !== undefined && testSubset > size.testExamples) {
    refuse(`${at}.testSubset`, testSubset, `at most ${size.testExamples}`);
  }
  checkAugmentation(dataset, size, at);
  const available = trainedExamples(dataset, size);
  if (training.batchSize > available) {
    const why = subset === undefined ? 'outside the validation split' : 'kept';
    const expected = `at most ${available}, the training examples ${why}`;
    refuse('training.batchSize', training.batchSize, expected);
  }
}

/** Only images can be mirrored or cropped, and a crop must leave something of them. */
function checkAugmentation(
  dataset: WrittenSettings['dataset'],
  { id, shape }: DatasetSize,
  at: string,
): void {
  const augmentation = augmentationOf(dataset);
  if (!augmentation) return;
  const { flip, cropPadding } = augmentation;
  const refuse = (name: string, value: boolean | number, expected: string): never => {
    const path = `${at}.${name}`;
    throw new SettingsError(
      [{ path, message: `${path} is ${value}; expected ${expected}` }],
      `The dataset ${id} has examples of shape [${shape.join(', ')}].`,
    );
  };
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined) {
    const expected = 'none, because the examples are not images';
    return flip ? refuse('flip', flip, expected) : refuse('cropPadding', cropPadding, expected);
  }
  const most = Math.min(height, width) - 1;
  if (cropPadding <= most) return;
  refuse('cropPadding', cropPadding, `at most ${most}, so that part of every image is left`);
}
