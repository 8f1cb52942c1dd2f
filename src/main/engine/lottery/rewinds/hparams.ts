import { z } from 'zod';

/** Left out, the iteration counts; given, it is worked out once the dataset is known. */
export const epoch = z.number().gt(0).optional().meta({
  title: 'Rewind epoch',
  description: 'In place of the iteration: epochs of the training examples beside validation.',
  unit: 'epochs',
});
