import { z } from 'zod';
import { rng } from '../../../shared/rng.ts';
import { defineDataset } from './dataset.ts';
import {
  addNoise,
  drawSynthetic,
  noiseSetting,
  summarizeSynthetic,
  syntheticHparams,
} from './synthetic.ts';

const ID = 'gaussian-blobs';

/** Centres lie in [−10, 10], as with scikit-learn's default `center_box`. */
const CENTRE_RANGE = 10;

const of = (hparams: {
  train: number;
  test: number;
  seed: number;
  classes: number;
  dimensions: number;
}) => ({ id: ID, hparams, dimensions: hparams.dimensions, classes: hparams.classes }) as const;

/**
 * Round clouds, as scikit-learn's `make_blobs`: every class has a centre, uniform in [−10, 10] in each
 * dimension, and its examples are normal around it. Both sets have the same centres.
 */
export const gaussianBlobs = defineDataset({
  id: ID,
  label: 'Gaussian blobs',
  description: 'Round clouds in any number of dimensions, one per class; synthetic.',
  hparams: z.object({
    ...syntheticHparams,
    classes: z.int().min(2).max(1000).default(3).meta({
      title: 'Classes',
      description: 'Number of clouds; in few dimensions, many overlap.',
    }),
    dimensions: z.int().min(1).max(10_000).default(2).meta({
      title: 'Dimensions',
      description: 'Features per example.',
    }),
    noise: noiseSetting(1),
  }),
  summarize: (hparams) => Promise.resolve(summarizeSynthetic(of(hparams))),
  load(hparams) {
    const { classes, dimensions, seed, noise } = hparams;
    const random = rng(seed, ID, 'centres');
    const centres = Array.from({ length: classes }, () =>
      Float32Array.from({ length: dimensions }, () => CENTRE_RANGE * (2 * random.uniform() - 1)),
    );
    return drawSynthetic(of(hparams), (point, { label }, own) => {
      point.set(centres[label]!);
      addNoise(point, noise, own);
    });
  },
});
