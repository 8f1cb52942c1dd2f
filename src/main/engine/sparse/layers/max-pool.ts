import { valuesOf } from '../activation.ts';
import { pool } from './pool.ts';

/** The largest value of each window; its gradient goes to the first of equal values. */
export const maxPool = pool({
  readsOutput: true,
  forward: (kernels, vectors, window, input, output) =>
    kernels.maxPoolForward(vectors, window, valuesOf(input), valuesOf(output)),
  backward(kernels, vectors, window, input, output) {
    const [x, y] = [valuesOf(input), valuesOf(output)];
    kernels.maxPoolBackward(vectors, window, x, input.gradients, y, output.gradients);
  },
});
