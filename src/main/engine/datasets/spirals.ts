import { z } from 'zod';
import { defineDataset } from './dataset.ts';
import {
  addNoise,
  drawSynthetic,
  noiseSetting,
  summarizeSynthetic,
  syntheticHparams,
} from './synthetic.ts';

const ID = 'spirals';

const of = (hparams: { train: number; test: number; seed: number; classes: number }) =>
  ({ id: ID, hparams, dimensions: 2, classes: hparams.classes }) as const;

/**
 * Arms of Archimedean spirals around one centre: with t in even steps from 0 to 1, arm k of `classes`
 * is at radius t and angle 2π (turns · t + k / classes), measured from the first axis.
 */
export const spirals = defineDataset({
  id: ID,
  label: 'Spirals',
  description: 'Spiral arms in the plane, one per class; synthetic.',
  hparams: z.object({
    ...syntheticHparams,
    classes: z.int().min(2).max(100).default(2).meta({
      title: 'Classes',
      description: 'Arms, spaced evenly around the centre.',
    }),
    turns: z.number().gt(0).max(20).default(1.5).meta({
      title: 'Turns',
      description: 'Turns of each arm around the centre; more is harder.',
    }),
    noise: noiseSetting(0.02),
  }),
  summarize: (hparams) => Promise.resolve(summarizeSynthetic(of(hparams))),
  load: (hparams) =>
    drawSynthetic(of(hparams), (point, { label, index, count }, random) => {
      const radius = count === 1 ? 0 : index / (count - 1);
      const angle = 2 * Math.PI * (hparams.turns * radius + label / hparams.classes);
      point[0] = radius * Math.cos(angle);
      point[1] = radius * Math.sin(angle);
      addNoise(point, hparams.noise, random);
    }),
});
