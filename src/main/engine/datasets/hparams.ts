/** Settings that several datasets of the user's own files share. */
import { z } from 'zod';
import { absolutePath } from './user-path.ts';

/** The path is made absolute at once, so that a search can be resumed from any directory. */
export const pathSetting = (title: string, description: string) =>
  z
    .string()
    .min(1)
    .overwrite((path) => absolutePath(path))
    .meta({ title, description });

/** As `pathSetting`, for a file that may be left out. */
export const optionalPathSetting = (title: string, description: string) =>
  z
    .string()
    .min(1)
    .overwrite((path) => absolutePath(path))
    .optional()
    .meta({ title, description });

/** For files without a test set of their own. */
export const heldOutSettings = {
  testFraction: z.number().gt(0).lt(1).default(0.2).meta({
    title: 'Test fraction',
    description: 'Fraction of the examples to hold out if there is no separate test set.',
  }),
  splitSeed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .meta({
      title: 'Split seed',
      description: 'Alone determines the examples held out, whatever the seed of the search.',
    }),
};

/**
 * A setting that stored settings leave out while it has its default: it becomes undefined. So a new
 * setting does not change the hash of earlier searches.
 */
export function quietDefault<Value extends string | boolean>(
  setting: z.ZodType<Value, Value>,
  byDefault: z.core.util.NoUndefined<Value>,
) {
  return setting
    .prefault(byDefault)
    .transform((value): Value | undefined => (value === byDefault ? undefined : value));
}

/** For datasets that can bring a validation set of their own. */
export const ownValidationSetting = {
  validationFrom: quietDefault(z.enum(['train', 'own']), 'train').meta({
    title: 'Validation from',
    description:
      'train: drawn from the training set by the search’s seed. own: the dataset’s own validation set, all of it.',
  }),
};

/** For datasets whose labels are class numbers. */
export const firstLabelSetting = {
  firstLabel: z.int().min(0).max(65_535).optional().meta({
    title: 'First label',
    description:
      'The number of the first class, if the classes are not numbered from 0: 1 for the letters of EMNIST.',
  }),
};
