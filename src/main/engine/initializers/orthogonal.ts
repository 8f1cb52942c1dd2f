import { z } from 'zod';
import type { Rng } from '../../../shared/rng.ts';
import { defineInitializer } from './initializer.ts';

/**
 * Saxe et al. 2014: a uniformly drawn matrix with orthonormal columns, or with orthonormal rows if
 * there are fewer rows. A convolution's kernel is the matrix `[height · width · in, out]`, as in
 * PyTorch.
 */
export const orthogonal = defineInitializer({
  id: 'orthogonal',
  label: 'Orthogonal',
  description: 'A random orthogonal matrix times the gain.',
  hparams: z.object({
    gain: z.number().gt(0).max(100).default(1).meta({
      title: 'Gain',
      description: 'Length of each column or row.',
    }),
  }),
  create:
    ({ gain }) =>
    (values, kernel, random) => {
      const columns = kernel.shape.at(-1) ?? 1;
      const rows = values.length / columns;
      const vectors = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
      for (const [index, vector] of vectors.entries()) {
        for (const [at, value] of vector.entries()) {
          values[rows >= columns ? at * columns + index : index * columns + at] = gain * value;
        }
      }
    },
});

/**
 * Gaussian vectors, made orthonormal one after another (modified Gram–Schmidt). The component along
 * its own draw stays positive, so the result is uniform over all such sets (Mezzadri 2007).
 */
function orthonormal(count: number, length: number, random: Rng): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const earlier of vectors) {
      let overlap = 0;
      for (let at = 0; at < length; at += 1) overlap += earlier[at]! * vector[at]!;
      for (let at = 0; at < length; at += 1) vector[at]! -= overlap * earlier[at]!;
    }
    let squares = 0;
    for (let at = 0; at < length; at += 1) squares += vector[at]! * vector[at]!;
    const scale = 1 / Math.sqrt(squares);
    for (let at = 0; at < length; at += 1) vector[at]! *= scale;
    vectors.push(vector);
  }
  return vectors;
}
