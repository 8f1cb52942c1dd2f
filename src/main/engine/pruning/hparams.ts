import { z } from 'zod';

/** The fraction of the survivors that a round prunes, in (0, 1). */
export const pruneFraction = (title: string, description: string, defaultFraction: number) =>
  z.number().gt(0).lt(1).default(defaultFraction).meta({ title, description });
