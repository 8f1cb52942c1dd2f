import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { fullyConnected } from './fully-connected.ts';
import { scaled, width } from './hparams.ts';

export const mlp = defineArchitecture({
  id: 'mlp',
  label: 'Multilayer perceptron',
  description: 'Fully connected layers of any width with ReLU between them.',
  hparams: z.object({
    widths: z.array(z.int().min(1).max(65_536)).max(32).default([300, 100]).meta({
      title: 'Widths',
      description:
        'Units of each hidden layer, in order from the input. Empty: logistic regression.',
    }),
    width,
  }),
  build: (hparams, inputShape, classes) =>
    fullyConnected(
      inputShape,
      hparams.widths.map((units) => scaled(units, hparams.width)),
      classes,
    ),
});
