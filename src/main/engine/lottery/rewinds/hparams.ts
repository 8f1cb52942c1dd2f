import { z } from 'zod';

/** From before an iteration could be written as "2ep". Given, it counts and the iteration does not. */
export const epoch = z.number().gt(0).optional().meta({
  title: 'Rewind epoch',
  description: 'In place of the iteration, which can be written in epochs by now.',
  unit: 'epochs',
  deprecated: true,
});
