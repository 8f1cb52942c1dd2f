/** Settings that several datasets of the user's own files share. */
import { resolve } from 'node:path';
import { z } from 'zod';

/** The path is made absolute at once, so that a search can be resumed from any directory. */
export const pathSetting = (title: string, description: string) =>
  z
    .string()
    .min(1)
    .overwrite((path) => resolve(path))
    .meta({ title, description });

/** For files without a test set of their own. */
export const heldOutSettings = {
  testFraction: z.number().gt(0).lt(1).default(0.2).meta({
    title: 'Test fraction',
    description: 'Share of the examples that is held out, where there is no test set of its own.',
  }),
  splitSeed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .meta({
      title: 'Seed of the test set',
      description: 'What is held out follows from it alone, whatever the seed of the search.',
    }),
};
