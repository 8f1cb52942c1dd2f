/** The settings that every dataset has in addition to its own. */
import { z } from 'zod';
import { type Choice, entrySchema, titleOf } from '../definition.ts';
import type { SettingsRegistries } from './registries.ts';

/**
 * The values of these settings if stored settings omit them. Searches store the hash of their
 * settings. So a new setting must have a default that changes nothing, and `withoutDefaults` must
 * omit it.
 */
const DEFAULTS = { normalization: 'unit', flip: false, cropPadding: 0, randomLabels: 0 };

/** The only normalisation of earlier versions. */
export const DEFAULT_NORMALIZATION = DEFAULTS.normalization;

/** Flat features as an image: `[height, width]` or `[height, width, channels]`. */
export const SHAPE_SETTING = z.array(z.int().min(1)).min(2).max(3).readonly().optional().meta({
  title: 'Shape of an example',
  description:
    'Reads flat features, such as the columns of a table of pixels, as images: height, width and, if there are several, channels. Row by row, channels last.',
});

export function datasetSettings({ normalizations }: Pick<SettingsRegistries, 'normalizations'>) {
  return {
    validation: z.int().min(1).default(5000).meta({
      title: 'Validation examples',
      description: 'Held out of the training set, drawn by seed. They determine the early stop.',
      unit: 'examples',
    }),
    subset: z.int().min(1).optional().meta({
      title: 'Training subset',
      description:
        'Drawn by seed, stratified by class, without the validation examples. By default all.',
      unit: 'examples',
    }),
    testSubset: z.int().min(1).optional().meta({
      title: 'Test subset',
      description: 'Drawn by seed, stratified by class. By default all.',
      unit: 'examples',
    }),
    shape: SHAPE_SETTING,
    normalization: z
      .enum(normalizations.entries.map(({ id }) => id))
      .default(DEFAULTS.normalization)
      .meta({
        title: 'Normalisation',
        description:
          'unit: from 0 to 1. none: as stored. dataset: mean 0 and deviation 1 of each channel or feature over the training examples. per-image: mean 0 and deviation 1 of each example.',
      }),
    flip: z.boolean().default(DEFAULTS.flip).meta({
      title: 'Augmentation: flip',
      description:
        'Mirrors each training image left to right with probability 1/2, drawn again for every batch.',
    }),
    cropPadding: z.int().min(0).default(DEFAULTS.cropPadding).meta({
      title: 'Augmentation: crop',
      description:
        'Pads training images with this many black pixels and crops them at random, again for every batch.',
      unit: 'pixels',
    }),
    randomLabels: z.number().min(0).max(1).default(DEFAULTS.randomLabels).meta({
      title: 'Random labels',
      description:
        'Fraction of the training labels that are replaced by random ones, drawn by seed. Validation and test labels stay correct.',
    }),
  };
}

/** The names of the settings that every dataset has. */
export const DATASET_SETTINGS: readonly string[] = Object.keys({
  validation: true,
  subset: true,
  testSubset: true,
  shape: true,
  normalization: true,
  flip: true,
  cropPadding: true,
  randomLabels: true,
} satisfies Record<keyof ReturnType<typeof datasetSettings>, true>);

type DatasetSettings = z.output<z.ZodObject<ReturnType<typeof datasetSettings>>>;

/** A dataset with its settings, as stored: without defaults. */
export type DatasetChoice = Choice &
  Readonly<Pick<DatasetSettings, 'validation'>> & {
    readonly [Name in Exclude<keyof DatasetSettings, 'validation'>]?:
      DatasetSettings[Name] | undefined;
  };

export function datasetSchema(registries: Pick<SettingsRegistries, 'datasets' | 'normalizations'>) {
  return entrySchema(registries.datasets, datasetSettings(registries))
    .transform(withoutDefaults)
    .prefault({ id: 'mnist' })
    .meta({ title: titleOf(registries.datasets) });
}

/** The settings without those that equal their default. */
export function withoutDefaults(dataset: DatasetChoice): DatasetChoice {
  const { normalization, flip, cropPadding, randomLabels, ...others } = dataset;
  // Entries give undefined for settings of their own that have their default and are not stored.
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) Reflect.deleteProperty(others, name);
  }
  return {
    ...others,
    ...(isOther(normalization, DEFAULTS.normalization) && { normalization }),
    ...(isOther(flip, DEFAULTS.flip) && { flip }),
    ...(isOther(cropPadding, DEFAULTS.cropPadding) && { cropPadding }),
    ...(isOther(randomLabels, DEFAULTS.randomLabels) && { randomLabels }),
  };
}

function isOther<Value>(value: Value | undefined, byDefault: Value): boolean {
  return value !== undefined && value !== byDefault;
}

/** The id of the normalisation. */
export function normalizationIdOf({
  normalization = DEFAULTS.normalization,
}: Pick<DatasetChoice, 'normalization'>): string {
  return normalization;
}

/** How training images are augmented; undefined if they are not. */
export function augmentationOf({
  flip = DEFAULTS.flip,
  cropPadding = DEFAULTS.cropPadding,
}: Pick<DatasetChoice, 'flip' | 'cropPadding'>) {
  return flip || cropPadding > 0 ? { flip, cropPadding } : undefined;
}

/** What the checks that need the data know about it. */
export interface DatasetSize {
  readonly id: string;
  readonly trainExamples: number;
  readonly testExamples: number;
  /** Examples of the dataset's own validation set. Undefined unless the settings ask for that set. */
  readonly validationExamples?: number | undefined;
  /** The shape of one example: `[features]` or `[height, width, channels]`. */
  readonly shape: readonly number[];
}

/** How many training examples are taken for validation: none if the dataset brings its own set. */
export function drawnForValidation(
  { validation }: Pick<DatasetChoice, 'validation'>,
  { validationExamples }: DatasetSize,
): number {
  return validationExamples === undefined ? validation : 0;
}

/** The number of training examples: those kept and not in the validation split. */
export function trainedExamples(
  dataset: Pick<DatasetChoice, 'subset' | 'validation'>,
  size: DatasetSize,
): number {
  return dataset.subset ?? size.trainExamples - drawnForValidation(dataset, size);
}

/** How many examples an evaluation is on. */
export interface EvaluatedExamples {
  readonly validation: number;
  readonly test: number;
}

export function evaluatedExamples(
  { validation, testSubset }: Pick<DatasetChoice, 'validation' | 'testSubset'>,
  size: Pick<DatasetSize, 'testExamples' | 'validationExamples'>,
): EvaluatedExamples {
  return {
    validation: size.validationExamples ?? validation,
    test: testSubset ?? size.testExamples,
  };
}
