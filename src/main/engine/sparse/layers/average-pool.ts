import { gradientsOf, valuesOf } from '../activation.ts';
import { pool } from './pool.ts';

/** The mean of each window; all its values get an equal share of the gradient. */
export const averagePool = pool({
  readsOutput: false,
  forward: (kernels, vectors, window, input, output) =>
    kernels.averagePoolForward(vectors, window, valuesOf(input), valuesOf(output)),
  backward: (kernels, vectors, window, input, output) =>
    kernels.averagePoolBackward(vectors, window, gradientsOf(input), gradientsOf(output)),
});
