import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { fullyConnected } from './fully-connected.ts';
import { scaled, width } from './hparams.ts';

/** LeCun et al. 1998; 784-300-100-10 on MNIST, 266,200 weights (Frankle & Carbin, figure 2). */
export const lenet300100 = defineArchitecture({
  id: 'lenet-300-100',
  label: 'LeNet-300-100',
  description: 'Fully connected, 300 and 100 hidden units with ReLU.',
  hparams: z.object({ width }),
  build: (hparams, inputShape, classes) =>
    fullyConnected(
      inputShape,
      [300, 100].map((units) => scaled(units, hparams.width)),
      classes,
    ),
});
