import { z } from 'zod';
import { defineDataset } from './dataset.ts';
import {
  addNoise,
  drawSynthetic,
  noiseSetting,
  summarizeSynthetic,
  syntheticHparams,
} from './synthetic.ts';

const ID = 'two-moons';

const of = (hparams: { train: number; test: number; seed: number }) =>
  ({ id: ID, hparams, dimensions: 2, classes: 2 }) as const;

/**
 * Two half circles that reach into each other, as scikit-learn's `make_moons`: with t in even steps
 * from 0 to π, class 0 is at (cos t, sin t) and class 1 at (1 − cos t, 1/2 − sin t).
 */
export const twoMoons = defineDataset({
  id: ID,
  label: 'Two moons',
  description: 'Two interleaving half circles in the plane; synthetic.',
  hparams: z.object({ ...syntheticHparams, noise: noiseSetting(0.1) }),
  summarize: (hparams) => Promise.resolve(summarizeSynthetic(of(hparams))),
  load: (hparams) =>
    drawSynthetic(of(hparams), (point, { label, index, count }, random) => {
      const angle = count === 1 ? 0 : (Math.PI * index) / (count - 1);
      point[0] = label === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
      point[1] = label === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
      addNoise(point, hparams.noise, random);
    }),
});
